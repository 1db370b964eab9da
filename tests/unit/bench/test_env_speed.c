// SPDX-License-Identifier: MIT
// ppo_bench_env runs every class, on one thread and on several, and passes failures on.
#include "ppo/bench.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void test_all_classes(void **state)
{
    (void)state;
    for (size_t i = 0; i < ppo_env_count(); i++)
        for (uint32_t threads = 1; threads <= 3; threads += 2) {
            double steps_per_second = 0.0;
            ppo_error error = {.status = PPO_OK};
            if (ppo_bench_env(&steps_per_second, ppo_env_at(i), 17, threads, 0.01, &error) !=
                PPO_OK)
                fail_msg("%s", error.message);
            assert_true(isfinite(steps_per_second) && steps_per_second > 0.0);
        }
}

static ppo_status zero_reset(void *self, const uint64_t *seed, void *observation, ppo_error *error)
{
    (void)self, (void)seed, (void)error;
    memset(observation, 0, 4 * sizeof(float));
    return PPO_OK;
}

static ppo_status failing_step(void *self, const void *action, void *observation,
                               ppo_transition *transition, ppo_error *error)
{
    uint32_t *steps = self;
    (void)action, (void)observation, (void)error;
    transition->reward = ++*steps == 50 ? (double)NAN : 1.0;
    return PPO_OK;
}

static void test_failure_is_passed_on(void **state)
{
    (void)state;
    ppo_env_class env = *ppo_env_at(0);
    ppo_error error = {.status = PPO_OK};
    double steps_per_second;
    env.reset = zero_reset;
    env.step = failing_step;
    assert_int_equal(ppo_bench_env(&steps_per_second, &env, 4, 2, 10.0, &error), PPO_NUMERIC);
    assert_non_null(strstr(error.message, "reward"));
    assert_int_equal(ppo_bench_env(&steps_per_second, &env, 0, 1, 0.01, &error), PPO_INVALID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_classes),
        cmocka_unit_test(test_failure_is_passed_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
