// SPDX-License-Identifier: MIT
// One probe: findings go to the pipe once of each kind, actions depend on stream, index and mask
// alone and reach every value, calls are announced, and the episode's end includes the time limit.
#include "check/check_probe.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

// Writes an observation of 0 and bad_value, and allows all actions but the forbidden one.
static float bad_value = 0.5f;
static bool leaves_unwritten;
static int32_t forbidden = -1;

static ppo_status plain_reset(void *self, const uint64_t *seed, void *obs, ppo_error *error)
{
    float *x = obs;
    (void)self, (void)seed, (void)error;
    x[0] = 0.0f;
    if (!leaves_unwritten)
        x[1] = bad_value;
    return PPO_OK;
}

static ppo_status plain_step(void *self, const void *action, void *obs, ppo_transition *transition,
                             ppo_error *error)
{
    (void)action;
    transition->reward = 1.0;
    return plain_reset(self, NULL, obs, error);
}

static void plain_mask(const void *self, uint8_t *allowed)
{
    (void)self;
    for (int32_t i = 0; i < 5; i++)
        allowed[i] = i != forbidden;
}

static const uint32_t num_actions[1] = {5};
static const float low[2] = {-1.0f, -1.0f}, high[2] = {1.0f, 1.0f};
static const ppo_env_class plain = {
    .struct_size = sizeof(ppo_env_class),
    .abi_version = PPO_ENV_ABI_VERSION,
    .id = "Plain-v0",
    .observation_space = PPO_SPACE_FLOATS(2, low, high),
    .action_space = PPO_SPACE_CHOICE(num_actions),
    .max_episode_steps = 7,
    .instance_size = 8,
    .state_size = 8,
    .reset = plain_reset,
    .step = plain_step,
    .action_mask = plain_mask,
};

static ppo_check_progress progress;
static int pipe_ends[2];

static ppo_check_child *new_child(void)
{
    static ppo_check_child child;
    memset(&child, 0, sizeof child);
    memset(&progress, 0, sizeof progress);
    child.progress = &progress;
    child.findings = pipe_ends[1];
    ppo_check_child_init(&child, &plain);
    return &child;
}

// The next finding in the pipe; false if there is none.
static bool next_finding(ppo_finding *finding)
{
    return read(pipe_ends[0], finding, sizeof *finding) == sizeof *finding;
}

static void test_a_finding_is_written_once(void **state)
{
    ppo_finding finding;
    ppo_probe p;
    (void)state;
    assert_true(ppo_probe_open(&p, new_child()));
    assert_true(ppo_probe_reset(&p, NULL));
    assert_false(next_finding(&finding));
    bad_value = 9.0f;
    assert_true(ppo_probe_reset(&p, NULL) && ppo_probe_step(&p) && ppo_probe_step(&p));
    bad_value = 0.5f;
    assert_true(next_finding(&finding));
    assert_int_equal(finding.kind, PPO_FINDING_OBS_OUTSIDE);
    assert_non_null(strstr(finding.message, "reset of episode 2: element 1 is 9"));
    assert_false(next_finding(&finding));
    leaves_unwritten = true;
    assert_true(ppo_probe_step(&p));
    leaves_unwritten = false;
    assert_true(next_finding(&finding));
    assert_int_equal(finding.kind, PPO_FINDING_OBS_NOT_WRITTEN);
    ppo_probe_close(&p);
}

static void test_overruns_are_reported_with_their_buffer(void **state)
{
    ppo_finding finding;
    ppo_probe p;
    (void)state;
    assert_true(ppo_probe_open(&p, new_child()));
    assert_true(ppo_probe_reset(&p, NULL));
    p.mask.data[p.mask.size] ^= 1;
    assert_true(ppo_probe_step(&p));
    assert_true(next_finding(&finding));
    assert_int_equal(finding.kind, PPO_FINDING_PAST_MASK);
    assert_false(next_finding(&finding));
    ppo_probe_close(&p);
}

static void test_actions_are_repeatable_and_allowed(void **state)
{
    ppo_probe p;
    int32_t first[200];
    bool seen[5] = {false};
    (void)state;
    forbidden = 0; // what a wrong choice would fall back to
    assert_true(ppo_probe_open(&p, new_child()));
    assert_true(ppo_probe_reset(&p, NULL));
    for (uint32_t i = 0; i < 200; i++) {
        ppo_probe_draw_action(&p, 5, i);
        memcpy(&first[i], p.action.data, sizeof first[i]);
        assert_in_range(first[i], 0, 4);
        seen[first[i]] = true;
    }
    assert_true(!seen[0] && seen[1] && seen[2] && seen[3] && seen[4]);
    for (uint32_t i = 200; i-- > 0;) {
        ppo_probe_draw_action(&p, 5, i);
        assert_memory_equal(p.action.data, &first[i], sizeof first[i]);
    }
    forbidden = -1;
    ppo_probe_close(&p);
}

static void test_calls_are_announced(void **state)
{
    ppo_probe p;
    (void)state;
    assert_true(ppo_probe_open(&p, new_child()));
    assert_true(ppo_probe_reset(&p, NULL));
    for (uint32_t step = 1; step <= 7; step++) {
        assert_false(ppo_probe_has_ended(&p));
        ppo_probe_draw_action(&p, 1, step);
        ppo_probe_begin_call(&p, PPO_CALL_STEP);
        assert_int_equal(progress.call, PPO_CALL_STEP);
        assert_int_equal(progress.step, step);
        assert_int_equal(progress.episode, 1);
    }
    assert_true(ppo_probe_has_ended(&p)); // max_episode_steps
    assert_int_equal(progress.calls, 9);  // init, reset, 7 steps
    ppo_probe_close(&p);
}

static int setup(void **state)
{
    (void)state;
    return pipe(pipe_ends) == 0 && fcntl(pipe_ends[0], F_SETFL, O_NONBLOCK) == 0 ? 0 : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_finding_is_written_once),
        cmocka_unit_test(test_overruns_are_reported_with_their_buffer),
        cmocka_unit_test(test_actions_are_repeatable_and_allowed),
        cmocka_unit_test(test_calls_are_announced),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
