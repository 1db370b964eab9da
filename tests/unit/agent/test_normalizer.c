// SPDX-License-Identifier: MIT
// Running statistics against mean and variance in two passes, over random splits into batches.
#include "agent/normalizer.h"

#include "unit/rl/support/ppo_reference.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define WIDTH   3
#define SAMPLES 2000

typedef struct fixture {
    ppo_arena arena;
    ppo_normalizer normalizer;
    float x[SAMPLES * WIDTH];
} fixture;

// Columns of very different places and spreads.
static void create(fixture *b, ppo_random *random)
{
    static const double low[WIDTH] = {-1.0, 1000.0, -1e-3}, high[WIDTH] = {1.0, 1001.0, 1e-3};
    ppo_error error = {0};
    memset(b, 0, sizeof *b);
    ppo_normalizer_plan(&b->normalizer, "obs_norm", PPO_ROLE_OBS_STATISTICS, WIDTH, &ppo_shards_one,
                        &b->arena);
    if (ppo_arena_bind(&b->arena, &error) != PPO_OK)
        fail_msg("%s", error.message);
    ppo_normalizer_init(&b->normalizer);
    for (size_t i = 0; i < SAMPLES; i++)
        for (size_t d = 0; d < WIDTH; d++)
            fill_uniform(b->x + i * WIDTH + d, 1, random, low[d], high[d]);
}

// Two passes, with the 1e-4 samples of mean 0 and variance 1 that were there before.
static void two_pass(const fixture *b, size_t count, size_t d, double *mean, double *variance)
{
    const double prior = 1e-4, total = prior + (double)count;
    double squares = 0.0;
    *mean = 0.0;
    for (size_t i = 0; i < count; i++)
        *mean += b->x[i * WIDTH + d] / total;
    for (size_t i = 0; i < count; i++)
        squares += pow(b->x[i * WIDTH + d] - *mean, 2.0);
    *variance = (squares + prior * (1.0 + *mean * *mean)) / total;
}

static void check(const fixture *b, size_t count)
{
    const ppo_normalizer *n = &b->normalizer;
    assert_true(relative_error(n->count[0], (double)count + 1e-4, 0.0) < 1e-12);
    for (size_t d = 0; d < WIDTH; d++) {
        double mean, variance;
        two_pass(b, count, d, &mean, &variance);
        assert_true(relative_error(n->mean[d], mean, 1e-3) < 1e-9);
        assert_true(relative_error(n->variance[d], variance, 1e-6) < 1e-8);
        assert_true(relative_error(n->shift[d], mean, 1e-3) < 1e-6);
        assert_true(relative_error(n->scale[d], 1.0 / sqrt(variance + 1e-8), 0.0) < 1e-6);
    }
}

static void test_random_splits(void **state)
{
    (void)state;
    ppo_random random;
    ppo_random_seed(&random, 71);
    for (int try = 0; try < 20; try++) {
        fixture b;
        create(&b, &random);
        for (size_t done = 0; done < SAMPLES;) {
            const size_t left = SAMPLES - done;
            size_t rows = (size_t)ppo_random_integers(&random, 1, try % 2 ? 5 : 300);
            rows = rows < left ? rows : left;
            ppo_normalizer_update(&b.normalizer, b.x + done * WIDTH, rows);
            done += rows;
            check(&b, done);
        }
        ppo_arena_release(&b.arena);
    }
}

static void test_start(void **state)
{
    (void)state;
    ppo_random random;
    ppo_random_seed(&random, 72);
    fixture b;
    create(&b, &random);
    for (size_t d = 0; d < WIDTH; d++)
        assert_true(b.normalizer.mean[d] == 0.0 && b.normalizer.variance[d] == 1.0 &&
                    b.normalizer.shift[d] == 0.0f && fabsf(b.normalizer.scale[d] - 1.0f) < 1e-7f);
    ppo_arena_release(&b.arena);
}

static void test_apply(void **state)
{
    (void)state;
    ppo_random random;
    ppo_random_seed(&random, 73);
    fixture b;
    create(&b, &random);
    const ppo_normalizer *n = &b.normalizer;
    ppo_normalizer_update(&b.normalizer, b.x, SAMPLES);
    float y[4 * WIDTH], x[4 * WIDTH] = {-0.5f, 1000.5f, 5e-4f, 100.0f, 0.0f, -1.0f, NAN};
    memcpy(y, x, sizeof y);
    ppo_normalizer_apply(n, y, WIDTH, 0, WIDTH, 4, 1.5f);
    for (size_t i = 0; i < 4 * WIDTH; i++) {
        const size_t d = i % WIDTH;
        const double z = ((double)x[i] - n->mean[d]) / sqrt(n->variance[d] + 1e-8);
        if (isnan(x[i]))
            assert_true(isnan(y[i]));
        else
            assert_true(relative_error(y[i], fmin(fmax(z, -1.5), 1.5), 1.0) < 1e-3);
    }
    assert_true(y[3] == 1.5f && y[4] == -1.5f && y[5] == -1.5f);
    float one[4 * WIDTH]; // an element of each row
    memcpy(one, x, sizeof x);
    ppo_normalizer_apply(n, one, WIDTH, 1, 1, 4, 1.5f);
    for (size_t i = 0; i < 4 * WIDTH; i++)
        assert_memory_equal(&one[i], i % WIDTH == 1 ? &y[i] : &x[i], sizeof one[i]);
    ppo_arena_release(&b.arena);
}

// What a checkpoint holds is the estimate: thaw makes of it what is applied.
static void test_thaw(void **state)
{
    (void)state;
    ppo_random random;
    ppo_random_seed(&random, 74);
    fixture b;
    create(&b, &random);
    ppo_normalizer_update(&b.normalizer, b.x, SAMPLES);
    float shift[WIDTH], scale[WIDTH];
    memcpy(shift, b.normalizer.shift, sizeof shift);
    memcpy(scale, b.normalizer.scale, sizeof scale);
    memset(b.normalizer.shift, 0, sizeof shift);
    memset(b.normalizer.scale, 0, sizeof scale);
    ppo_normalizer_thaw(&b.normalizer);
    assert_memory_equal(b.normalizer.shift, shift, sizeof shift);
    assert_memory_equal(b.normalizer.scale, scale, sizeof scale);
    ppo_arena_release(&b.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_random_splits),
                                       cmocka_unit_test(test_start), cmocka_unit_test(test_apply),
                                       cmocka_unit_test(test_thaw)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
