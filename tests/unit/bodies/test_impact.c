// SPDX-License-Identifier: MIT
// When shapes touch that move: a box that falls on an edge, by hand; and sweeps that are moved on.
#include "bodies/impact.h"

#include "unit/bodies/support/scenes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static const ppo_vec2 box[4] = {{-0.5f, -0.5f}, {0.5f, -0.5f}, {0.5f, 0.5f}, {-0.5f, 0.5f}};
static const ppo_vec2 edge[2] = {{-5.0f, 0.0f}, {5.0f, 0.0f}};

static void expect(ppo_sweep sweep, double wanted, double within)
{
    const ppo_moving_corners moving = {{box, 4}, &sweep}, still = {{edge, 2}, NULL};
    const float a = ppo_time_of_impact(&moving, &still), b = ppo_time_of_impact(&still, &moving);
    if (!is_near(a, wanted, within) || !is_near(b, wanted, within))
        fail_msg("%.9g and %.9g, not %.9g", (double)a, (double)b, wanted);
}

// The target is a distance of 0.005 m, with a tolerance of 0.00125 m.
static void test_fall(void **state)
{
    (void)state;
    const ppo_sweep fall = {.c0 = {0.0f, 2.5f}, .c = {0.0f, -1.5f}};
    expect(fall, (2.0 - 0.005) / 4.0, 0.00125 / 4.0 + 1e-6);
    const ppo_sweep from_below = {.c0 = {0.0f, -2.5f}, .c = {0.0f, 1.5f}};
    expect(from_below, (2.0 - 0.005) / 4.0, 0.00125 / 4.0 + 1e-6);
}

// It turns about its centre at a height of 0.6 m until a corner, at first 45 degrees from the
// vertical, is 0.595 m below it; whole turns before that don't matter much.
static void test_turn(void **state)
{
    (void)state;
    const double wanted = 0.25 * 3.14159265359 - acos(0.595 / sqrt(0.5));
    const double within = 0.00125 / sqrt(0.5 - 0.595 * 0.595) + 1e-5;
    ppo_sweep turn = {.c0 = {0.0f, 0.6f}, .c = {0.0f, 0.6f}, .a0 = 0.0f, .a = 0.5f};
    expect(turn, wanted / 0.5, within / 0.5);
    turn.a0 += 20.0f * 3.14159265359f;
    turn.a += 20.0f * 3.14159265359f;
    expect(turn, wanted / 0.5, within / 0.5 + 1e-4);
}

static void test_misses(void **state)
{
    (void)state;
    const ppo_sweep above = {.c0 = {-3.0f, 0.51f}, .c = {3.0f, 0.51f}};
    expect(above, -1.0, 0.0);
    const ppo_sweep beside = {.c0 = {6.0f, 2.5f}, .c = {6.0f, -1.5f}};
    expect(beside, -1.0, 0.0);
    const ppo_sweep away = {.c0 = {0.0f, 0.6f}, .c = {0.0f, 4.0f}};
    expect(away, -1.0, 0.0);
}

// Shapes that overlap to begin with have no time of impact; those at the target touch at once.
static void test_to_begin_with(void **state)
{
    (void)state;
    const ppo_sweep within = {.c0 = {0.0f, 0.3f}, .c = {0.0f, -1.0f}};
    expect(within, -1.0, 0.0);
    const ppo_sweep at = {.c0 = {0.0f, 0.505f}, .c = {0.0f, -1.0f}};
    expect(at, 0.0, 0.0);
}

static void test_sweep(void **state)
{
    (void)state;
    ppo_sweep sweep = {.c = {4.0f, -8.0f}, .a = 1.0f};
    ppo_sweep_advance(&sweep, 0.25f);
    assert_true(sweep.c0.x == 1.0f && sweep.c0.y == -2.0f && sweep.a0 == 0.25f);
    assert_true(sweep.alpha0 == 0.25f && sweep.c.x == 4.0f && sweep.a == 1.0f);
    ppo_sweep_advance(&sweep, 0.5f); // a third of what is left
    assert_true(is_near(sweep.c0.x, 2.0, 1e-6) && is_near(sweep.a0, 0.5, 1e-6));
    assert_true(sweep.alpha0 == 0.5f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fall),   cmocka_unit_test(test_turn),
        cmocka_unit_test(test_misses), cmocka_unit_test(test_to_begin_with),
        cmocka_unit_test(test_sweep),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
