// SPDX-License-Identifier: MIT
// Velocities: normal and friction impulses, hinges with motor and limit, impulses of the last step
// to begin with; and lanes that do not depend on one another.
#include "bodies/solver.h"

#include "bodies/build.h"
#include "bodies/contacts.h"
#include "bodies/step.h"
#include "unit/bodies/support/scenes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static ppo_world world;

static ppo_island next(ppo_world *w)
{
    ppo_island island;
    uint32_t found = 0;
    ppo_contacts_find(w);
    ppo_contacts_collide(w);
    assert_true(ppo_island_next(&island, w, &found));
    return island;
}

static void solve(bool is_impact)
{
    const ppo_island island = next(&world);
    if (is_impact)
        ppo_island_solve_impact(&world, &island, 0.02f, 180);
    else
        ppo_island_solve(&world, &island, 0.02f, 180);
}

// 1 kg that comes down at 1 m/s and slides at 2: the ground gives 1 N s upwards and, with friction
// 0.5, takes 0.5 N s of the slide. The front corner carries more, so that it does not turn:
// 0.5 (n1 - n2) = 0.5 * 0.505.
static void test_contact(void **state)
{
    (void)state;
    scene_edge(&world);
    ppo_body *b = &world.body[scene_box(&world, 0.0, 0.51, 0.0)];
    world.slot[0].piece.friction = 0.5f;
    b->velocity = (ppo_vec2){2.0f, -1.0f};
    solve(false);
    assert_true(is_near(b->velocity.y, 0.0, 1e-5) && is_near(b->velocity.x, 1.5, 1e-4));
    assert_true(is_near(b->omega, 0.0, 1e-4));
    const ppo_manifold_point *p = world.contact[0].manifold.point;
    assert_true(is_near(p[0].normal_impulse + p[1].normal_impulse, 1.0, 1e-4));
    assert_true(is_near(p[1].normal_impulse - p[0].normal_impulse, 0.505, 1e-2));
    assert_true(is_near(p[0].tangent_impulse + p[1].tangent_impulse, -0.5, 1e-4));
}

// The ground pushes and never pulls; a body that leaves is let go.
static void test_no_pull(void **state)
{
    (void)state;
    scene_edge(&world);
    ppo_body *b = &world.body[scene_box(&world, 0.0, 0.51, 0.0)];
    b->velocity.y = 1.0f;
    solve(false);
    assert_true(b->velocity.y == 1.0f);
    assert_true(world.contact[0].manifold.point[0].normal_impulse == 0.0f);
}

// Last step's impulses come first, scaled by the steps' durations; at an impact they don't, and
// none are kept.
static void test_warm_start(void **state)
{
    (void)state;
    scene_edge(&world);
    ppo_body *b = &world.body[scene_box(&world, 0.0, 0.51, 0.0)];
    (void)next(&world);
    for (int i = 0; i < 2; i++)
        world.contact[0].manifold.point[i].normal_impulse = 0.25f;
    world.last_inv_dt = 100.0f; // 0.01 s, so the impulses count twice
    b->velocity.y = 0.0f;
    const ppo_island island = next(&world);
    ppo_island_solve(&world, &island, 0.02f, 0);
    assert_true(is_near(b->velocity.y, 1.0, 1e-5));
    b->velocity.y = -1.0f;
    const ppo_manifold before = world.contact[0].manifold;
    solve(true);
    assert_true(is_near(b->velocity.y, 0.0, 1e-5));
    assert_memory_equal(&world.contact[0].manifold, &before, sizeof before);
}

static void join(double speed, double torque)
{
    scene_edge(&world);
    const int a = scene_box(&world, 0.0, 50.0, 0.0), b = scene_box(&world, 1.0, 50.0, 0.0);
    const ppo_hinge_def def = {.a = a,
                               .b = b,
                               .anchor_a = {0.5, 0.0},
                               .anchor_b = {-0.5, 0.0},
                               .lower = -0.5,
                               .upper = 0.5,
                               .motor_speed = speed,
                               .motor_torque = torque};
    ppo_world_add_hinge(&world, &def);
}

// Two that come together along the line through the joint: 1 N s stops both.
static void test_joint(void **state)
{
    (void)state;
    join(0.0, 0.0);
    world.body[0].velocity.x = 1.0f;
    world.body[1].velocity.x = -1.0f;
    solve(false);
    assert_true(is_near(world.body[0].velocity.x, 0.0, 1e-5));
    assert_true(is_near(world.body[1].velocity.x, 0.0, 1e-5));
    assert_true(is_near(world.hinge[0].impulse[0], 1.0, 1e-5));
}

// A motor gives at most torque times duration.
static void test_motor(void **state)
{
    (void)state;
    join(1000.0, 3.0);
    solve(false);
    assert_true(is_near(world.hinge[0].motor_impulse, 3.0 * 0.02, 1e-6));
    assert_true(world.body[1].omega > 0.0f && world.body[0].omega < 0.0f);
}

// At a limit the joint turns back only.
static void test_limit(void **state)
{
    (void)state;
    for (int back = 0; back < 2; back++) {
        join(0.0, 0.0);
        world.body[1].sweep.a = 0.6f;
        world.body[0].omega = back ? 1.0f : -1.0f;
        world.body[1].omega = back ? -1.0f : 1.0f;
        solve(false);
        const float speed = world.body[1].omega - world.body[0].omega;
        assert_int_equal(world.hinge[0].limit, PPO_LIMIT_UPPER);
        if (back)
            assert_true(speed < -0.1f && world.hinge[0].impulse[2] == 0.0f);
        else
            assert_true(is_near(speed, 0.0, 1e-4) && world.hinge[0].impulse[2] < 0.0f);
    }
}

// Two bodies on a hinge, moving differently for each `i`; some stand at the hinge's limit. Every
// fifth has its bodies the other way round, so that it has no place beside the others.
static void join_one_of_many(int i)
{
    join(0.5 * i, 10.0);
    world.body[i % 2].velocity = (ppo_vec2){0.25f * (float)i, -1.0f};
    world.body[1].sweep.a = i % 3 == 0 ? 0.6f : 0.0f;
    if (i % 5 == 4) {
        world.hinge[0].a = 1;
        world.hinge[0].b = 0;
    }
}

// Islands side by side, each as if it were by itself.
static void test_together(void **state)
{
    (void)state;
    enum { MOST = 16 };
    static ppo_world worlds[MOST], alone;
    static ppo_island islands[MOST];
    ppo_world *world_of[MOST];
    const ppo_island *island_of[MOST];
    const int count = ppo_world_lanes();
    assert_true(count <= MOST);
    for (int i = 0; i < count; i++) {
        join_one_of_many(i);
        worlds[i] = world;
        islands[i] = next(&worlds[i]);
        world_of[i] = &worlds[i];
        island_of[i] = &islands[i];
    }
    ppo_islands_solve(world_of, island_of, count, 0.02f, 180);
    for (int i = 0; i < count; i++) {
        join_one_of_many(i);
        alone = world;
        const ppo_island own = next(&alone);
        ppo_island_solve(&alone, &own, 0.02f, 180);
        assert_memory_equal(alone.body, worlds[i].body, sizeof alone.body);
        assert_memory_equal(alone.hinge, worlds[i].hinge, sizeof alone.hinge);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_contact),    cmocka_unit_test(test_no_pull),
        cmocka_unit_test(test_warm_start), cmocka_unit_test(test_joint),
        cmocka_unit_test(test_motor),      cmocka_unit_test(test_limit),
        cmocka_unit_test(test_together),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
