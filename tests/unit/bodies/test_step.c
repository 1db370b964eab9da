// SPDX-License-Identifier: MIT
// Steps of worlds: what bodies do that fall, rest, slide, hang and hit; and that a world's bits
// don't depend on which worlds are stepped beside it.
#include "bodies/step.h"

#include "bodies/body.h"
#include "bodies/build.h"
#include "unit/bodies/support/scenes.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static ppo_world *make(void)
{
    ppo_world *world = calloc(1, sizeof *world);
    assert_non_null(world);
    return world;
}

static void assert_near(double a, double b, double within)
{
    if (!(fabs(a - b) <= within))
        fail_msg("%.9g is not within %g of %.9g", a, within, b);
}

// Symplectic Euler: after n steps from rest the velocity is g n dt, the fall g dt^2 n (n + 1) / 2.
static void test_free_fall(void **state)
{
    (void)state;
    ppo_world *world = make();
    scene_ground(world, false);
    const int box = scene_box(world, 3.0, 12.0, 0.3);
    for (int i = 0; i < 25; i++)
        scene_step(world);
    ppo_pose pose;
    ppo_body_pose(&world->body[box], &pose);
    assert_near((double)pose.vy, -5.0, 1e-5);
    assert_near((double)pose.y, 12.0 - 10.0 * 0.0004 * 25 * 26 / 2, 1e-4);
    assert_near((double)pose.angle, 0.3, 1e-6);
    assert_int_equal(world->num_contacts, 0);
    free(world);
}

// It comes to rest with its skin in the ground's, says that it touches, and sleeps half a second
// later.
static void test_rest_and_sleep(void **state)
{
    (void)state;
    ppo_world *world = make();
    scene_ground(world, false);
    const int box = scene_box(world, 3.25, 1.6, 0.0);
    const ppo_body *b = &world->body[box];
    int asleep = 0;
    for (; asleep < 200 && b->is_awake; asleep++)
        scene_step(world);
    assert_in_range(asleep, 25, 100);
    assert_true(b->touches && b->has_touched);
    assert_near((double)b->transform.p.y, 1.5 + 0.02 - 0.005, 6e-3);
    assert_true(b->velocity.x == 0.0f && b->velocity.y == 0.0f && b->omega == 0.0f);
    const ppo_world before = *world;
    scene_step(world);
    assert_memory_equal(world->body, before.body, sizeof world->body);
    ppo_body_push(&world->body[box], 0.0, 100.0); // wakes it
    for (int i = 0; i < 2; i++)
        scene_step(world);
    assert_true(b->is_awake && b->velocity.y > 0.0f);
    free(world);
}

// Coulomb: a body that slides is braked by mu g, mu the geometric mean of both frictions.
static void test_friction(void **state)
{
    (void)state;
    ppo_world *world = make();
    scene_ground(world, false);
    const int box = scene_box(world, 2.75, 1.515, 0.0);
    world->body[box].velocity.x = 4.0f;
    for (int i = 0; i < 10; i++)
        scene_step(world);
    const double mu = sqrt(0.5 * 0.8);
    assert_near((double)world->body[box].velocity.x, 4.0 - mu * 10.0 * 0.2, 0.05);
    free(world);
}

// Without continuous collision it would be 20 m below the ground after the step.
static void test_no_tunnelling(void **state)
{
    (void)state;
    for (int k = 0; k < 20; k++) {
        ppo_world *world = make();
        scene_ground(world, k % 2 == 0);
        const int box = scene_box(world, 3.0 + 0.4 * k, 3.5, 0.1 * k);
        world->body[box].velocity.y = -1000.0f;
        world->body[box].omega = (float)(k - 10);
        for (int i = 0; i < 5; i++)
            scene_step(world);
        if (!(world->body[box].transform.p.y > 1.0f))
            fail_msg("case %d: through the ground, at %g", k,
                     (double)world->body[box].transform.p.y);
        assert_true(world->body[box].has_touched);
        free(world);
    }
}

// Hinges hold their anchors together, and the joint's angle within its limits.
static void test_hinges_hold(void **state)
{
    (void)state;
    ppo_world *world = make();
    scene_walker(world, 5);
    for (int step = 0; step < 200; step++) {
        scene_drive(world, 5, step);
        scene_step(world);
        for (int i = 0; i < world->num_hinges; i++) {
            const ppo_hinge *h = &world->hinge[i];
            const ppo_vec2 a = ppo_to_world(world->body[h->a].transform, h->anchor_a);
            const ppo_vec2 b = ppo_to_world(world->body[h->b].transform, h->anchor_b);
            const double angle = (double)ppo_hinge_angle(world, i);
            assert_true(ppo_vec_length(ppo_vec_sub(a, b)) < 0.1f);
            if (step > 10)
                assert_true(angle > (double)h->lower - 0.3 && angle < (double)h->upper + 0.3);
        }
    }
    free(world);
}

