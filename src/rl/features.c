// SPDX-License-Identifier: MIT
// Encoding of observations. Owns nothing. Not here: normalising (normalizer.c).
#include "rl/features.h"

#include <string.h>

bool ppo_features_are_raw(const ppo_space *space)
{
    return space->kind == PPO_SPACE_BOX && space->dtype == PPO_F32;
}

static bool is_one_hot(const ppo_space *space)
{
    return space->kind == PPO_SPACE_DISCRETE || space->kind == PPO_SPACE_MULTI_DISCRETE;
}

size_t ppo_features_count(const ppo_space *space)
{
    size_t sum = 0;
    if (!is_one_hot(space))
        return ppo_space_size(space);
    for (size_t i = 0; i < ppo_space_size(space); i++)
        sum += space->num_values[i];
    return sum;
}

static void encode_one_hot(const ppo_space *space, float *features, const int32_t *values,
                           size_t rows)
{
    const size_t size = ppo_space_size(space), count = ppo_features_count(space);
    memset(features, 0, rows * count * sizeof *features);
    for (size_t r = 0; r < rows; r++)
        for (size_t i = 0; i < size; i++) {
            features[*values++] = 1.0f;
            features += space->num_values[i];
        }
}

void ppo_features_encode(const ppo_space *space, float *features, const void *observations,
                         size_t rows)
{
    const size_t count = rows * ppo_space_size(space);
    if (ppo_features_are_raw(space)) {
        memcpy(features, observations, count * sizeof *features);
    } else if (is_one_hot(space)) {
        encode_one_hot(space, features, observations, rows);
    } else if (space->kind == PPO_SPACE_BOX) {
        const uint8_t *bytes = observations;
        for (size_t i = 0; i < count; i++)
            features[i] = (float)bytes[i] * (1.0f / 255.0f);
    } else {
        const int32_t *bits = observations;
        for (size_t i = 0; i < count; i++)
            features[i] = (float)bits[i];
    }
}
