// SPDX-License-Identifier: MIT
// A run's facts through metadata and back, to the last bit.
#include "run/checkpoint/facts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static const ppo_run_facts some_facts = {
    .iteration = 7,
    .global_step = UINT64_MAX,
    .num_updates = 70,
    .progress_bytes = 123,
    .progress_hash = 0xfedcba9876543210,
    .last_iteration = 6,
    .last = {.struct_size = sizeof(ppo_evaluation),
             .episodes = 20,
             .return_mean = -1.0 / 3,
             .return_std = 5e-324,
             .return_min = -1e300,
             .return_max = 1e300,
             .length_mean = 12.5},
    .best_iteration = 2,
    .best = {.struct_size = sizeof(ppo_evaluation),
             .episodes = UINT32_MAX,
             .return_mean = 1,
             .return_min = 1,
             .return_max = 1,
             .length_mean = 1},
};

static void test_round_trip(void **state)
{
    ppo_fact_texts texts, texts_back;
    ppo_metadata pairs[PPO_NUM_FACTS], pairs_back[PPO_NUM_FACTS];
    ppo_run_facts back = {0};
    ppo_error error = {0};
    (void)state;
    ppo_run_facts_format(pairs, &texts, &some_facts);
    const ppo_safetensors file = {.metadata = pairs, .num_metadata = PPO_NUM_FACTS};
    assert_int_equal(ppo_run_facts_parse(&back, &file, "F", &error), PPO_OK);
    assert_true(back.progress_hash == some_facts.progress_hash);
    assert_true(back.last.return_mean == some_facts.last.return_mean);
    assert_true(back.best.episodes == some_facts.best.episodes);
    ppo_run_facts_format(pairs_back, &texts_back, &back);
    for (size_t i = 0; i < PPO_NUM_FACTS; i++)
        assert_string_equal(pairs_back[i].value, pairs[i].value);
}

static void test_missing_or_unreadable(void **state)
{
    ppo_fact_texts texts;
    ppo_metadata pairs[PPO_NUM_FACTS];
    (void)state;
    ppo_run_facts_format(pairs, &texts, &some_facts);
    const ppo_safetensors file = {.metadata = pairs, .num_metadata = PPO_NUM_FACTS};
    static const char *const bad[] = {"", "x", "1 2", "1 2 3 4 5 6 7", "-1 0 0 0 0 0"};
    for (size_t i = 0; i < PPO_NUM_FACTS; i++) {
        const char *good = pairs[i].value;
        for (size_t k = 0; k < sizeof bad / sizeof bad[0]; k++) {
            ppo_run_facts back;
            ppo_error error = {0};
            pairs[i].value = bad[k];
            assert_int_equal(ppo_run_facts_parse(&back, &file, "F", &error), PPO_CORRUPT);
            assert_non_null(strstr(error.message, pairs[i].key));
        }
        pairs[i].value = good;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_missing_or_unreadable),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
