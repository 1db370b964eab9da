// SPDX-License-Identifier: MIT
// Rewards as they are learnt from, against the running statistics taken anew in double precision:
// clipping, normalising, ends of episodes, several iterations, and going on from saved statistics.
#include "rl/reward.h"

#include "unit/nn/support/reference.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum { STEPS = 8, ENVS = 3, ITERATIONS = 4 };

typedef struct fixture {
    ppo_config config;
    ppo_arena arena;
    ppo_rollout rollout;
    ppo_reward reward;
    ppo_random random;
} fixture;

static void create(fixture *f, double clip, bool normalise, double norm_clip)
{
    ppo_error error = {0};
    memset(f, 0, sizeof *f);
    ppo_config_defaults(&f->config);
    f->config.num_envs = ENVS;
    f->config.num_steps = STEPS;
    f->config.gamma = 0.9;
    f->config.clip_reward = clip;
    f->config.norm_reward = normalise;
    f->config.norm_reward_clip = norm_clip;
    ppo_rollout_plan(&f->rollout, STEPS, ENVS, &PPO_INPUT_FLOATS(2), 1, &f->arena);
    ppo_reward_plan(&f->reward, &f->config, &ppo_shards_one, &f->arena);
    if (ppo_arena_bind(&f->arena, &error) != PPO_OK)
        fail_msg("%s", error.message);
    ppo_reward_start(&f->reward);
    ppo_random_seed(&f->random, 5);
}

static void fill(fixture *f)
{
    for (size_t i = 0; i < STEPS * ENVS; i++) {
        f->rollout.env_reward[i] = ppo_random_uniform(&f->random, -3.0, 4.0);
        f->rollout.terminated[i] = ppo_random_double(&f->random) < 0.2;
        f->rollout.truncated[i] = !f->rollout.terminated[i] && ppo_random_double(&f->random) < 0.2;
    }
}

static void test_clipped_only(void **state)
{
    (void)state;
    fixture f;
    create(&f, 1.5, false, 0.1);
    fill(&f);
    ppo_reward_run(&f.reward, &f.rollout);
    for (size_t i = 0; i < STEPS * ENVS; i++)
        assert_true(f.rollout.reward[i] ==
                    (float)fmin(fmax((float)f.rollout.env_reward[i], -1.5), 1.5));
    ppo_arena_release(&f.arena);
}

// Mean and variance of all discounted returns so far, after 1e-4 samples of mean 0, variance 1.
static double deviation_of(const double *x, size_t count)
{
    const double total = 1e-4 + (double)count;
    double mean = 0.0, squares = 1e-4;
    for (size_t i = 0; i < count; i++)
        mean += x[i] / total;
    for (size_t i = 0; i < count; i++)
        squares += (x[i] - mean) * (x[i] - mean);
    return sqrt((squares + 1e-4 * mean * mean) / total + 1e-8);
}

static void test_normalised(void **state)
{
    (void)state;
    fixture f;
    double returns[ITERATIONS * STEPS * ENVS], discounted[ENVS] = {0.0};
    size_t count = 0, clipped = 0;
    create(&f, 2.0, true, 1.2);
    for (int k = 0; k < ITERATIONS; k++) {
        fill(&f);
        ppo_reward_run(&f.reward, &f.rollout);
        for (size_t t = 0; t < STEPS; t++) {
            double plain[ENVS];
            for (size_t n = 0; n < ENVS; n++) {
                plain[n] = fmin(fmax(f.rollout.env_reward[t * ENVS + n], -2.0), 2.0);
                discounted[n] = 0.9 * discounted[n] + plain[n];
                returns[count++] = discounted[n];
            }
            const double deviation = deviation_of(returns, count);
            for (size_t n = 0; n < ENVS; n++) {
                const size_t i = t * ENVS + n;
                const double wanted = fmin(fmax(plain[n] / deviation, -1.2), 1.2);
                assert_true(relative_error(f.rollout.reward[i], wanted, 1.0) < 1e-5);
                clipped += fabs(wanted) == 1.2;
                if (f.rollout.terminated[i] || f.rollout.truncated[i])
                    discounted[n] = 0.0;
            }
        }
    }
    assert_true(clipped > 3 && clipped < count / 2);
    ppo_arena_release(&f.arena);
}

// The state rows are all that the next iteration needs.
static void test_thaw(void **state)
{
    (void)state;
    fixture a, b;
    create(&a, 0.0, true, 10.0);
    create(&b, 0.0, true, 10.0);
    fill(&a);
    ppo_reward_run(&a.reward, &a.rollout);
    fill(&a);
    for (size_t i = 0; i < a.arena.num_rows; i++) {
        const ppo_tensor *from = &a.arena.rows[i].tensor, *to = &b.arena.rows[i].tensor;
        if (ppo_role_is_state(from->role))
            memcpy(to->data, from->data, from->bytes);
    }
    memcpy(b.rollout.env_reward, a.rollout.env_reward, STEPS * ENVS * sizeof(double));
    memcpy(b.rollout.terminated, a.rollout.terminated, STEPS * ENVS);
    memcpy(b.rollout.truncated, a.rollout.truncated, STEPS * ENVS);
    ppo_reward_thaw(&b.reward);
    ppo_reward_run(&a.reward, &a.rollout);
    ppo_reward_run(&b.reward, &b.rollout);
    assert_memory_equal(a.rollout.reward, b.rollout.reward, STEPS * ENVS * sizeof(float));
    ppo_arena_release(&b.arena);
    ppo_arena_release(&a.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_clipped_only),
                                       cmocka_unit_test(test_normalised),
                                       cmocka_unit_test(test_thaw)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
