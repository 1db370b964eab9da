// SPDX-License-Identifier: MIT
// The rollout's rows, and how much of the returns' variance the values explain.
#include "rl/rollout.h"

#include "unit/rl/support/ppo_reference.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define STEPS 50
#define ENVS  3
#define COUNT ((size_t)STEPS * ENVS)

static void create(ppo_arena *arena, ppo_rollout *r)
{
    ppo_error error = {0};
    *arena = (ppo_arena){0};
    ppo_rollout_plan(r, STEPS, ENVS, &PPO_INPUT_FLOATS(4), 2, arena);
    if (ppo_arena_bind(arena, &error) != PPO_OK)
        fail_msg("%s", error.message);
}

// In two passes.
static double variance(const double *x, size_t count)
{
    double mean = 0.0, squares = 0.0;
    for (size_t i = 0; i < count; i++)
        mean += x[i] / (double)count;
    for (size_t i = 0; i < count; i++)
        squares += (x[i] - mean) * (x[i] - mean);
    return squares / (double)count;
}

static double explained_variance(const ppo_rollout *r)
{
    uint32_t index[COUNT];
    double sums[2], squares[2];
    const size_t count = ppo_rollout_samples(r, 0, ENVS, index);
    assert_int_equal(count, COUNT);
    ppo_rollout_return_sums(sums, r, index, count, (const double[2]){0.0, 0.0}, 1);
    const double means[2] = {sums[0] / (double)count, sums[1] / (double)count};
    ppo_rollout_return_sums(squares, r, index, count, means, 2);
    return ppo_explained_variance(squares);
}

// Returns around `offset`, values that know a part of them.
static void check(double offset, double noise)
{
    ppo_arena arena;
    ppo_rollout r;
    ppo_random random;
    double ret[COUNT], rest[COUNT];
    ppo_random_seed(&random, 91);
    create(&arena, &r);
    for (size_t i = 0; i < COUNT; i++) {
        r.ret[i] = (float)(offset + ppo_random_uniform(&random, -1.0, 1.0));
        r.value[i] = r.ret[i] + (float)ppo_random_uniform(&random, -noise, noise);
        ret[i] = r.ret[i];
        rest[i] = (double)r.ret[i] - (double)r.value[i];
    }
    const double wanted = 1.0 - variance(rest, COUNT) / variance(ret, COUNT);
    const double got = explained_variance(&r);
    if (!(fabs(got - wanted) < 1e-9))
        fail_msg("returns around %g: %.12g, not %.12g", offset, got, wanted);
    ppo_arena_release(&arena);
}

static void test_explained_variance(void **state)
{
    (void)state;
    check(0.0, 0.1);
    check(0.0, 5.0);
    check(100.0, 0.3);
    check(-1e6, 0.3);
}

// Returns that don't vary can't be explained; neither can they by rounding.
static void test_equal_returns(void **state)
{
    (void)state;
    static const float returns[] = {0.0f, 1.0f, 0.1f, 123.456f, -1e-3f, 1e8f};
    for (size_t k = 0; k < sizeof returns / sizeof *returns; k++) {
        ppo_arena arena;
        ppo_rollout r;
        create(&arena, &r);
        for (size_t i = 0; i < COUNT; i++) {
            r.ret[i] = returns[k];
            r.value[i] = (float)i;
        }
        if (!isnan(explained_variance(&r)))
            fail_msg("all returns %g: %g", returns[k], explained_variance(&r));
        ppo_arena_release(&arena);
    }
}

static void test_rows(void **state)
{
    (void)state;
    ppo_arena arena;
    ppo_rollout r;
    create(&arena, &r);
    assert_int_equal(arena.num_rows, 14);
    for (size_t i = 0; i < arena.num_rows; i++) {
        const bool one_more =
            arena.rows[i].slot == (void **)&r.features || arena.rows[i].slot == (void **)&r.value;
        assert_int_equal(arena.rows[i].tensor.shape[0], STEPS + one_more);
        assert_int_equal(arena.rows[i].tensor.shape[1], ENVS);
        assert_true(arena.rows[i].tensor.role == PPO_ROLE_SCRATCH);
    }
    ppo_arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_explained_variance),
                                       cmocka_unit_test(test_equal_returns),
                                       cmocka_unit_test(test_rows)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
