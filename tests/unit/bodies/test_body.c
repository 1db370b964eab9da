// SPDX-License-Identifier: MIT
// Bodies between steps: forces add up, an impulse off the centre turns, all of them wake; poses,
// hinges' angles and speeds; corners follow the sweep's end.
#include "bodies/body.h"

#include "bodies/build.h"
#include "unit/bodies/support/scenes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static ppo_world world;

// A box of 1 m by 1 m and 1 kg: inverse mass 1, inverse inertia 6.
static ppo_body *box(void)
{
    scene_edge(&world);
    return &world.body[scene_box(&world, 2.0, 3.0, 0.0)];
}

static void test_forces(void **state)
{
    (void)state;
    ppo_body *b = box();
    b->is_awake = 0;
    b->sleep_time = 0.7f;
    ppo_body_push(b, 3.0, -1.0);
    assert_true(b->is_awake && b->sleep_time == 0.0f);
    ppo_body_push(b, 0.5, 2.0);
    assert_true(b->force.x == 3.5f && b->force.y == 1.0f);
    b->is_awake = 0;
    ppo_body_twist(b, 2.0);
    ppo_body_twist(b, -0.5);
    assert_true(b->is_awake && b->torque == 1.5f);
    assert_true(b->velocity.x == 0.0f && b->omega == 0.0f); // a step applies them
}

// (0, 2) N s half a metre to the right of the centre: 2 m/s upwards and 0.5 * 2 * 6 rad/s.
static void test_kick(void **state)
{
    (void)state;
    ppo_body *b = box();
    const double impulse[2] = {0.0, 2.0}, point[2] = {2.5, 3.0};
    b->is_awake = 0;
    ppo_body_kick(b, impulse, point);
    ppo_pose pose;
    ppo_body_pose(b, &pose);
    assert_true(b->is_awake);
    assert_true(pose.x == 2.0f && pose.y == 3.0f && pose.angle == 0.0f);
    assert_true(is_near(pose.vx, 0.0, 1e-6) && is_near(pose.vy, 2.0, 1e-5));
    assert_true(is_near(pose.omega, 6.0, 1e-4));
}

// The arm begins at the centre of mass, here (11, 21), not at the origin.
static void test_kick_off_origin(void **state)
{
    (void)state;
    static const double triangle[3][2] = {{0.0, 0.0}, {3.0, 0.0}, {0.0, 3.0}};
    const ppo_body_def def = {.x = 10.0, .y = 20.0, .density = 2.0}; // 9 kg, inertia 9
    const double impulse[2] = {0.0, 9.0}, point[2] = {12.0, 21.0};
    scene_edge(&world);
    ppo_body *b = &world.body[ppo_world_add_polygon(&world, &def, triangle, 3)];
    ppo_body_kick(b, impulse, point);
    assert_true(is_near(b->velocity.y, 1.0, 1e-5) && is_near(b->omega, 1.0, 1e-5));
}

static void test_hinges(void **state)
{
    (void)state;
    scene_edge(&world);
    const int a = scene_box(&world, 0.0, 5.0, 0.25), b = scene_box(&world, 1.0, 5.0, 0.75);
    const ppo_hinge_def def = {.a = a, .b = b, .lower = -1.0, .upper = 1.0};
    ppo_world_add_hinge(&world, &def);
    assert_true(ppo_hinge_angle(&world, 0) == 0.0f);
    world.body[b].sweep.a += 0.5f;
    world.body[a].omega = 1.0f;
    world.body[b].omega = 3.0f;
    assert_true(ppo_hinge_angle(&world, 0) == 0.5f && ppo_hinge_speed(&world, 0) == 2.0f);
    world.body[a].is_awake = world.body[b].is_awake = 0;
    ppo_hinge_drive(&world, 0, -4.0, 80.0);
    assert_true(world.body[a].is_awake && world.body[b].is_awake);
    assert_true(world.hinge[0].motor_speed == -4.0f && world.hinge[0].motor_torque == 80.0f);
}

// A quarter turn about the centre of mass, which is not the origin.
static void test_place(void **state)
{
    (void)state;
    static const double triangle[3][2] = {{0.0, 0.0}, {3.0, 0.0}, {0.0, 3.0}}; // centre (1, 1)
    const ppo_body_def def = {.x = 10.0, .y = 20.0, .density = 2.0};
    scene_edge(&world);
    const int body = ppo_world_add_polygon(&world, &def, triangle, 3);
    ppo_body *b = &world.body[body];
    b->sweep.a = 0.5f * 3.14159265359f;
    ppo_body_place(&world, body);
    assert_true(is_near(b->transform.p.x, 12.0, 1e-5) && is_near(b->transform.p.y, 20.0, 1e-5));
    for (int i = 0; i < 3; i++) { // (x, y) goes to (12 - y, 20 + x)
        const ppo_vec2 own = b->shape.corner[i], now = world.world_corner[body][i];
        assert_true(is_near(now.x, 12.0 - (double)own.y, 1e-5));
        assert_true(is_near(now.y, 20.0 + (double)own.x, 1e-5));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_forces),          cmocka_unit_test(test_kick),
        cmocka_unit_test(test_kick_off_origin), cmocka_unit_test(test_hinges),
        cmocka_unit_test(test_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
