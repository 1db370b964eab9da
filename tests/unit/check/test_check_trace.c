// SPDX-License-Identifier: MIT
// Traces of a small game: equal runs have equal traces, the first difference is located, resets are
// recorded as such, and a full trace stays as it is.
#include "check/check_trace.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

// Counts its steps; an episode has 10. From the call `odd_call` on, the reward is another.
typedef struct ppo_counter {
    float steps;
} ppo_counter;

static uint32_t num_calls, odd_call = UINT32_MAX;

static ppo_status counter_reset(void *self, const uint64_t *seed, void *obs, ppo_error *error)
{
    ppo_counter *c = self;
    (void)seed, (void)error;
    num_calls++;
    c->steps = 0.0f;
    memcpy(obs, &c->steps, sizeof c->steps);
    return PPO_OK;
}

static ppo_status counter_step(void *self, const void *action, void *obs,
                               ppo_transition *transition, ppo_error *error)
{
    ppo_counter *c = self;
    (void)action, (void)error;
    c->steps += 1.0f;
    transition->reward = num_calls++ >= odd_call ? 2.0 : 1.0;
    transition->terminated = c->steps >= 10.0f;
    memcpy(obs, &c->steps, sizeof c->steps);
    return PPO_OK;
}

static const uint32_t num_actions[1] = {2};
static const ppo_env_class counter = {
    .struct_size = sizeof(ppo_env_class),
    .abi_version = PPO_ENV_ABI_VERSION,
    .id = "Counter-v0",
    .observation_space = PPO_SPACE_FLOATS(1, NULL, NULL),
    .action_space = PPO_SPACE_CHOICE(num_actions),
    .instance_size = sizeof(ppo_counter),
    .state_size = sizeof(ppo_counter),
    .reset = counter_reset,
    .step = counter_step,
};

static ppo_check_child child;
static ppo_trace one, other;
static const uint64_t seed = 1;

static int setup(void **state)
{
    static ppo_check_progress progress;
    int ends[2];
    (void)state;
    if (pipe(ends) != 0)
        return -1;
    child.progress = &progress;
    child.findings = ends[1];
    ppo_check_child_init(&child, &counter);
    return 0;
}

// Member by member: what lies between them has no value.
static void assert_same_call(const ppo_trace_call *a, const ppo_trace_call *b)
{
    assert_true(a->obs == b->obs && a->reward == b->reward);
    assert_true(a->step == b->step && a->episode == b->episode);
    assert_true(a->terminated == b->terminated && a->truncated == b->truncated);
}

static void test_resets_and_steps_are_recorded(void **state)
{
    ppo_probe p;
    (void)state;
    assert_true(ppo_probe_open(&p, &child));
    assert_true(ppo_trace_run(&one, &p, &seed, 1, 25)); // 11 + 11 + 3 calls
    assert_int_equal(one.count, 25);
    assert_int_equal(one.num_resets, 3);
    assert_true(one.call[0].step == 0 && one.call[0].episode == 1);
    assert_true(one.call[10].step == 10 && one.call[10].terminated);
    assert_true(one.call[11].step == 0 && one.call[11].episode == 2);
    assert_true(ppo_trace_run(&one, &p, NULL, 1, PPO_TRACE_CALLS));
    const ppo_trace_call last = one.call[PPO_TRACE_CALLS - 1];
    ppo_trace_add(&one, &p); // full
    assert_int_equal(one.count, PPO_TRACE_CALLS);
    assert_same_call(&one.call[PPO_TRACE_CALLS - 1], &last);
    ppo_probe_close(&p);
}

static void test_differences_are_located(void **state)
{
    char text[96] = "";
    (void)state;
    assert_true(ppo_trace_repeats(&child, seed, 1, 40));
    assert_true(ppo_trace_fresh(&one, &child, seed, 1, 40));
    odd_call = num_calls + 14; // call 14 of the next run: episode 2, step 3
    assert_true(ppo_trace_fresh(&other, &child, seed, 1, 40));
    odd_call = UINT32_MAX;
    const ppo_trace_call *call = ppo_trace_difference(text, sizeof text, &one, &other);
    assert_non_null(call);
    assert_ptr_equal(call, &one.call[14]);
    assert_string_equal(text, "the reward differs in step 3 of episode 2");
    odd_call = num_calls + 50; // within the second of the two runs
    assert_false(ppo_trace_repeats(&child, seed, 1, 40));
    odd_call = UINT32_MAX;
}

static void test_a_fresh_run_resets_in_the_middle(void **state)
{
    (void)state;
    assert_true(ppo_trace_fresh(&one, &child, seed, 1, 30));
    assert_true(one.call[14].step > 0); // not at an episode's end
    assert_int_equal(one.call[15].step, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_resets_and_steps_are_recorded),
        cmocka_unit_test(test_differences_are_located),
        cmocka_unit_test(test_a_fresh_run_resets_in_the_middle),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
