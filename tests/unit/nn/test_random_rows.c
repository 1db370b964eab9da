// SPDX-License-Identifier: MIT
// Random numbers for many rows against the generator for one, bit for bit, and normal deviates
// against libm in double.
#include "nn/random_rows.h"

#include "nn/mlp.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define LD PPO_CHUNK_ROWS

static void test_draws(void **state)
{
    (void)state;
    const uint64_t seed = UINT64_C(0x299f31d0a4093822), step = UINT64_C(0x0370734413198a2e);
    uint32_t index[LD], words[4 * LD];
    for (size_t i = 0; i < LD; i++)
        index[i] = (uint32_t)(i * i * 0x243f6a88u);
    for (size_t count = 0; count <= LD; count++) {
        memset(words, 0, sizeof words);
        ppo_random_rows_draw(words, seed, PPO_RNG_CHECK_FILL, index, step, count);
        for (size_t i = 0; i < count; i++) {
            const ppo_rng_block block = ppo_rng_draw(seed, PPO_RNG_CHECK_FILL, index[i], step);
            for (size_t w = 0; w < 4; w++)
                assert_int_equal(words[w * LD + i], block.word[w]);
        }
    }
}

// Largest difference of deviates from those of the same words in double, as a share of the radius.
static double largest_error(const uint32_t *u, const uint32_t *v, size_t count)
{
    float first[LD], second[LD];
    double largest = 0.0;
    ppo_random_rows_normal(first, second, u, v, count);
    for (size_t i = 0; i < count; i++) {
        const double radius = sqrt(-2.0 * log((double)ppo_rng_uniform(u[i])));
        const double angle = 2.0 * M_PI * (double)ppo_rng_uniform(v[i]);
        largest = fmax(largest, fabs((double)first[i] / radius - cos(angle)));
        largest = fmax(largest, fabs((double)second[i] / radius - sin(angle)));
    }
    return largest;
}

// Every first word that makes a difference, each with another angle.
static void test_normal(void **state)
{
    (void)state;
    double largest = 0.0;
    uint32_t u[LD], v[LD];
    for (uint32_t k = 0; k < 1u << 23; k += LD) {
        for (uint32_t i = 0; i < LD; i++) {
            u[i] = (k + i) << 9;
            v[i] = (k + i) * 2654435761u | 511u;
        }
        largest = fmax(largest, largest_error(u, v, k % 448 == 0 ? LD - 1 : LD));
    }
    printf("largest error: %.2g of the radius\n", largest);
    assert_true(largest < 5e-7);
}

// A row's deviates do not depend on how many there are.
static void test_rows_alone(void **state)
{
    (void)state;
    uint32_t u[LD], v[LD];
    float together[2][LD], alone[2];
    for (uint32_t i = 0; i < LD; i++) {
        u[i] = (i + 1) * 0x9E3779B9u;
        v[i] = (i + 1) * 0xBB67AE85u;
    }
    ppo_random_rows_normal(together[0], together[1], u, v, LD);
    for (size_t i = 0; i < LD; i++) {
        ppo_random_rows_normal(&alone[0], &alone[1], &u[i], &v[i], 1);
        assert_memory_equal(&alone[0], &together[0][i], sizeof *alone);
        assert_memory_equal(&alone[1], &together[1][i], sizeof *alone);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_draws),
        cmocka_unit_test(test_normal),
        cmocka_unit_test(test_rows_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
