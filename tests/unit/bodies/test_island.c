// SPDX-License-Identifier: MIT
// Islands: bodies that hinges join, from the newest to the oldest, with the contacts that touch.
#include "bodies/island.h"

#include "bodies/build.h"
#include "unit/bodies/support/scenes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static ppo_world world;

static void join(int a, int b)
{
    const ppo_hinge_def def = {.a = a, .b = b, .lower = -1.0, .upper = 1.0};
    ppo_world_add_hinge(&world, &def);
}

// Four boxes: 0 and 1 on hinge 0, 1 and 3 on hinge 1; 2 alone.
static void make(void)
{
    scene_edge(&world);
    for (int i = 0; i < 4; i++)
        scene_box(&world, 2.0 * i, 5.0, 0.0);
    join(0, 1);
    join(1, 3);
}

static void touch(int body, bool touches, bool is_disabled)
{
    world.contact[world.num_contacts++] =
        (ppo_contact){.body = (int16_t)body, .is_touching = touches, .is_disabled = is_disabled};
}

static void test_order(void **state)
{
    (void)state;
    ppo_island island;
    uint32_t found = 0;
    make();
    assert_true(ppo_island_next(&island, &world, &found));
    static const int16_t bodies[] = {3, 1, 0}, hinges[] = {1, 0};
    assert_int_equal(island.num_bodies, 3);
    assert_memory_equal(island.body, bodies, sizeof bodies);
    assert_int_equal(island.num_hinges, 2);
    assert_memory_equal(island.hinge, hinges, sizeof hinges);
    assert_int_equal(found, 0xB);
    assert_true(ppo_island_next(&island, &world, &found));
    assert_int_equal(island.num_bodies, 1);
    assert_int_equal(island.body[0], 2);
    assert_int_equal(island.num_hinges, 0);
    assert_false(ppo_island_next(&island, &world, &found));
}

// One that is awake wakes all that hang on it; an island where all sleep is passed over.
static void test_sleep(void **state)
{
    (void)state;
    ppo_island island;
    uint32_t found = 0;
    make();
    for (int i = 0; i < 4; i++)
        world.body[i].is_awake = i == 0;
    assert_true(ppo_island_next(&island, &world, &found));
    static const int16_t bodies[] = {0, 1, 3};
    assert_int_equal(island.num_bodies, 3);
    assert_memory_equal(island.body, bodies, sizeof bodies);
    assert_true(world.body[1].is_awake && world.body[3].is_awake && !world.body[2].is_awake);
    assert_false(ppo_island_next(&island, &world, &found));
}

// Body by body; the newest first; those that touch and are not disabled.
static void test_contacts(void **state)
{
    (void)state;
    ppo_island island;
    uint32_t found = 0;
    make();
    touch(0, true, false);
    touch(3, false, false);
    touch(2, true, false);
    touch(0, true, true);
    touch(3, true, false);
    touch(0, true, false);
    assert_true(ppo_island_next(&island, &world, &found));
    static const int16_t contacts[] = {4, 5, 0}, counts[] = {1, 0, 2};
    assert_int_equal(island.num_contacts, 3);
    assert_memory_equal(island.contact, contacts, sizeof contacts);
    assert_memory_equal(island.contacts_of, counts, sizeof counts);
}

// Of more contacts than there is room for, the newest count.
static void test_too_many(void **state)
{
    (void)state;
    ppo_island island;
    uint32_t found = 0;
    make();
    for (int i = 0; i < PPO_ISLAND_CONTACTS + 8; i++)
        touch(3, true, false);
    assert_true(ppo_island_next(&island, &world, &found));
    assert_int_equal(island.num_contacts, PPO_ISLAND_CONTACTS);
    assert_int_equal(island.contact[PPO_ISLAND_CONTACTS - 1], 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_order),
        cmocka_unit_test(test_sleep),
        cmocka_unit_test(test_contacts),
        cmocka_unit_test(test_too_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
