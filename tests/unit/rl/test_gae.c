// SPDX-License-Identifier: MIT
// Advantages: cases by hand for each kind of end, and the definition summed naively.
#include "rl/gae.h"

#include "unit/rl/support/ppo_reference.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define GAMMA  0.5f
#define LAMBDA 0.5f

typedef struct rollout {
    float reward[4], value[4], next_value[4];
    uint8_t terminated[4], truncated[4];
    float advantage[4];
} rollout;

// T = 4, N = 1, gamma lambda = 1/4, all numbers exact.
static void check(const rollout *r)
{
    float advantage[4], ret[4];
    ppo_gae_compute(advantage, ret, r->reward, r->value, r->next_value, r->terminated, r->truncated,
                    4, 1, GAMMA, LAMBDA);
    for (size_t t = 0; t < 4; t++) {
        assert_true(advantage[t] == r->advantage[t]);
        assert_true(ret[t] == r->advantage[t] + r->value[t]);
    }
}

static void test_rollout_end(void **state)
{
    (void)state;
    // deltas 1, 1, 1, 1 + 8 / 2 = 5: the last step looks at the value after it
    check(&(rollout){.reward = {1, 1, 1, 1},
                     .next_value = {0, 0, 0, 8},
                     .advantage = {1.390625f, 1.5625f, 2.25f, 5.0f}});
}

static void test_termination(void **state)
{
    (void)state;
    // deltas 1 - 2 + 1, 1 - 2 | 1 - 2 + 1, 1 - 2 + 1: nothing of the new episode reaches step 1
    check(&(rollout){.reward = {1, 1, 1, 1},
                     .value = {2, 2, 2, 2},
                     .next_value = {2, 0, 2, 2},
                     .terminated = {0, 1, 0, 0},
                     .advantage = {-0.25f, -1.0f, 0.0f, 0.0f}});
}

static void test_truncation(void **state)
{
    (void)state;
    // as a termination, but the final observation's value 6 counts: delta 1 is 1 - 2 + 3
    check(&(rollout){.reward = {1, 1, 1, 1},
                     .value = {2, 2, 2, 2},
                     .next_value = {2, 6, 2, 4},
                     .truncated = {0, 1, 0, 0},
                     .advantage = {0.5f, 2.0f, 0.25f, 1.0f}});
}

static void test_end_at_rollout_end(void **state)
{
    (void)state;
    check(&(rollout){.reward = {0, 0, 0, 1},
                     .terminated = {0, 0, 0, 1},
                     .advantage = {0.015625f, 0.0625f, 0.25f, 1.0f}});
    check(&(rollout){.reward = {0, 0, 0, 1},
                     .next_value = {0, 0, 0, 4},
                     .truncated = {0, 0, 0, 1},
                     .advantage = {0.046875f, 0.1875f, 0.75f, 3.0f}});
}

static void test_every_step_ends(void **state)
{
    (void)state;
    check(&(rollout){.reward = {1, 2, 3, 4},
                     .value = {1, 1, 1, 1},
                     .next_value = {0, 2, 0, 2},
                     .terminated = {1, 0, 1, 0},
                     .truncated = {0, 1, 0, 1},
                     .advantage = {0.0f, 2.0f, 2.0f, 4.0f}});
}

// The sum of (gamma lambda)^k delta[t + k] up to the end, for each sample on its own.
static double naive(const float *reward, const float *value, const float *next_value,
                    const uint8_t *terminated, const uint8_t *truncated, size_t t, size_t n,
                    size_t num_steps, size_t num_envs, double gamma, double lambda)
{
    double sum = 0.0, weight = 1.0;
    for (; t < num_steps; t++, weight *= gamma * lambda) {
        const size_t i = t * num_envs + n;
        sum += weight * (reward[i] + gamma * next_value[i] - value[i]);
        if (terminated[i] || truncated[i])
            break;
    }
    return sum;
}

static void check_random(size_t num_steps, size_t num_envs, float gamma, float lambda,
                         ppo_random *random)
{
    enum { MOST = 4096 };
    float reward[MOST] = {0}, value[MOST] = {0}, next_value[MOST] = {0}, advantage[MOST], ret[MOST];
    uint8_t terminated[MOST] = {0}, truncated[MOST] = {0};
    const size_t count = num_steps * num_envs;
    fill_uniform(reward, count, random, -1.0, 1.0);
    fill_uniform(value, count, random, -1.0, 1.0);
    fill_uniform(next_value, count, random, -1.0, 1.0);
    for (size_t i = 0; i < count; i++) {
        const double u = ppo_random_double(random);
        terminated[i] = u < 0.05;
        truncated[i] = u > 0.95;
    }
    ppo_gae_compute(advantage, ret, reward, value, next_value, terminated, truncated, num_steps,
                    num_envs, gamma, lambda);
    for (size_t i = 0; i < count; i++) {
        const double wanted = naive(reward, value, next_value, terminated, truncated, i / num_envs,
                                    i % num_envs, num_steps, num_envs, gamma, lambda);
        assert_true(relative_error(advantage[i], wanted, 1.0) < 3e-6);
        assert_true(ret[i] == advantage[i] + value[i]);
    }
}

static void test_naive_reference(void **state)
{
    (void)state;
    ppo_random random;
    ppo_random_seed(&random, 51);
    check_random(128, 7, 0.99f, 0.95f, &random);
    check_random(2000, 1, 0.999f, 0.9f, &random);
    check_random(1, 33, 0.99f, 0.95f, &random);
    check_random(5, 800, 0.99f, 0.95f, &random);
    check_random(64, 8, 1.0f, 1.0f, &random);
    check_random(64, 8, 0.9f, 0.0f, &random);
    check_random(64, 8, 0.0f, 0.9f, &random);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rollout_end),     cmocka_unit_test(test_termination),
        cmocka_unit_test(test_truncation),      cmocka_unit_test(test_end_at_rollout_end),
        cmocka_unit_test(test_every_step_ends), cmocka_unit_test(test_naive_reference)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
