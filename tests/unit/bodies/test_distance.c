// SPDX-License-Identifier: MIT
// Distances of polygons against all pairs of corner and side, in double; and times of impact.
#include "bodies/distance.h"

#include "bodies/impact.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const ppo_vec2 square[4] = {{-0.5f, -0.5f}, {0.5f, -0.5f}, {0.5f, 0.5f}, {-0.5f, 0.5f}};
static const ppo_vec2 edge[2] = {{-3.0f, 0.0f}, {3.0f, 0.5f}};

static double point_to_segment(ppo_vec2 p, ppo_vec2 a, ppo_vec2 b)
{
    const double ex = (double)b.x - (double)a.x, ey = (double)b.y - (double)a.y;
    const double px = (double)p.x - (double)a.x, py = (double)p.y - (double)a.y;
    const double t = fmin(fmax((px * ex + py * ey) / (ex * ex + ey * ey), 0.0), 1.0);
    return hypot(px - t * ex, py - t * ey);
}

// Of a square that does not touch the edge.
static double reference(const ppo_transform at)
{
    double least = 1e9;
    for (int i = 0; i < 4; i++) {
        const ppo_vec2 a = ppo_to_world(at, square[i]), b = ppo_to_world(at, square[(i + 1) % 4]);
        least = fmin(least, point_to_segment(a, edge[0], edge[1]));
        for (int k = 0; k < 2; k++)
            least = fmin(least, point_to_segment(edge[k], a, b));
    }
    return least;
}

static void test_distance(void **state)
{
    (void)state;
    const ppo_corners a = {edge, 2}, b = {square, 4};
    ppo_simplex_cache cache = {.count = 0};
    for (int i = 0; i < 300; i++) {
        const float turn = 0.07f * (float)i, far = 1.3f + 0.01f * (float)i;
        const ppo_transform at = {{5.0f * cosf(turn), 2.0f * far + 2.0f * sinf(turn)},
                                  ppo_rotation_of(3.0f * turn)};
        const double wanted = reference(at);
        const float warm = ppo_distance(&cache, &a, ppo_identity, &b, at);
        ppo_simplex_cache none = {.count = 0};
        const float cold = ppo_distance(&none, &a, ppo_identity, &b, at);
        if (fabs((double)warm - wanted) > 1e-4 || fabs((double)cold - wanted) > 1e-4)
            fail_msg("case %d: %g and %g, not %g", i, (double)warm, (double)cold, wanted);
    }
    const ppo_transform inside = {{0.0f, 0.25f}, {0.0f, 1.0f}};
    ppo_simplex_cache none = {.count = 0};
    assert_true(ppo_distance(&none, &a, ppo_identity, &b, inside) < 1e-6f);
}

// At the time that is found the square is as far from the edge as the skins' target says, and not
// nearer before.
static void test_time_of_impact(void **state)
{
    (void)state;
    int touched = 0, missed = 0;
    for (int i = 0; i < 200; i++) {
        ppo_sweep sweep = {.c0 = {-2.0f + 0.02f * (float)i, 3.0f},
                           .c = {1.0f, -3.0f + 0.04f * (float)i},
                           .a0 = 0.0f,
                           .a = 0.01f * (float)i};
        const ppo_moving_corners still = {{edge, 2}, NULL}, moving = {{square, 4}, &sweep};
        const float t = ppo_time_of_impact(&still, &moving);
        const int steps = 400;
        double least = 1e9;
        for (int k = 0; k <= steps; k++) {
            const float s = (float)k / (float)steps;
            if (t >= 0.0f && s > t)
                break;
            const ppo_transform at = {
                {(1.0f - s) * sweep.c0.x + s * sweep.c.x, (1.0f - s) * sweep.c0.y + s * sweep.c.y},
                ppo_rotation_of(s * sweep.a)};
            ppo_simplex_cache none = {.count = 0};
            const ppo_corners a = {edge, 2}, b = {square, 4};
            least = fmin(least, (double)ppo_distance(&none, &a, ppo_identity, &b, at));
        }
        assert_true(least > 0.005 - 0.002);
        if (t < 0.0f) {
            missed++;
            continue;
        }
        touched++;
        ppo_sweep_advance(&sweep, t);
        const ppo_transform at = {sweep.c0, ppo_rotation_of(sweep.a0)};
        assert_true(fabs(reference(at) - 0.005) < 0.002);
    }
    assert_true(touched > 50 && missed > 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_distance),
        cmocka_unit_test(test_time_of_impact),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
