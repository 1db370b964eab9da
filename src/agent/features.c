// SPDX-License-Identifier: MIT
// Encoding of observations. Owns nothing. Not here: normalising (normalizer.c).
#include "agent/features.h"

#include <string.h>

bool ppo_features_are_raw(const ppo_space *leaf)
{
    return leaf->kind == PPO_SPACE_BOX && leaf->dtype == PPO_F32;
}

static bool is_one_hot(const ppo_space *leaf)
{
    return leaf->kind == PPO_SPACE_DISCRETE || leaf->kind == PPO_SPACE_MULTI_DISCRETE;
}

size_t ppo_features_count(const ppo_space *leaf)
{
    size_t sum = 0;
    if (!is_one_hot(leaf))
        return ppo_space_size(leaf);
    for (size_t i = 0; i < ppo_space_size(leaf); i++)
        sum += ppo_space_num_values(leaf, i);
    return sum;
}

static void encode_one_hot(const ppo_space *leaf, float *features, const int32_t *values,
                           size_t rows)
{
    const size_t size = ppo_space_size(leaf), count = ppo_features_count(leaf);
    memset(features, 0, rows * count * sizeof *features);
    for (size_t r = 0; r < rows; r++)
        for (size_t i = 0; i < size; i++) {
            const uint32_t value = (uint32_t)*values++;
            if (value < leaf->num_values[i]) // a caller's may be anything
                features[value] = 1.0f;
            features += leaf->num_values[i];
        }
}

static void encode_bytes(const ppo_space *box, float *features, const uint8_t *bytes, size_t rows)
{
    const size_t size = ppo_space_size(box);
    for (size_t i = 0; i < size; i++) {
        const float low = box->low ? box->low[i] : 0.0f;
        const float range = (box->high ? box->high[i] : 255.0f) - low;
        const float scale = range > 0.0f ? 1.0f / range : 1.0f;
        for (size_t r = 0; r < rows; r++)
            features[r * size + i] = ((float)bytes[r * size + i] - low) * scale;
    }
}

static void encode_bits(float *features, const int32_t *bits, size_t count)
{
    for (size_t i = 0; i < count; i++)
        features[i] = (float)bits[i];
}

void ppo_features_encode(const ppo_space *leaf, float *features, const void *values, size_t rows)
{
    if (ppo_features_are_raw(leaf))
        memcpy(features, values, rows * ppo_space_size(leaf) * sizeof *features);
    else if (is_one_hot(leaf))
        encode_one_hot(leaf, features, values, rows);
    else if (leaf->kind == PPO_SPACE_BOX)
        encode_bytes(leaf, features, values, rows);
    else
        encode_bits(features, values, rows * ppo_space_size(leaf));
}
