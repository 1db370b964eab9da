// SPDX-License-Identifier: MIT
// Curves of several runs: the mean and the band where runs begin late, end early, lie between each
// other's points; and a run's metric against wall clock.
#include "run/plot_data.h"
#include "run/directory.h"
#include "support/scratch.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

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

static void write_text(const char *dir, const char *name, const char *text)
{
    const ppo_path path = ppo_path_in(dir, name);
    assert_true(scratch_write(path.text, text, strlen(text)));
}

static void test_seconds_and_other_files(void **state)
{
    (void)state;
    const char *run = scratch_path("timed");
    ppo_samples s;
    mkdir(run, 0777);
    write_text(run, "progress.csv", "iteration,global_step,a\n1,10,1\n2,20,\n3,30,3\n5,50,5\n");
    write_text(run, "timing.csv",
               "iteration,time/time_elapsed,b\n1,0.5,7\n2,1,8\n3,1.5,9\n4,2,1\n");
    write_text(run, "evaluations.csv", "iteration,global_step,c\n3,30,33\n");
    write_text(run, "config.yaml", "env_id: CartPole-v1\nseed: 4\n");
    assert_int_equal(ppo_samples_read(&s, run, "a", PPO_PLOT_SECONDS, NULL), PPO_OK);
    assert_int_equal(s.count, 2); // one without a value, one without a time
    assert_true(s.x[0] == 0.5 && s.x[1] == 1.5 && s.y[1] == 3.0);
    assert_true(s.has_config);
    assert_string_equal(s.config.env_id, "CartPole-v1");
    ppo_samples_release(&s);
    assert_int_equal(ppo_samples_read(&s, run, "b", PPO_PLOT_SECONDS, NULL), PPO_OK);
    assert_int_equal(s.count, 4);
    ppo_samples_release(&s);
    assert_int_equal(ppo_samples_read(&s, run, "c", PPO_PLOT_STEPS, NULL), PPO_OK);
    assert_true(s.count == 1 && s.x[0] == 30.0 && s.y[0] == 33.0);
    ppo_samples_release(&s);
    assert_int_equal(ppo_samples_read(&s, run, "d", PPO_PLOT_STEPS, NULL), PPO_NOT_FOUND);
}

static void test_names(void **state)
{
    (void)state;
    ppo_samples s;
    mkdir(scratch_path("deep"), 0777);
    const char *run = scratch_path("deep/er");
    mkdir(run, 0777);
    write_text(run, "progress.csv", "global_step,a\n1,1\n");
    const ppo_path slash = ppo_path_in(run, "/");
    assert_int_equal(ppo_samples_read(&s, slash.text, "a", PPO_PLOT_STEPS, NULL), PPO_OK);
    assert_string_equal(s.name, "deep/er");
    assert_false(s.has_config);
    ppo_samples_release(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mean_and_band),
        cmocka_unit_test(test_long_curves_are_thinned),
        cmocka_unit_test(test_seconds_and_other_files),
        cmocka_unit_test(test_names),
    };
    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
