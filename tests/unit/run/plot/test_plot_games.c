// SPDX-License-Identifier: MIT
// Runs of several games on the scale of random policy and human: last values and curves over the
// games, by hand.
#include "run/plot/plot_games.h"

#include "run/directory.h"
#include "unit/run/support/scratch.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

enum { NUM_RUNS = 3 };

// Pong: random -20.7, human 14.6; Freeway: 0 and 29.6. So 0.5 and 1, and 2.
static const struct {
    const char *name, *env, *rows;
} runs[NUM_RUNS] = {
    {"pong-1", "PongNoFrameskip-v4", "1,100,-20.7\n2,300,-3.05\n"},
    {"pong-2", "ALE/Pong-v5", "1,100,14.6\n2,300,14.6\n"},
    {"freeway-1", "FreewayNoFrameskip-v4", "1,200,0\n2,300,59.2\n"},
};

static const char *make_run(const char *name, const char *env, const char *rows)
{
    char text[512];
    const char *dir = scratch_path(name);
    mkdir(dir, 0777);
    int size = snprintf(text, sizeof text, "iteration,global_step,rollout/ep_rew_mean\n%s", rows);
    assert_true(scratch_write(ppo_path_in(dir, "progress.csv").text, text, (size_t)size));
    size = snprintf(text, sizeof text, "env_id: %s\n", env);
    assert_true(scratch_write(ppo_path_in(dir, "config.yaml").text, text, (size_t)size));
    return dir;
}

static void expect(double found, double wanted)
{
    if (!(fabs(found - wanted) < 1e-9))
        fail_msg("%.17g, not %.17g", found, wanted);
}

static void test_last_values(void **state)
{
    (void)state;
    const char *dirs[NUM_RUNS];
    ppo_error error = {0};
    ppo_run_aggregate a;
    ppo_run_aggregate_init(&a);
    for (size_t i = 0; i < NUM_RUNS; i++)
        dirs[i] = make_run(runs[i].name, runs[i].env, runs[i].rows);
    if (ppo_runs_aggregate(&a, dirs, NUM_RUNS, NULL, &error) != PPO_OK)
        fail_msg("%s", error.message);
    assert_int_equal(a.num_runs, 3);
    assert_int_equal(a.num_games, 2);
    assert_string_equal(a.metric, "rollout/ep_rew_mean"); // there are no evaluations
    expect(a.scores.mean.value, (0.75 + 2.0) / 2.0);
    expect(a.scores.median.value, (0.75 + 2.0) / 2.0);
    expect(a.scores.iqm.value, 3.5 / 3.0); // of three runs none is dropped
    expect(a.scores.optimality_gap.value, 0.5 / 3.0);
    expect(a.scores.mean.interval.low, (0.5 + 2.0) / 2.0);
    expect(a.scores.mean.interval.high, (1.0 + 2.0) / 2.0);
}

static void test_curves(void **state)
{
    (void)state;
    ppo_samples samples[NUM_RUNS];
    ppo_curve curve[PPO_GAME_CURVES];
    for (size_t i = 0; i < NUM_RUNS; i++) {
        const char *dir = make_run(runs[i].name, runs[i].env, runs[i].rows);
        assert_int_equal(
            ppo_samples_read(&samples[i], dir, "rollout/ep_rew_mean", PPO_PLOT_STEPS, NULL),
            PPO_OK);
        assert_int_equal(ppo_samples_normalise(&samples[i], NULL), PPO_OK);
    }
    assert_int_equal(ppo_games_count(samples, NUM_RUNS), 2);
    assert_true(ppo_games_curves(curve, samples, NUM_RUNS));
    const size_t last = curve[0].count - 1;
    expect(curve[0].x[0], 200.0); // where all have begun
    expect(curve[0].x[last], 300.0);
    expect(curve[1].y[0], ((0.25 + 1.0) / 2.0 + 0.0) / 2.0);
    expect(curve[1].y[last], (0.75 + 2.0) / 2.0);
    expect(curve[2].y[last], 3.5 / 3.0);
    expect(curve[1].low[last], 1.25);
    expect(curve[1].high[last], 1.5);
    for (size_t i = 0; i < PPO_GAME_CURVES; i++)
        ppo_curve_release(&curve[i]);
    for (size_t i = 0; i < NUM_RUNS; i++)
        ppo_samples_release(&samples[i]);
}

static void test_no_scores(void **state)
{
    (void)state;
    static const char *const envs[] = {"Rally", "TetrisNoFrameskip-v4", "CartPole-v1"};
    static const char *const names[] = {"Rally", "Tetris", "CartPole-v1"};
    for (size_t i = 0; i < 3; i++) {
        ppo_error error = {0};
        ppo_run_aggregate a;
        ppo_run_aggregate_init(&a);
        const char *dir = make_run("other", envs[i], "1,100,5\n");
        assert_int_equal(ppo_runs_aggregate(&a, &dir, 1, NULL, &error), PPO_UNSUPPORTED);
        assert_non_null(strstr(error.message, names[i]));
    }
    ppo_run_aggregate a;
    ppo_run_aggregate_init(&a);
    assert_int_equal(ppo_runs_aggregate(&a, NULL, 0, NULL, NULL), PPO_INVALID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_last_values),
        cmocka_unit_test(test_curves),
        cmocka_unit_test(test_no_scores),
    };
    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
