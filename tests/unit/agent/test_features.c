// SPDX-License-Identifier: MIT
// Observations as features: floats as they are, bytes scaled, integers as places of ones.
#include "agent/features.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void floats_stay(void **state)
{
    (void)state;
    const ppo_space space = PPO_SPACE_FLOATS(3, NULL, NULL);
    const float obs[6] = {1, -2, 3, 4, 5, -6};
    float features[6] = {0};
    assert_true(ppo_features_are_raw(&space));
    assert_int_equal(ppo_features_count(&space), 3);
    ppo_features_encode(&space, features, obs, 2);
    assert_memory_equal(features, obs, sizeof obs);
}

static void bytes_become_shares(void **state)
{
    (void)state;
    const ppo_space space = {.kind = PPO_SPACE_BOX, .dtype = PPO_U8, .rank = 2, .shape = {2, 2}};
    const uint8_t obs[4] = {0, 255, 51, 102};
    float features[4];
    assert_false(ppo_features_are_raw(&space));
    assert_int_equal(ppo_features_count(&space), 4);
    ppo_features_encode(&space, features, obs, 1);
    const double expected[4] = {0.0, 1.0, 0.2, 0.4};
    for (int i = 0; i < 4; i++)
        assert_true((double)features[i] - expected[i] < 1e-6 &&
                    expected[i] - (double)features[i] < 1e-6);
}

// Each byte by the bounds that its space declares.
static void bytes_are_scaled_by_their_bounds(void **state)
{
    (void)state;
    static const float low[3] = {0, 10, 7}, high[3] = {1, 20, 7};
    const ppo_space space = {
        .kind = PPO_SPACE_BOX, .dtype = PPO_U8, .rank = 1, .shape = {3}, .low = low, .high = high};
    const uint8_t obs[6] = {0, 10, 7, 1, 15, 7};
    const float expected[6] = {0, 0, 0, 1, 0.5f, 0};
    float features[6];
    ppo_features_encode(&space, features, obs, 2);
    assert_memory_equal(features, expected, sizeof expected);
}

static void integers_become_places(void **state)
{
    (void)state;
    const uint32_t num_values[2] = {3, 2};
    const ppo_space space = {.kind = PPO_SPACE_MULTI_DISCRETE,
                             .dtype = PPO_I32,
                             .rank = 1,
                             .shape = {2},
                             .num_values = num_values};
    const int32_t obs[4] = {2, 0, 1, 1};
    const float expected[10] = {0, 0, 1, 1, 0, 0, 1, 0, 0, 1};
    float features[10];
    assert_int_equal(ppo_features_count(&space), 5);
    ppo_features_encode(&space, features, obs, 2);
    assert_memory_equal(features, expected, sizeof expected);
}

static void bits_stay_bits(void **state)
{
    (void)state;
    const ppo_space space = {
        .kind = PPO_SPACE_MULTI_BINARY, .dtype = PPO_I32, .rank = 1, .shape = {3}};
    const int32_t obs[3] = {1, 0, 1};
    const float expected[3] = {1, 0, 1};
    float features[3];
    ppo_features_encode(&space, features, obs, 1);
    assert_memory_equal(features, expected, sizeof expected);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(floats_stay),
        cmocka_unit_test(bytes_become_shares),
        cmocka_unit_test(bytes_are_scaled_by_their_bounds),
        cmocka_unit_test(integers_become_places),
        cmocka_unit_test(bits_stay_bits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
