// SPDX-License-Identifier: MIT
// Shuffling, advantage statistics and gathering.
#include "rl/minibatch.h"

#include "unit/rl/support/ppo_reference.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define MOST 5000

static void test_permutation(void **state)
{
    (void)state;
    static const size_t counts[] = {0, 1, 2, 3, 4, 5, 7, 8, 64, 255, 256, 1023, MOST};
    for (size_t k = 0; k < sizeof counts / sizeof *counts; k++)
        for (uint64_t epoch = 0; epoch < 20; epoch++) {
            uint32_t perm[MOST], again[MOST];
            bool seen[MOST] = {false};
            ppo_minibatch_shuffle(perm, counts[k], 9, 0, epoch);
            ppo_minibatch_shuffle(again, counts[k], 9, 0, epoch);
            for (size_t i = 0; i < counts[k]; i++) {
                assert_true(perm[i] < counts[k] && !seen[perm[i]] && perm[i] == again[i]);
                seen[perm[i]] = true;
            }
        }
}

static void test_keys(void **state)
{
    (void)state;
    uint32_t a[256], b[256], c[256];
    ppo_minibatch_shuffle(a, 256, 1, 0, 0);
    ppo_minibatch_shuffle(b, 256, 1, 0, 1);
    ppo_minibatch_shuffle(c, 256, 2, 0, 0);
    assert_memory_not_equal(a, b, sizeof a);
    assert_memory_not_equal(a, c, sizeof a);
}

// Every number is equally often at every place: chi-square over 16 x 16 cells, 225 degrees of
// freedom, below the mean plus five deviations.
static void test_uniform(void **state)
{
    (void)state;
    enum { N = 16, TRIES = 16000 };
    unsigned seen[N][N] = {{0}};
    double chi_square = 0.0;
    for (uint64_t epoch = 0; epoch < TRIES; epoch++) {
        uint32_t perm[N];
        ppo_minibatch_shuffle(perm, N, 3, 0, epoch);
        for (size_t i = 0; i < N; i++)
            seen[i][perm[i]]++;
    }
    for (size_t i = 0; i < N; i++)
        for (size_t j = 0; j < N; j++) {
            const double difference = (double)seen[i][j] - (double)TRIES / N;
            chi_square += difference * difference / ((double)TRIES / N);
        }
    printf("shuffle: chi-square %.1f of 225 degrees of freedom\n", chi_square);
    assert_true(chi_square < 225.0 + 5.0 * sqrt(2.0 * 225.0));
}

static ppo_adv_norm norm_of(const float *advantage, const uint32_t *index, size_t count)
{
    const double mean = ppo_minibatch_adv_sum(advantage, index, count, 0.0, 1) / (double)count;
    return ppo_minibatch_adv_norm(mean, ppo_minibatch_adv_sum(advantage, index, count, mean, 2),
                                  count);
}

static void test_adv_norm(void **state)
{
    (void)state;
    enum { N = 700 };
    float advantage[N];
    uint32_t index[N];
    ppo_random random;
    ppo_random_seed(&random, 61);
    fill_uniform(advantage, N, &random, 999.0, 1001.0); // a mean far from 0 costs no precision
    for (size_t i = 0; i < N; i++)
        index[i] = (uint32_t)(i * 3 % N);
    for (size_t count = 2; count <= N; count += 17) {
        double mean = 0.0, squares = 0.0;
        for (size_t i = 0; i < count; i++)
            mean += advantage[index[i]] / (double)count;
        for (size_t i = 0; i < count; i++)
            squares += pow(advantage[index[i]] - mean, 2.0);
        const ppo_adv_norm norm = norm_of(advantage, index, count);
        const double std = sqrt(squares / (double)(count - 1)) + 1e-8;
        assert_true(relative_error(norm.mean, mean, 0.0) < 1e-7);
        assert_true(relative_error(norm.inv_std, 1.0 / std, 0.0) < 1e-6);
    }
    const ppo_adv_norm all = norm_of(advantage, NULL, N);
    for (size_t i = 0; i < N; i++)
        index[i] = (uint32_t)i;
    const ppo_adv_norm same = norm_of(advantage, index, N);
    assert_memory_equal(&all, &same, sizeof all);
}

static void test_adv_norm_degenerate(void **state)
{
    (void)state;
    const float advantage[] = {7.5f, 3.0f, 3.0f, 3.0f};
    const uint32_t index[] = {1, 2, 3};
    const ppo_adv_norm one = norm_of(advantage, NULL, 1);
    assert_true(one.mean == 0.0f && one.inv_std == 1.0f);
    const ppo_adv_norm equal = norm_of(advantage, index, 3);
    assert_true(equal.mean == 3.0f && isfinite(equal.inv_std)); // all become 0
    const float with_nan[] = {1.0f, NAN};
    assert_true(isnan(norm_of(with_nan, NULL, 2).mean));
}

static void check_gather(size_t width)
{
    enum { SAMPLES = 50, WIDEST = 11 };
    float x[SAMPLES * WIDEST];
    for (size_t i = 0; i < SAMPLES * WIDEST; i++)
        x[i] = (float)i;
    for (size_t count = 1; count <= PPO_CHUNK_ROWS; count++) {
        uint32_t index[PPO_CHUNK_ROWS];
        float *rows = new_floats(count * width), *columns = new_floats(width * PPO_CHUNK_ROWS);
        for (size_t i = 0; i < count; i++)
            index[i] = (uint32_t)((i * 31 + count) % SAMPLES);
        ppo_minibatch_gather(rows, x, index, count, width);
        ppo_minibatch_gather_columns(columns, x, index, count, width);
        for (size_t a = 0; a < width; a++)
            for (size_t i = 0; i < PPO_CHUNK_ROWS; i++) {
                const float got = columns[a * PPO_CHUNK_ROWS + i];
                const size_t sample = index[i < count ? i : count - 1];
                if (i < count)
                    assert_true(rows[i * width + a] == x[sample * width + a]);
                if (i < ppo_pad(count))
                    assert_true(got == x[sample * width + a]);
                else
                    assert_true(isnan(got));
            }
        free(columns);
        free(rows);
    }
}

static void test_gather(void **state)
{
    (void)state;
    check_gather(1);
    check_gather(5);
    check_gather(11); // more than a short row
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_permutation),
                                       cmocka_unit_test(test_keys),
                                       cmocka_unit_test(test_uniform),
                                       cmocka_unit_test(test_adv_norm),
                                       cmocka_unit_test(test_adv_norm_degenerate),
                                       cmocka_unit_test(test_gather)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
