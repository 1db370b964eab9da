// SPDX-License-Identifier: MIT
// Philox-4x32-10 against the known answers of its publication (Random123, kat_vectors), and the
// layout: seed is the key; index, step (low, high) and purpose are the counter.
#include "core/rng.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

static void check(const uint32_t counter[4], const uint32_t key[2], const uint32_t wanted[4])
{
    const uint64_t seed = (uint64_t)key[1] << 32 | key[0];
    const uint64_t step = (uint64_t)counter[2] << 32 | counter[1];
    const ppo_rng_block got = ppo_rng_draw(seed, (ppo_rng_purpose)counter[3], counter[0], step);
    for (int i = 0; i < 4; i++)
        if (got.word[i] != wanted[i])
            fail_msg("word %d is %08x, not %08x", i, got.word[i], wanted[i]);
}

static void test_known_answers(void **state)
{
    (void)state;
    check((const uint32_t[]){0, 0, 0, 0}, (const uint32_t[]){0, 0},
          (const uint32_t[]){0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
    check((const uint32_t[]){0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff},
          (const uint32_t[]){0xffffffff, 0xffffffff},
          (const uint32_t[]){0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
    // the digits of pi
    check((const uint32_t[]){0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
          (const uint32_t[]){0xa4093822, 0x299f31d0},
          (const uint32_t[]){0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

// Every part of the key and the counter matters.
static void test_parts(void **state)
{
    (void)state;
    const ppo_rng_block base = ppo_rng_draw(1, PPO_RNG_ACTION, 2, 3);
    const ppo_rng_block others[] = {
        ppo_rng_draw(2, PPO_RNG_ACTION, 2, 3),
        ppo_rng_draw(1 | UINT64_C(1) << 40, PPO_RNG_ACTION, 2, 3),
        ppo_rng_draw(1, PPO_RNG_INIT, 2, 3),
        ppo_rng_draw(1, PPO_RNG_ACTION, 3, 3),
        ppo_rng_draw(1, PPO_RNG_ACTION, 2, 4),
        ppo_rng_draw(1, PPO_RNG_ACTION, 2, 3 | UINT64_C(1) << 40),
    };
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        assert_memory_not_equal(&others[i], &base, sizeof base);
    const ppo_rng_block again = ppo_rng_draw(1, PPO_RNG_ACTION, 2, 3);
    assert_memory_equal(&again, &base, sizeof base);
}

static void test_uniform(void **state)
{
    (void)state;
    enum { DRAWS = 1000000, CELLS = 64 };
    assert_true(ppo_rng_uniform(0) > 0.0f && ppo_rng_uniform(0) < 1e-7f);
    assert_true(ppo_rng_uniform(UINT32_MAX) < 1.0f && ppo_rng_uniform(UINT32_MAX) > 0.9999999f);
    assert_true(ppo_rng_uniform(0x80000000u) - 0.5f < 1e-7f);
    unsigned seen[CELLS] = {0};
    double sum = 0.0, chi_square = 0.0;
    for (uint32_t i = 0; i < DRAWS / 4; i++) {
        const ppo_rng_block block = ppo_rng_draw(5, PPO_RNG_ACTION, i, 0);
        for (int k = 0; k < 4; k++) {
            const float u = ppo_rng_uniform(block.word[k]);
            assert_true(u > 0.0f && u < 1.0f);
            seen[(int)(u * CELLS)]++;
            sum += u;
        }
    }
    for (int i = 0; i < CELLS; i++) {
        const double difference = seen[i] - (double)DRAWS / CELLS;
        chi_square += difference * difference / ((double)DRAWS / CELLS);
    }
    printf("mean %.5f, chi-square %.1f of %d degrees of freedom\n", sum / DRAWS, chi_square,
           CELLS - 1);
    assert_true(sum / DRAWS > 0.4985 && sum / DRAWS < 0.5015);
    assert_true(chi_square < 63.0 + 5.0 * 11.3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_known_answers),
                                       cmocka_unit_test(test_parts),
                                       cmocka_unit_test(test_uniform)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
