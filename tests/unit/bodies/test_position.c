// SPDX-License-Identifier: MIT
// Where bodies get to: speed limits, shapes that are moved apart, joints that are brought together,
// limits, and when all fall asleep.
#include "bodies/position.h"

#include "bodies/body.h"
#include "bodies/build.h"
#include "bodies/contacts.h"
#include "unit/bodies/support/scenes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static ppo_world world;

static ppo_island next(void)
{
    ppo_island island;
    uint32_t found = 0;
    ppo_contacts_find(&world);
    ppo_contacts_collide(&world);
    assert_true(ppo_island_next(&island, &world, &found));
    return island;
}

// At most 2 m and a quarter turn a step.
static void test_speed_limits(void **state)
{
    (void)state;
    scene_edge(&world);
    ppo_body *b = &world.body[scene_box(&world, 0.0, 50.0, 0.0)];
    b->velocity = (ppo_vec2){30.0f, -40.0f};
    b->omega = 10.0f;
    ppo_body_advance(b, 0.02f);
    assert_true(is_near(b->sweep.c.x, 0.6, 1e-5) && is_near(b->sweep.c.y, 49.2, 1e-4));
    assert_true(is_near(b->sweep.a, 0.2, 1e-6));
    b->velocity = (ppo_vec2){300.0f, -400.0f};
    b->omega = -1000.0f;
    ppo_body_advance(b, 0.02f);
    assert_true(is_near(b->velocity.x, 60.0, 1e-3) && is_near(b->velocity.y, -80.0, 1e-3));
    assert_true(is_near(b->sweep.c.x, 0.6 + 1.2, 1e-4) && is_near(b->sweep.c.y, 47.6, 1e-4));
    assert_true(is_near(b->sweep.a, 0.2 - 0.5 * 3.14159265359, 1e-5));
}

// 0.03 m deep, which with both skins is an overlap of 0.05 m. In a step it is corrected until
// 0.015 m are left, at a time of impact until 0.0075 m are; not further than 0.005 m at all.
static void test_overlap(void **state)
{
    (void)state;
    for (int is_impact = 0; is_impact < 2; is_impact++) {
        scene_edge(&world);
        const int body = scene_box(&world, 0.0, 0.47, 0.0);
        const ppo_island island = next();
        if (is_impact)
            ppo_island_separate(&world, &island, 20);
        else
            ppo_island_move(&world, &island, 0.02f, 60);
        const float y = world.body[body].sweep.c.y;
        const double least = is_impact ? 0.52 - 0.0075 : 0.52 - 0.015;
        assert_true((double)y > least - 1e-4 && (double)y < 0.52 - 0.005 + 1e-4);
        assert_true(is_near(world.world_corner[body][0].y, (double)y - 0.5, 1e-2));
    }
}

// A round corrects a fifth of an overlap's excess.
static void test_one_round(void **state)
{
    (void)state;
    scene_edge(&world);
    const int body = scene_box(&world, 0.0, sqrt(0.5) - 0.03, 0.25 * 3.14159265359);
    const ppo_island island = next();
    ppo_island_move(&world, &island, 0.02f, 1);
    assert_true(is_near(world.body[body].sweep.c.y, sqrt(0.5) - 0.03 + 0.2 * (0.05 - 0.005), 1e-5));
}

// Anchors 0.1 m apart: equal masses share the way.
static void test_joint(void **state)
{
    (void)state;
    scene_edge(&world);
    const int a = scene_box(&world, 0.0, 50.0, 0.0), b = scene_box(&world, 1.1, 50.0, 0.0);
    const ppo_hinge_def def = {.a = a,
                               .b = b,
                               .anchor_a = {0.5, 0.0},
                               .anchor_b = {-0.5, 0.0},
                               .lower = -1.0,
                               .upper = 1.0};
    ppo_world_add_hinge(&world, &def);
    const ppo_island island = next();
    ppo_island_move(&world, &island, 0.02f, 60);
    assert_true(is_near(world.body[a].sweep.c.x, 0.05, 1e-4));
    assert_true(is_near(world.body[b].sweep.c.x, 1.05, 1e-4));
    assert_true(world.body[a].sweep.c.y == 50.0f && world.body[a].sweep.a == 0.0f);
}

// An angle 0.3 rad beyond its limit comes back to within 2 degrees of it, at most 8 in a round.
static void test_limit(void **state)
{
    (void)state;
    for (int upper = 0; upper < 2; upper++) {
        scene_edge(&world);
        const int a = scene_box(&world, 0.0, 50.0, 0.0), b = scene_box(&world, 0.0, 50.0, 0.0);
        const ppo_hinge_def def = {.a = a, .b = b, .lower = -0.5, .upper = 0.5};
        ppo_world_add_hinge(&world, &def);
        world.hinge[0].limit = upper ? PPO_LIMIT_UPPER : PPO_LIMIT_LOWER;
        world.body[b].sweep.a = upper ? 0.8f : -0.8f;
        const ppo_island island = next();
        ppo_island_move(&world, &island, 0.02f, 1);
        const double turn = 8.0 / 180.0 * 3.14159265359, sign = upper ? 1.0 : -1.0;
        assert_true(is_near(ppo_hinge_angle(&world, 0), sign * (0.8 - turn), 1e-5));
        assert_true(is_near(world.body[a].sweep.a, sign * 0.5 * turn, 1e-5));
        ppo_island_move(&world, &island, 0.02f, 60);
        const double slop = 2.0 / 180.0 * 3.14159265359;
        assert_true(is_near(ppo_hinge_angle(&world, 0), sign * (0.5 + slop), 1e-4));
    }
}

static void test_sleep(void **state)
{
    (void)state;
    scene_edge(&world);
    ppo_body *b = &world.body[scene_box(&world, 0.0, 50.0, 0.0)];
    const ppo_island island = next();
    int steps = 0;
    b->velocity = (ppo_vec2){0.0f, 0.02f}; // faster than 0.01 m/s: restless
    for (; steps < 100; steps++)
        ppo_island_move(&world, &island, 0.02f, 60);
    assert_true(b->is_awake && b->sleep_time == 0.0f);
    b->velocity.y = 0.005f;
    for (steps = 0; b->is_awake; steps++)
        ppo_island_move(&world, &island, 0.02f, 60);
    assert_in_range(steps, 25, 26); // half a second, with 0.02 rounded
    assert_true(b->velocity.y == 0.0f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_speed_limits), cmocka_unit_test(test_overlap),
        cmocka_unit_test(test_one_round),    cmocka_unit_test(test_joint),
        cmocka_unit_test(test_limit),        cmocka_unit_test(test_sleep),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
