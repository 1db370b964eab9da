// SPDX-License-Identifier: MIT
// What networks get: pictures recognised by shape and bounds, or refused; the parts of dicts in the
// order of their keys; frames, and where the parts of stacked frames lie.
#include "agent/frame_stack.h"
#include "nn/mlp.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

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
    assert_true(input.network == PPO_NETWORK_NATURE_CNN && !input.parts[0].channels_first);
    assert_true(input.parts[0].height == 96 && input.parts[0].width == 64 &&
                input.parts[0].channels == 3);
    assert_int_equal(ppo_input_interleaved(&input.parts[0]), 3);
    space = bytes_of(3, 96, 64); // as PyTorch's convolutions want them
    assert_int_equal(ppo_input_for(&input, &config, &space, &error), PPO_OK);
    assert_true(input.network == PPO_NETWORK_NATURE_CNN && input.parts[0].channels_first);
    assert_true(input.parts[0].height == 96 && input.parts[0].width == 64 &&
                input.parts[0].channels == 3);
    assert_int_equal(ppo_input_interleaved(&input.parts[0]), 1);
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
    config.network = PPO_NETWORK_AUTO;
    space = bytes_of(64, 3, 48); // channels between the rows and the columns
    assert_int_equal(ppo_input_for(&input, &config, &space, &error), PPO_OK);
    assert_true(input.network == PPO_NETWORK_MLP); // no picture: a side is 3
    config.network = PPO_NETWORK_NATURE_CNN;
    assert_int_equal(ppo_input_for(&input, &config, &space, &error), PPO_INVALID);
    assert_non_null(strstr(error.message, "{64, 3, 48} is neither {channels, height, width} nor"));
    space = bytes_of(40, 40, 40);
    assert_int_equal(ppo_input_for(&input, &config, &space, &error), PPO_INVALID);
    assert_non_null(strstr(error.message, "shortest axis"));
}

// --- dicts ---------------------------------------------------------------------------------------

#define CAMERA_BYTES (3 * 36 * 37)

static const uint32_t counts[] = {3, 2, 4};
static const ppo_space_part inner_parts[] = {
    {NULL, {.kind = PPO_SPACE_MULTI_BINARY, .dtype = PPO_I32, .rank = 1, .shape = {2}}},
    {NULL, {.kind = PPO_SPACE_BOX, .dtype = PPO_U8, .rank = 3, .shape = {36, 37, 3}}},
};
static const ppo_space_part parts[] = {
    {"Speed", {.kind = PPO_SPACE_BOX, .dtype = PPO_F32, .rank = 2, .shape = {2, 3}}},
    {"arm", PPO_SPACE_TUPLE_OF(2, inner_parts)},
    {"bytes", {.kind = PPO_SPACE_BOX, .dtype = PPO_U8, .rank = 1, .shape = {5}}},
    {"key", PPO_SPACE_CHOICE(counts)},
    {"keys", {PPO_SPACE_MULTI_DISCRETE, PPO_I32, 1, {2}, NULL, NULL, {counts + 1}}},
};
static const ppo_space dict = PPO_SPACE_DICT_OF(5, parts);

// An observation of it, and the features that it should become.
static const float features[6 + 2 + 5 + 3 + 6] = {1.5f, -2,   3, 4, 5, 6, 1, 0, 0, 1, 0.2f,
                                                  0.4f, 0.6f, 0, 0, 1, 1, 0, 0, 0, 0, 1};

static unsigned char *new_observation(void)
{
    static const int32_t bits[] = {1, 0}, key = 2, keys[] = {0, 3};
    static const unsigned char bytes[] = {0, 255, 51, 102, 153};
    unsigned char *obs = calloc(ppo_space_bytes(&dict), 1);
    assert_non_null(obs);
    memcpy(obs, features, 6 * sizeof *features);
    memcpy(obs + 24, bits, sizeof bits);
    for (size_t i = 0; i < CAMERA_BYTES; i++)
        obs[32 + i] = (unsigned char)(i * 7 % 251);
    memcpy(obs + 32 + CAMERA_BYTES, bytes, sizeof bytes);
    memcpy(obs + 32 + CAMERA_BYTES + 8, &key, sizeof key);
    memcpy(obs + 32 + CAMERA_BYTES + 12, keys, sizeof keys);
    return obs;
}

