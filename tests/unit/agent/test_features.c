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

static ppo_space bytes_of(uint32_t a, uint32_t b, uint32_t c)
{
    return (ppo_space){
        .kind = PPO_SPACE_BOX, .dtype = PPO_U8, .rank = c ? 3 : 2, .shape = {a, b, c}};
}

static void images_are_recognised(void **state)
{
    (void)state;
    static float ones[4096];
    ppo_config config;
    ppo_input input;
    ppo_error error = {0};
    ppo_config_defaults(&config);
    for (size_t i = 0; i < 4096; i++)
        ones[i] = 1.0f;
    ppo_space space = bytes_of(96, 64, 3);
    assert_int_equal(ppo_input_for(&input, &config, &space, &error), PPO_OK);
    assert_true(input.network == PPO_NETWORK_NATURE_CNN && !input.channels_first);
    assert_true(input.height == 96 && input.width == 64 && input.channels == 3);
    assert_int_equal(ppo_input_interleaved(&input), 3);
    space = bytes_of(3, 96, 64); // as PyTorch's convolutions want them
    assert_int_equal(ppo_input_for(&input, &config, &space, &error), PPO_OK);
    assert_true(input.network == PPO_NETWORK_NATURE_CNN && input.channels_first);
    assert_true(input.height == 96 && input.width == 64 && input.channels == 3);
    assert_int_equal(ppo_input_interleaved(&input), 1);
    space = bytes_of(4, 4, 0); // a board
    assert_int_equal(ppo_input_for(&input, &config, &space, &error), PPO_OK);
    assert_true(input.network == PPO_NETWORK_MLP && input.num_features == 16);
    space = bytes_of(64, 64, 0); // a large one, of zeros and ones
    space.high = ones;
    assert_int_equal(ppo_input_for(&input, &config, &space, &error), PPO_OK);
    assert_true(input.network == PPO_NETWORK_MLP && input.num_features == 64 * 64);
    config.network = PPO_NETWORK_NATURE_CNN;
    assert_int_equal(ppo_input_for(&input, &config, &space, &error), PPO_INVALID);
    assert_non_null(strstr(error.message, "bounds of these observations are [0, 1]; use mlp"));
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
        cmocka_unit_test(images_are_recognised),
        cmocka_unit_test(integers_become_places),
        cmocka_unit_test(bits_stay_bits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
