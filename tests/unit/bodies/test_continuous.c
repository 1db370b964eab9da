// SPDX-License-Identifier: MIT
// Bodies that pass through the ground within a step are stopped there and go on with what is left
// of it; those that don't are left alone.
#include "bodies/continuous.h"

#include "bodies/body.h"
#include "bodies/build.h"
#include "bodies/contacts.h"
#include "bodies/position.h"
#include "unit/bodies/support/scenes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static ppo_world world;

static ppo_body_before before[PPO_MAX_BODIES];

// What a step does before times of impact.
static void move(int body, float vx, float vy)
{
    ppo_body *b = &world.body[body];
    before[body].transform = b->transform;
    memcpy(before[body].corner, world.world_corner[body], sizeof before[body].corner);
    b->velocity = (ppo_vec2){vx, vy};
    b->sweep.c0 = b->sweep.c;
    b->sweep.a0 = b->sweep.a;
    ppo_body_advance(b, 0.02f);
    ppo_body_place(&world, body);
    ppo_contacts_move_leaf(&world, body, before[body].transform);
    ppo_contacts_find(&world);
}

// From a height of 1.2 m down to 0.2: its lower side is at the ground after 0.695 of the step, with
// 0.005 m to go. The slide is not braked, for there is no friction.
static void test_stopped(void **state)
{
    (void)state;
    scene_edge(&world);
    const int body = scene_box(&world, 0.0, 1.2, 0.0);
    const ppo_body *b = &world.body[body];
    world.slot[0].piece.friction = 0.0f;
    move(body, 10.0f, -50.0f);
    assert_true(is_near(b->sweep.c.y, 0.2, 1e-4));
    ppo_world_impacts(&world, before, 0.02f, 180);
    assert_true(b->sweep.c.y > 0.5f && b->sweep.c.y < 0.52f);
    assert_true(is_near(b->sweep.c.x, 0.2, 1e-3));
    assert_true(is_near(b->velocity.x, 10.0, 1e-3) && is_near(b->velocity.y, 0.0, 1e-3));
    assert_true(b->touches && b->has_touched);
    assert_in_range(world.contact[0].num_impacts, 1, 2);
    assert_true(b->transform.p.y == b->sweep.c.y);
    assert_true(is_near(b->sweep.alpha0, 0.695, 1e-2));
}

// In a corner of two walls, one after the other.
static void test_two_impacts(void **state)
{
    (void)state;
    static const double wall[2][2] = {{2.0, -5.0}, {2.0, 5.0}};
    scene_edge(&world);
    ppo_world_add_edge(&world, wall, 0.0, true);
    world.slot[0].piece.friction = 0.0f;
    const int body = scene_box(&world, 1.2, 0.8, 0.0);
    const ppo_body *b = &world.body[body];
    move(body, 30.0f, -30.0f);
    ppo_world_impacts(&world, before, 0.02f, 180);
    assert_true(b->sweep.c.x < 1.5f && b->sweep.c.x > 1.45f);
    assert_true(b->sweep.c.y > 0.5f && b->sweep.c.y < 0.55f);
    assert_true(is_near(b->velocity.x, 0.0, 0.01) && is_near(b->velocity.y, 0.0, 0.01));
}

static void test_left_alone(void **state)
{
    (void)state;
    scene_edge(&world);
    const int body = scene_box(&world, 0.0, 1.2, 0.0);
    move(body, 10.0f, -20.0f); // to 0.8
    assert_int_equal(world.num_contacts, 1);
    const ppo_body moved = world.body[body];
    ppo_world_impacts(&world, before, 0.02f, 180);
    assert_memory_equal(&world.body[body], &moved, sizeof moved);
    assert_int_equal(world.contact[0].num_impacts, 0);
}

// Only the body that hits is stopped.
static void test_others_go_on(void **state)
{
    (void)state;
    scene_edge(&world);
    const int hits = scene_box(&world, -2.0, 1.2, 0.0), flies = scene_box(&world, 2.0, 1.2, 0.0);
    move(hits, 0.0f, -50.0f);
    move(flies, 0.0f, 50.0f);
    ppo_world_impacts(&world, before, 0.02f, 180);
    assert_true(world.body[hits].sweep.c.y > 0.5f);
    assert_true(is_near(world.body[flies].sweep.c.y, 2.2, 1e-4));
    assert_true(world.body[flies].velocity.y == 50.0f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stopped),
        cmocka_unit_test(test_two_impacts),
        cmocka_unit_test(test_left_alone),
        cmocka_unit_test(test_others_go_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
