// SPDX-License-Identifier: MIT
// Worlds as they are made: masses and centres, normals of edges, which pieces are one static body,
// hinges' angles at creation, and what clearing leaves.
#include "bodies/build.h"

#include "unit/bodies/support/scenes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static ppo_world world;

static void test_box(void **state)
{
    (void)state;
    scene_edge(&world);
    const int body = scene_box(&world, 2.0, 3.0, 0.0);
    const ppo_body *b = &world.body[body];
    assert_int_equal(body, 0);
    assert_int_equal(world.num_bodies, 1);
    assert_true(is_near(b->inv_mass, 1.0, 1e-6) && is_near(b->inv_inertia, 6.0, 1e-5));
    assert_true(is_near(b->reach, sqrt(0.5), 1e-6) && b->friction == 0.5f);
    assert_true(b->is_awake && b->has_moved && !b->touches);
    assert_true(world.world_corner[0][2].x == 2.5f && world.world_corner[0][2].y == 3.5f);
}

// Mass 9, and about the centre of mass m (b^2 + h^2) / 18 = 9.
static void test_triangle(void **state)
{
    (void)state;
    static const double triangle[3][2] = {{0.0, 0.0}, {3.0, 0.0}, {0.0, 3.0}};
    const ppo_body_def def = {.x = 10.0, .y = 20.0, .density = 2.0};
    scene_edge(&world);
    const ppo_body *b = &world.body[ppo_world_add_polygon(&world, &def, triangle, 3)];
    assert_true(is_near(b->inv_mass, 1.0 / 9.0, 1e-6) && is_near(b->inv_inertia, 1.0 / 9.0, 1e-6));
    assert_true(is_near(b->sweep.c.x, 11.0, 1e-5) && is_near(b->sweep.c.y, 21.0, 1e-5));
    assert_true(is_near(b->reach, sqrt(5.0), 1e-5)); // from (1, 1) to (3, 0)
}

static void test_ground(void **state)
{
    (void)state;
    static const double edge[2][2] = {{5.0, 0.0}, {5.0, 4.0}};
    static const double block[4][2] = {{6.0, 0.0}, {8.0, 0.0}, {8.0, 1.0}, {6.0, 1.0}};
    scene_edge(&world);
    ppo_world_add_edge(&world, edge, 0.25, false);
    ppo_world_add_block(&world, block, 4, 0.5, true);
    assert_int_equal(world.num_ground, 3);
    const ppo_ground_piece *wall = &world.slot[1].piece, *b = &world.slot[2].piece;
    assert_true(wall->normal[0].x == 1.0f && wall->normal[0].y == 0.0f); // to the right
    assert_int_equal(wall->part_of, 0);
    assert_int_equal(wall->num_corners, 2);
    assert_int_equal(b->part_of, 2);
    assert_int_equal(b->num_corners, 4);
    assert_true(b->centroid.x == 7.0f && b->centroid.y == 0.5f && b->friction == 0.5f);
}

// New ground is looked for by the bodies that are there.
static void test_ground_after_bodies(void **state)
{
    (void)state;
    static const double edge[2][2] = {{0.0, 1.0}, {1.0, 1.0}};
    scene_edge(&world);
    const int body = scene_box(&world, 2.0, 3.0, 0.0);
    world.body[body].has_moved = 0;
    ppo_world_add_edge(&world, edge, 0.25, true);
    assert_true(world.body[body].has_moved);
}

static void test_hinge(void **state)
{
    (void)state;
    scene_edge(&world);
    const int a = scene_box(&world, 0.0, 5.0, 0.25), b = scene_box(&world, 1.0, 5.0, 0.75);
    const ppo_hinge_def def = {.a = a, .b = b, .anchor_b = {0.5, -0.5}, .upper = 1.0};
    assert_int_equal(ppo_world_add_hinge(&world, &def), 0);
    assert_true(world.hinge[0].reference_angle == 0.5f && world.hinge[0].anchor_b.y == -0.5f);
    assert_int_equal(world.hinge[0].limit, PPO_LIMIT_NONE);
}

// A cleared world and a new one differ in which node of the tree comes next, and in nothing else
// that counts.
static void test_clear(void **state)
{
    (void)state;
    scene_walker(&world, 3);
    for (int i = 0; i < 30; i++)
        scene_step(&world);
    ppo_world_clear(&world);
    assert_int_equal(world.num_ground + world.num_bodies + world.num_hinges, 0);
    assert_int_equal(world.num_contacts, 0);
    assert_int_equal(world.tree.root, -1);
    assert_int_equal(world.max_ground, 42);
    static const ppo_body nothing;
    for (int i = 0; i < PPO_MAX_BODIES; i++)
        assert_memory_equal(&world.body[i], &nothing, sizeof nothing);
    scene_walker(&world, 3);
    assert_int_equal(world.num_bodies, 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_box),    cmocka_unit_test(test_triangle),
        cmocka_unit_test(test_ground), cmocka_unit_test(test_ground_after_bodies),
        cmocka_unit_test(test_hinge),  cmocka_unit_test(test_clear),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
