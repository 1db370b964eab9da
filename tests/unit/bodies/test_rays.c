// SPDX-License-Identifier: MIT
// Rays against a plain intersection with every side of every piece, in double.
#include "bodies/rays.h"

#include "bodies/build.h"
#include "unit/bodies/support/scenes.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static double side_hit(const double from[2], const double to[2], ppo_vec2 a, ppo_vec2 b)
{
    const double dx = to[0] - from[0], dy = to[1] - from[1];
    const double ex = (double)b.x - (double)a.x, ey = (double)b.y - (double)a.y;
    const double det = dx * ey - dy * ex, ox = (double)a.x - from[0], oy = (double)a.y - from[1];
    if (det == 0.0)
        return 1.0;
    const double t = (ox * ey - oy * ex) / det, s = (ox * dy - oy * dx) / det;
    return t >= 0.0 && s >= 0.0 && s <= 1.0 ? fmin(t, 1.0) : 1.0;
}

static double reference(const ppo_world *world, const double from[2], const double to[2])
{
    double nearest = 1.0;
    for (int i = 0; i < world->num_ground; i++) {
        const ppo_ground_piece *p = &world->slot[i].piece;
        const int n = p->num_corners;
        for (int k = 0; k < (n == 2 ? 1 : n); k++)
            nearest = fmin(nearest, side_hit(from, to, p->corner[k], p->corner[(k + 1) % n]));
    }
    return nearest;
}

static void test_against_reference(void **state)
{
    (void)state;
    ppo_world *world = calloc(1, sizeof *world);
    assert_non_null(world);
    scene_ground(world, true);
    int hits = 0, misses = 0;
    for (int k = 0; k < 200; k++) {
        const double from[2] = {1.0 + 0.09 * k, 2.0 + 0.01 * k};
        double to[23][2];
        float fraction[23];
        for (int i = 0; i < 23; i++) {
            to[i][0] = from[0] + 5.0 * sin(0.15 * i - 1.0);
            to[i][1] = from[1] - 5.0 * cos(0.15 * i - 1.0);
        }
        ppo_world_cast(world, from, (const double(*)[2])to, 23, fraction);
        for (int i = 0; i < 23; i++) {
            const double wanted = reference(world, from, to[i]);
            if (fabs((double)fraction[i] - wanted) > 1e-4)
                fail_msg("ray %d of place %d: %g, not %g", i, k, (double)fraction[i], wanted);
            hits += wanted < 1.0;
            misses += wanted == 1.0;
        }
    }
    assert_true(hits > 1000 && misses > 100);
    free(world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_against_reference)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
