// SPDX-License-Identifier: MIT
// Encoding of observations. Owns nothing. Not here: normalising (normalizer.c).
#include "agent/features.h"

#include "core/error.h"

#include <string.h>

// Sides below which no convolutional network of ours fits (the Nature CNN's three layers).
#define SMALLEST_SIDE 36

static float low_of(const ppo_space *space, size_t i)
{
    return space->low ? space->low[i] : 0.0f;
}

static float high_of(const ppo_space *space, size_t i)
{
    return space->high ? space->high[i] : 255.0f;
}

// True for bytes that use their whole range, as the pixels of an image do.
static bool has_pixel_bounds(const ppo_space *space)
{
    for (size_t i = 0; i < ppo_space_size(space); i++)
        if (low_of(space, i) > 0.0f || high_of(space, i) < 255.0f)
            return false;
    return true;
}

// Height, width and channels; false if the space has no shape of an image. Of three axes the
// channels are the shorter one of the first and the last.
static bool read_image_shape(ppo_input *input, const ppo_space *space)
{
    const uint32_t *shape = space->shape;
    if (space->kind != PPO_SPACE_BOX || space->dtype != PPO_U8 ||
        (space->rank != 2 && space->rank != 3))
        return false;
    input->channels_first = space->rank == 3 && shape[0] < shape[2];
    input->channels = space->rank == 2 ? 1 : input->channels_first ? shape[0] : shape[2];
    input->height = shape[input->channels_first ? 1 : 0];
    input->width = shape[input->channels_first ? 2 : 1];
    return true;
}

ppo_status ppo_input_for(ppo_input *input, const ppo_config *config, const ppo_space *space,
                         ppo_error *error)
{
    ppo_network_kind network = config->network;
    *input = (ppo_input){.stack = config->frame_stack};
    const bool has_shape = read_image_shape(input, space);
    if (network == PPO_NETWORK_AUTO)
        network = has_shape && has_pixel_bounds(space) && input->height >= SMALLEST_SIDE &&
                          input->width >= SMALLEST_SIDE
                      ? PPO_NETWORK_NATURE_CNN
                      : PPO_NETWORK_MLP;
    if (network == PPO_NETWORK_MLP) {
        *input = (ppo_input){.network = network,
                             .stack = config->frame_stack,
                             .num_features = ppo_features_count(space),
                             .normalise = config->norm_obs};
        return PPO_OK;
    }
    input->network = network;
    const char *name = network == PPO_NETWORK_IMPALA_CNN ? "impala_cnn" : "nature_cnn";
    if (!has_shape)
        return ppo_fail(error, PPO_INVALID,
                        "network %s needs images, bytes of the shape {height, width}, {height, "
                        "width, channels} or {channels, height, width}; use mlp for these "
                        "observations",
                        name);
    if (!has_pixel_bounds(space))
        return ppo_fail(error, PPO_INVALID,
                        "network %s divides bytes by 255, but the bounds of these observations are "
                        "[%g, %g]; use mlp, which scales them by their bounds",
                        name, (double)low_of(space, 0), (double)high_of(space, 0));
    return PPO_OK;
}

size_t ppo_input_interleaved(const ppo_input *input)
{
    return ppo_input_is_picture(input) && !input->channels_first ? input->channels : 1;
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
        const size_t size = ppo_space_size(space);
        for (size_t i = 0; i < size; i++) {
            const float low = low_of(space, i), range = high_of(space, i) - low;
            const float scale = range > 0.0f ? 1.0f / range : 1.0f;
            for (size_t r = 0; r < rows; r++)
                features[r * size + i] = ((float)bytes[r * size + i] - low) * scale;
        }
    } else {
        const int32_t *bits = observations;
        for (size_t i = 0; i < count; i++)
            features[i] = (float)bits[i];
    }
}