// A motor without a limit in the way turns its joint at its speed.
static void test_motor(void **state)
{
    (void)state;
    ppo_world *world = make();
    ppo_world_init(world, 0.0, 1);
    const int a = scene_box(world, 0.0, 50.0, 0.0), b = scene_box(world, 1.0, 50.0, 0.0);
    const ppo_hinge_def def = {.a = a,
                               .b = b,
                               .anchor_a = {0.5, 0.0},
                               .anchor_b = {-0.5, 0.0},
                               .lower = -3.0,
                               .upper = 3.0,
                               .motor_speed = 2.0,
                               .motor_torque = 500.0};
    ppo_world_add_hinge(world, &def);
    for (int i = 0; i < 20; i++)
        scene_step(world);
    assert_near((double)ppo_hinge_speed(world, 0), 2.0, 1e-3);
    assert_near((double)ppo_hinge_angle(world, 0), 2.0 * 0.4, 2e-2);
    free(world);
}

// --- the same bits in any company ---------------------------------------------------------------

enum { WORLDS = 37, STEPS = 120 }; // a prime, so that any stride visits all

static void run(ppo_world *const world[WORLDS], int together, int stride)
{
    const ppo_step_def def = {.dt = 0.02, .velocity_rounds = 180, .position_rounds = 60};
    for (int i = 0; i < WORLDS; i++)
        if (i % 9 == 8) { // of another kind: a lone box
            scene_ground(world[i], true);
            scene_box(world[i], 4.0 + 0.3 * i, 3.0, 0.1 * i);
        } else {
            scene_walker(world[i], (unsigned)i);
        }
    for (int step = 0; step < STEPS; step++) {
        for (int i = 0; i < WORLDS; i++)
            if (i % 9 != 8)
                scene_drive(world[i], (unsigned)i, step);
        for (int first = 0; first < WORLDS; first += together) {
            ppo_world *group[WORLDS];
            int count = 0;
            for (int i = first; i < first + together && i < WORLDS; i++)
                group[count++] = world[i * stride % WORLDS];
            ppo_worlds_step(group, count, &def);
        }
    }
}

static void test_same_bits_in_any_group(void **state)
{
    (void)state;
    ppo_world *one[WORLDS], *many[WORLDS];
    for (int i = 0; i < WORLDS; i++) {
        one[i] = make();
        many[i] = make();
    }
    run(one, 1, 1);
    static const int groups[][2] = {{WORLDS, 1}, {2, 10}, {5, 1}, {16, 7}, {17, 30}};
    for (size_t g = 0; g < sizeof groups / sizeof groups[0]; g++) {
        run(many, groups[g][0], groups[g][1]);
        for (int i = 0; i < WORLDS; i++)
            if (memcmp((const void *)one[i], (const void *)many[i], sizeof *one[i]) != 0)
                fail_msg("world %d differs, %d stepped together", i, groups[g][0]);
    }
    bool has_contact = false;
    for (int i = 0; i < WORLDS; i++)
        has_contact = has_contact || one[i]->body[0].has_touched;
    assert_true(has_contact);
    for (int i = 0; i < WORLDS; i++) {
        free(one[i]);
        free(many[i]);
    }
}

// A world is a plain value: a copy goes on as the original does.
static void test_copy(void **state)
{
    (void)state;
    ppo_world *world = make(), *copy = make();
    scene_walker(world, 9);
    for (int step = 0; step < 150; step++) {
        scene_drive(world, 9, step);
        scene_step(world);
        if (step == 60)
            memcpy(copy, world, PPO_WORLD_BYTES((size_t)world->max_ground));
        if (step <= 60)
            continue;
        scene_drive(copy, 9, step);
        scene_step(copy);
        assert_memory_equal(world, copy, PPO_WORLD_BYTES((size_t)world->max_ground));
    }
    free(world);
    free(copy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_free_fall),   cmocka_unit_test(test_rest_and_sleep),
        cmocka_unit_test(test_friction),    cmocka_unit_test(test_no_tunnelling),
        cmocka_unit_test(test_hinges_hold), cmocka_unit_test(test_motor),
        cmocka_unit_test(test_copy),        cmocka_unit_test(test_same_bits_in_any_group),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
