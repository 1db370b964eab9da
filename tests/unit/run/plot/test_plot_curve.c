// SPDX-License-Identifier: MIT
// Curves of several runs: statistics and bands where runs begin late, end early, lie between each
// other's points.
#include "run/plot/plot_data.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static void expect_point(const ppo_curve *c, size_t i, double x, double low, double y, double high)
{
    assert_true(i < c->count);
    assert_true(fabs(c->x[i] - x) < 1e-12);
    assert_true(fabs(c->low[i] - low) < 1e-12);
    assert_true(fabs(c->y[i] - y) < 1e-12);
    assert_true(fabs(c->high[i] - high) < 1e-12);
}

static void test_mean_and_band(void **state)
{
    (void)state;
    double ax[] = {1, 2, 3, 5}, ay[] = {0, 10, 20, 40};
    double bx[] = {2, 4}, by[] = {30, 50};
    const ppo_samples runs[] = {
        {.count = 2, .x = bx, .y = by}, {.count = 0}, {.count = 4, .x = ax, .y = ay}};
    const size_t members[] = {2, 0};
    ppo_curve c;
    assert_true(ppo_curve_make(&c, runs, members, 2, PPO_PLOT_MEAN, PPO_PLOT_RANGE));
    assert_int_equal(c.count, 5);
    expect_point(&c, 0, 1, 0, 0, 0);    // b has not begun
    expect_point(&c, 1, 2, 10, 20, 30); // both have a point
    expect_point(&c, 2, 3, 20, 30, 40); // b on its straight line
    expect_point(&c, 3, 4, 30, 40, 50); // a on its
    expect_point(&c, 4, 5, 40, 45, 50); // b has ended
    ppo_curve_release(&c);
    assert_true(ppo_curve_make(&c, runs, members, 1, PPO_PLOT_MEAN, PPO_PLOT_RANGE));
    assert_null(c.low);
    assert_int_equal(c.count, 4);
    ppo_curve_release(&c);
}

static void test_long_curves_are_thinned(void **state)
{
    (void)state;
    enum { COUNT = 9000 };
    double *x = malloc(COUNT * sizeof *x), *y = malloc(COUNT * sizeof *y);
    for (int i = 0; i < COUNT; i++) {
        x[i] = i;
        y[i] = 2.0 * i;
    }
    const ppo_samples s = {.count = COUNT, .x = x, .y = y};
    const size_t member = 0;
    ppo_curve c;
    assert_true(ppo_curve_make(&c, &s, &member, 1, PPO_PLOT_MEAN, PPO_PLOT_RANGE));
    assert_true(c.count == 2000);
    for (size_t i = 0; i < c.count; i++)
        assert_true(fabs(c.y[i] - 2.0 * c.x[i]) < 1e-9);
    assert_true(c.x[0] < 1e-12 && fabs(c.x[c.count - 1] - (COUNT - 1)) < 1e-9);
    ppo_curve_release(&c);
    free(x);
    free(y);
}

// Ten runs with one value each, at the same place; i-th value as given.
static ppo_curve of_values(double *value, size_t count, ppo_plot_statistic statistic,
                           ppo_plot_band band)
{
    static double x = 1.0;
    ppo_samples runs[16];
    size_t members[16];
    ppo_curve c;
    for (size_t i = 0; i < count; i++) {
        runs[i] = (ppo_samples){.count = 1, .x = &x, .y = &value[i]};
        members[i] = i;
    }
    assert_true(ppo_curve_make(&c, runs, members, count, statistic, band));
    assert_int_equal(c.count, 1);
    return c;
}

static void test_statistics(void **state)
{
    double value[] = {100, 4, 2, 1, 3, 5};
    const struct {
        ppo_plot_statistic statistic;
        size_t count;
        double wanted;
    } cases[] = {{PPO_PLOT_MEAN, 5, 22},     {PPO_PLOT_IQM, 5, 3},   {PPO_PLOT_MEDIAN, 5, 3},
                 {PPO_PLOT_MEDIAN, 6, 3.5},  {PPO_PLOT_IQM, 6, 3.5}, {PPO_PLOT_IQM, 3, 106.0 / 3},
                 {PPO_PLOT_MEDIAN, 1, 100.0}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        ppo_curve c = of_values(value, cases[i].count, cases[i].statistic, PPO_PLOT_NO_BAND);
        assert_true(fabs(c.y[0] - cases[i].wanted) < 1e-12);
        assert_null(c.low);
        ppo_curve_release(&c);
    }
}

static void test_bands(void **state)
{
    double value[] = {2, 4, 4, 4, 5, 5, 7, 9}, same[] = {3, 3, 3, 3};
    (void)state;
    ppo_curve c = of_values(value, 8, PPO_PLOT_MEAN, PPO_PLOT_STD);
    const double std = sqrt(32.0 / 7.0);
    expect_point(&c, 0, 1, 5 - std, 5, 5 + std);
    ppo_curve_release(&c);
    c = of_values(value, 8, PPO_PLOT_MEDIAN, PPO_PLOT_RANGE);
    expect_point(&c, 0, 1, 2, 4.5, 9);
    ppo_curve_release(&c);
    // The mean's standard error is 0.756 here, its interval about 3.7 to 6.4; that of the
    // bootstrap, which knows no correction for few values, a little narrower.
    c = of_values(value, 8, PPO_PLOT_MEAN, PPO_PLOT_INTERVAL);
    assert_true(c.low[0] > 3.5 && c.low[0] < 4.1);
    assert_true(c.high[0] > 5.9 && c.high[0] < 6.8);
    ppo_curve again = of_values(value, 8, PPO_PLOT_MEAN, PPO_PLOT_INTERVAL);
    expect_point(&again, 0, 1, c.low[0], c.y[0], c.high[0]);
    ppo_curve_release(&again);
    ppo_curve_release(&c);
    c = of_values(same, 4, PPO_PLOT_IQM, PPO_PLOT_INTERVAL);
    expect_point(&c, 0, 1, 3, 3, 3);
    ppo_curve_release(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mean_and_band),
        cmocka_unit_test(test_long_curves_are_thinned),
        cmocka_unit_test(test_statistics),
        cmocka_unit_test(test_bands),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
