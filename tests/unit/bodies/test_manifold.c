// SPDX-License-Identifier: MIT
// Where a box touches an edge or a block: reference face, points, their keys; computed by hand.
#include "bodies/manifold.h"

#include "bodies/body.h"
#include "bodies/build.h"
#include "unit/bodies/support/scenes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static ppo_world world;

static ppo_manifold with_edge(double x0, double y0, double x1, double y1, double x, double y,
                              double angle)
{
    const double edge[2][2] = {{x0, y0}, {x1, y1}};
    ppo_manifold m;
    memset(&m, 0, sizeof m);
    ppo_world_init(&world, 0.0, 1);
    ppo_world_add_edge(&world, edge, 0.5, true);
    const int body = scene_box(&world, x, y, angle);
    ppo_manifold_with_edge(&m, &world.slot[0].piece, &world.body[body], world.world_corner[body]);
    return m;
}

static bool has_point(const ppo_manifold *m, double x, double y, double within)
{
    for (int i = 0; i < m->num_points; i++)
        if (is_near(m->point[i].local.x, x, within) && is_near(m->point[i].local.y, y, within))
            return true;
    return false;
}

static void test_box_on_edge(void **state)
{
    (void)state;
    const ppo_manifold m = with_edge(-5.0, 0.0, 5.0, 0.0, 0.0, 0.51, 0.0);
    assert_int_equal(m.num_points, 2);
    assert_int_equal(m.on_body, 0);
    assert_true(m.normal.x == 0.0f && m.normal.y == 1.0f && m.plane.y == 0.0f);
    assert_true(has_point(&m, -0.5, -0.5, 0.0) && has_point(&m, 0.5, -0.5, 0.0));
    assert_int_equal(m.point[0].key, 0x010000); // the edge's face, corner 0
    assert_int_equal(m.point[1].key, 0x010100); // the edge's face, corner 1
}

// An edge has two sides, and which one counts is decided by where the body's centre is.
static void test_box_below_edge(void **state)
{
    (void)state;
    const ppo_manifold m = with_edge(-5.0, 0.0, 5.0, 0.0, 0.0, -0.51, 0.0);
    assert_int_equal(m.num_points, 2);
    assert_true(m.normal.y == -1.0f);
    assert_true(has_point(&m, -0.5, 0.5, 0.0) && has_point(&m, 0.5, 0.5, 0.0));
}

static void test_skin(void **state)
{
    (void)state;
    assert_int_equal(with_edge(-5.0, 0.0, 5.0, 0.0, 0.0, 0.519, 0.0).num_points, 2);
    assert_int_equal(with_edge(-5.0, 0.0, 5.0, 0.0, 0.0, 0.521, 0.0).num_points, 0);
    assert_int_equal(with_edge(-5.0, 0.0, 5.0, 0.0, 5.6, 0.4, 0.0).num_points, 0); // beside it
}

// Half of the lower side lies over the edge: the point at its end is made by clipping.
static void test_clipped(void **state)
{
    (void)state;
    const ppo_manifold m = with_edge(0.0, 0.0, 5.0, 0.0, 0.0, 0.51, 0.0);
    assert_int_equal(m.num_points, 2);
    assert_true(has_point(&m, 0.0, -0.5, 1e-6) && has_point(&m, 0.5, -0.5, 1e-6));
}

static void test_corner_on_edge(void **state)
{
    (void)state;
    const ppo_manifold m = with_edge(-5.0, 0.0, 5.0, 0.0, 0.0, sqrt(0.5), 0.25 * 3.14159265359);
    assert_int_equal(m.num_points, 1);
    assert_true(has_point(&m, -0.5, -0.5, 1e-6));
}

// The end of an upright edge below the box: the face is the box's, the point the edge's end.
static void test_edge_end(void **state)
{
    (void)state;
    const ppo_manifold m = with_edge(0.0, -5.0, 0.0, 0.0, 0.1, 0.51, 0.0);
    assert_int_equal(m.num_points, 1);
    assert_int_equal(m.on_body, 1);
    assert_true(m.normal.x == 0.0f && m.normal.y == -1.0f && m.plane.y == -0.5f);
    assert_true(has_point(&m, 0.0, 0.0, 1e-6));
}

// Both faces are as good, so the first shape's is taken. The wider side is clipped to the narrower
// one, and 0.02 m beyond.
static void test_block(void **state)
{
    (void)state;
    static const double block[4][2] = {{-1.0, -1.0}, {1.0, -1.0}, {1.0, 0.0}, {-1.0, 0.0}};
    ppo_world_init(&world, 0.0, 1);
    ppo_world_add_block(&world, block, 4, 0.5, true);
    const ppo_ground_piece *piece = &world.slot[0].piece;
    const int body = scene_box(&world, 0.0, 0.51, 0.0);
    const ppo_body *b = &world.body[body];
    ppo_manifold m;
    ppo_manifold_with_block(&m, piece, b, false);
    assert_int_equal(m.num_points, 2);
    assert_int_equal(m.on_body, 0);
    assert_true(is_near(m.normal.y, 1.0, 1e-6) && is_near(m.plane.y, 0.0, 1e-6));
    assert_true(has_point(&m, -0.5, -0.5, 1e-6) && has_point(&m, 0.5, -0.5, 1e-6));
    ppo_manifold_with_block(&m, piece, b, true);
    assert_int_equal(m.num_points, 2);
    assert_int_equal(m.on_body, 1);
    assert_true(is_near(m.normal.y, -1.0, 1e-6) && is_near(m.plane.y, -0.5, 1e-6));
    assert_true(has_point(&m, -0.52, 0.0, 1e-6) && has_point(&m, 0.52, 0.0, 1e-6));
    world.body[body].transform.p.y = 0.53f;
    ppo_manifold_with_block(&m, piece, b, true);
    assert_int_equal(m.num_points, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_box_on_edge),    cmocka_unit_test(test_box_below_edge),
        cmocka_unit_test(test_skin),           cmocka_unit_test(test_clipped),
        cmocka_unit_test(test_corner_on_edge), cmocka_unit_test(test_edge_end),
        cmocka_unit_test(test_block),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