static void test_leaves(void **state)
{
    (void)state;
    static const char *const paths[] = {"Speed", "arm.0", "arm.1", "bytes", "key", "keys"};
    static const size_t firsts[] = {
        0, 6, 8, 8 + CAMERA_BYTES, 13 + CAMERA_BYTES, 14 + CAMERA_BYTES};
    static const size_t offsets[] = {
        0, 24, 32, 32 + CAMERA_BYTES, 40 + CAMERA_BYTES, 44 + CAMERA_BYTES};
    assert_int_equal(CAMERA_BYTES % 4, 0);
    assert_int_equal(ppo_space_num_leaves(&dict), 6);
    assert_int_equal(ppo_space_size(&dict), 16 + CAMERA_BYTES);
    assert_int_equal(ppo_space_bytes(&dict), 52 + CAMERA_BYTES);
    for (size_t i = 0; i < 6; i++) {
        char path[16];
        const ppo_space_leaf leaf = ppo_space_leaf_at(&dict, i);
        ppo_space_leaf_path(path, sizeof path, &dict, i);
        assert_string_equal(path, paths[i]);
        assert_int_equal(leaf.first, firsts[i]);
        assert_int_equal(leaf.offset, offsets[i]);
    }
    char cut[4];
    ppo_space_leaf_path(cut, sizeof cut, &dict, 1);
    assert_string_equal(cut, "arm");
}

static void test_dict_without_pictures(void **state)
{
    (void)state;
    ppo_config config;
    ppo_input input;
    ppo_config_defaults(&config);
    config.norm_obs = false;
    config.network = PPO_NETWORK_MLP; // so that the camera is a vector too
    assert_int_equal(ppo_input_for(&input, &config, &dict, NULL), PPO_OK);
    assert_true(input.num_parts == 1 && !ppo_input_has_pictures(&input));
    assert_int_equal(input.num_features, 22 + CAMERA_BYTES);
    assert_true(ppo_input_is_encoded(&input, &dict));
    unsigned char *obs = new_observation();
    float *frame = calloc(input.num_features, sizeof *frame);
    assert_non_null(frame);
    ppo_input_encode(&input, &dict, (unsigned char *)frame, obs, 1);
    assert_memory_equal(frame, features, 8 * sizeof *frame);
    for (size_t i = 0; i < CAMERA_BYTES; i++)
        assert_true(frame[8 + i] == (float)obs[32 + i] * (1.0f / 255.0f));
    for (size_t i = 8; i < 22; i++)
        assert_true(fabsf(frame[CAMERA_BYTES + i] - features[i]) < 1e-6f);
    free(frame);
    free(obs);
    const ppo_space plain = PPO_SPACE_DICT_OF(1, parts); // floats, which need no encoding
    assert_int_equal(ppo_input_for(&input, &config, &plain, NULL), PPO_OK);
    assert_false(ppo_input_is_encoded(&input, &plain));
}

