// SPDX-License-Identifier: MIT
// Hulls, masses and boxes of polygons against what geometry says.
#include "bodies/polygon.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void assert_near(float a, double b)
{
    assert_true(fabs((double)a - b) < 1e-5);
}

// In any order, with a point inside: the corners counterclockwise from the rightmost lowest one.
static void test_hull(void **state)
{
    (void)state;
    static const ppo_vec2 point[] = {{0, 0}, {1, 1}, {2, 0}, {0, 2}, {2, 2}, {1, 0}};
    static const ppo_vec2 wanted[] = {{2, 0}, {2, 2}, {0, 2}, {0, 0}};
    static const ppo_vec2 normal[] = {{1, 0}, {0, 1}, {-1, 0}, {0, -1}};
    ppo_polygon p;
    ppo_polygon_hull(&p, point, 6);
    assert_int_equal(p.num_corners, 4);
    for (int i = 0; i < 4; i++) {
        assert_true(p.corner[i].x == wanted[i].x && p.corner[i].y == wanted[i].y);
        assert_near(p.normal[i].x, (double)normal[i].x);
        assert_near(p.normal[i].y, (double)normal[i].y);
    }
    assert_near(p.centroid.x, 1.0);
    assert_near(p.centroid.y, 1.0);
}

// A rectangle w by h: mass w h rho, about its centre m (w^2 + h^2) / 12.
static void test_mass(void **state)
{
    (void)state;
    ppo_polygon p;
    ppo_polygon_box(&p, 1.0f, 0.5f);
    const ppo_mass m = ppo_polygon_mass(&p, 3.0f);
    assert_near(m.mass, 6.0);
    assert_near(m.inertia, 6.0 * (4.0 + 1.0) / 12.0);
    assert_near(m.center.x, 0.0);
    static const ppo_vec2 triangle[] = {{1, 1}, {4, 1}, {1, 3}};
    ppo_polygon_hull(&p, triangle, 3);
    const ppo_mass t = ppo_polygon_mass(&p, 1.0f);
    assert_near(t.mass, 3.0);
    assert_near(t.center.x, 2.0);
    assert_near(t.center.y, 5.0 / 3.0);
    // About the centre m (a^2 + b^2) / 18 for legs a and b; to the origin by Steiner.
    assert_near(t.inertia, 3.0 * 13.0 / 18.0 + 3.0 * (4.0 + 25.0 / 9.0));
}

// A trapezoid: a square of 2 m and half of one beside it.
static void test_centre(void **state)
{
    (void)state;
    static const ppo_vec2 corner[] = {{0, 0}, {4, 0}, {2, 2}, {0, 2}};
    ppo_polygon p;
    ppo_polygon_hull(&p, corner, 4);
    const ppo_mass m = ppo_polygon_mass(&p, 2.0f);
    assert_near(m.mass, 12.0);
    assert_near(m.center.x, 14.0 / 9.0);
    assert_near(m.center.y, 8.0 / 9.0);
    assert_near(p.centroid.x, 14.0 / 9.0);
    assert_near(p.centroid.y, 8.0 / 9.0);
}

static void test_box(void **state)
{
    (void)state;
    static const ppo_vec2 corner[] = {{1, 2}, {3, -1}, {0, 0}};
    const ppo_box box = ppo_corners_box(corner, 3);
    assert_near(box.lower.x, -0.01);
    assert_near(box.lower.y, -1.01);
    assert_near(box.upper.x, 3.01);
    assert_near(box.upper.y, 2.01);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hull),
        cmocka_unit_test(test_mass),
        cmocka_unit_test(test_centre),
        cmocka_unit_test(test_box),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
