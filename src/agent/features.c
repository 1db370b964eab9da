// SPDX-License-Identifier: MIT
// Encoding of observations. Owns nothing. Not here: normalising (normalizer.c).
#include "agent/features.h"

#include "core/error.h"

#include <string.h>

static bool is_picture_space(const ppo_space *space)
{
    return space->kind == PPO_SPACE_BOX && space->dtype == PPO_U8 &&
           (space->rank == 2 || space->rank == 3);
}

// What a convolutional network can't be asked for.
static ppo_status check_picture(const ppo_config *config, const ppo_space *space, ppo_error *error)
{
    if (!is_picture_space(space))
        return ppo_fail(error, PPO_INVALID,
                        "network %s needs pictures, bytes of the shape {height, width} or {height, "
                        "width, channels}; use mlp for these observations",
                        config->network == PPO_NETWORK_IMPALA_CNN ? "impala_cnn" : "nature_cnn");
    return PPO_OK;
}

ppo_status ppo_input_for(ppo_input *input, const ppo_config *config, const ppo_space *space,
                         ppo_error *error)
{
    ppo_network_kind network = config->network;
    if (network == PPO_NETWORK_AUTO)
        network = is_picture_space(space) ? PPO_NETWORK_NATURE_CNN : PPO_NETWORK_MLP;
    *input = (ppo_input){.network = network, .stack = config->frame_stack};
    if (network == PPO_NETWORK_MLP) {
        input->num_features = ppo_features_count(space);
        input->normalise = config->norm_obs;
        return PPO_OK;
    }
    PPO_TRY(check_picture(config, space, error));
    input->height = space->shape[0];
    input->width = space->shape[1];
    input->channels = space->rank == 3 ? space->shape[2] : 1;
    return PPO_OK;
}

bool ppo_input_is_picture(const ppo_input *input)
{
    return input->network != PPO_NETWORK_MLP;
}

size_t ppo_input_frame_bytes(const ppo_input *input)
{
    return ppo_input_is_picture(input) ? input->height * input->width * input->channels
                                       : input->num_features * sizeof(float);
}

size_t ppo_input_bytes(const ppo_input *input)
{
    return input->stack * ppo_input_frame_bytes(input);
}

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
        sum += ppo_space_num_values(space, i);
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