// Two observations stacked: what stands before the picture, the picture, what stands behind it.
static void test_dict_with_picture(void **state)
{
    (void)state;
    enum { ROW = 3 };
    ppo_config config;
    ppo_input input;
    ppo_config_defaults(&config);
    config.frame_stack = 2;
    assert_int_equal(ppo_input_for(&input, &config, &dict, NULL), PPO_OK);
    assert_true(input.num_parts == 3 && input.network == PPO_NETWORK_NATURE_CNN);
    assert_true(input.parts[1].is_picture && input.parts[1].leaf == 2);
    assert_int_equal(input.num_features, 22);
    assert_int_equal(ppo_input_frame_bytes(&input), 88 + CAMERA_BYTES);
    unsigned char *obs = new_observation(), *frame = calloc(ppo_input_frame_bytes(&input), 1);
    unsigned char *inputs = calloc(PPO_CHUNK_ROWS, ppo_input_bytes(&input));
    assert_true(frame && inputs);
    ppo_input_encode(&input, &dict, frame, obs, 1);
    ppo_frames_place(&input, inputs, ROW, 0, frame);
    memset(obs, 0, 24); // Speed
    ppo_input_encode(&input, &dict, frame, obs, 1);
    ppo_frames_place(&input, inputs, ROW, 1, frame);

    const float *before = (const float *)(const void *)ppo_input_at(&input, inputs, 0, ROW);
    assert_memory_equal(before, features, 8 * sizeof *before);
    assert_true(before[8] == 0.0f && before[13] == 0.0f && before[14] == 1.0f);
    const float *after = (const float *)(const void *)ppo_input_at(&input, inputs, 2, ROW);
    assert_true((const unsigned char *)after ==
                inputs + 2 * (PPO_CHUNK_ROWS * 8 * sizeof(float) + ROW * 14 * sizeof(float)));
    for (size_t i = 0; i < 28; i++)
        assert_true(fabsf(after[i] - features[8 + i % 14]) < 1e-6f);
    const unsigned char *picture = ppo_input_at(&input, inputs, 1, ROW);
    for (size_t c = 0; c < 3; c++)
        for (size_t i = 0; i < 36 * 37; i++)
            for (size_t k = 0; k < 2; k++)
                assert_int_equal(picture[(k * 3 + c) * 36 * 37 + i], obs[32 + 3 * i + c]);
    free(inputs);
    free(frame);
    free(obs);
}

static void test_normalised_runs(void **state)
{
    (void)state;
    static const size_t runs[][2] = {{0, 6}, {8, 5}};
    ppo_config config;
    ppo_input input;
    ppo_config_defaults(&config);
    config.norm_obs = true;
    assert_int_equal(ppo_input_for(&input, &config, &dict, NULL), PPO_OK);
    size_t first = 0, count, i = 0;
    for (; ppo_input_normalised_run(&input, &dict, &first, &count); first += count, i++)
        assert_true(i < 2 && first == runs[i][0] && count == runs[i][1]);
    assert_int_equal(i, 2);
}

static void test_refusals(void **state)
{
    (void)state;
    ppo_config config;
    ppo_input input;
    ppo_error error = {0};
    ppo_config_defaults(&config);
    config.network = PPO_NETWORK_IMPALA_CNN;
    const ppo_space plain = PPO_SPACE_DICT_OF(1, parts);
    assert_int_equal(ppo_input_for(&input, &config, &plain, &error), PPO_INVALID);
    assert_non_null(strstr(error.message, "impala_cnn needs images, but no part"));
    ppo_space_part many[PPO_MAX_PICTURES + 1], cube = {NULL, bytes_of(36, 36, 36)};
    for (size_t i = 0; i < PPO_MAX_PICTURES + 1; i++)
        many[i] = inner_parts[1];
    const ppo_space pictures = PPO_SPACE_TUPLE_OF(PPO_MAX_PICTURES + 1, many);
    assert_int_equal(ppo_input_for(&input, &config, &pictures, &error), PPO_UNSUPPORTED);
    assert_non_null(strstr(error.message, "may have 4 pictures"));
    const ppo_space cubes = PPO_SPACE_TUPLE_OF(1, &cube);
    assert_int_equal(ppo_input_for(&input, &config, &cubes, &error), PPO_INVALID);
    assert_non_null(strstr(error.message, "{36, 36, 36} is neither"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(images_are_recognised),      cmocka_unit_test(test_leaves),
        cmocka_unit_test(test_dict_without_pictures), cmocka_unit_test(test_dict_with_picture),
        cmocka_unit_test(test_normalised_runs),       cmocka_unit_test(test_refusals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
