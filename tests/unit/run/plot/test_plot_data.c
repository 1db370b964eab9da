// SPDX-License-Identifier: MIT
// A run's metric out of its files: against wall clock, smoothed, names.
#include "run/plot/plot_data.h"
#include "run/directory.h"
#include "unit/run/support/scratch.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

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

static void expect_smooth(size_t width, const double *wanted)
{
    double x[] = {1, 2, 3, 4, 5}, y[] = {10, 20, 60, 20, 10};
    ppo_samples s = {.count = 5, .x = x, .y = y};
    assert_true(ppo_samples_smooth(&s, width));
    for (size_t i = 0; i < 5; i++)
        assert_true(fabs(y[i] - wanted[i]) < 1e-12);
}

static void test_smoothing(void **state)
{
    (void)state;
    expect_smooth(0, (const double[]){10, 20, 60, 20, 10});
    expect_smooth(1, (const double[]){10, 20, 60, 20, 10});
    expect_smooth(3, (const double[]){15, 30, 100.0 / 3, 30, 15});
    expect_smooth(1000000, (const double[]){24, 24, 24, 24, 24});
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_smoothing),
        cmocka_unit_test(test_seconds_and_other_files),
        cmocka_unit_test(test_names),
    };
    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
