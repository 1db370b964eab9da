// SPDX-License-Identifier: MIT
// What networks get of observations: see input.h. Owns nothing.
#include "agent/input.h"

#include "core/error.h"
#include "nn/mlp.h"

#include <string.h>

// Sides below which no convolutional network of ours fits (the Nature CNN's three layers).
#define SMALLEST_SIDE 36

// --- pictures among leaves -----------------------------------------------------------------------

static float low_of(const ppo_space *box, size_t i)
{
    return box->low ? box->low[i] : 0.0f;
}

static float high_of(const ppo_space *box, size_t i)
{
    return box->high ? box->high[i] : 255.0f;
}

// True for bytes that use their whole range, as the pixels of a picture do.
static bool has_pixel_bounds(const ppo_space *box)
{
    for (size_t i = 0; i < ppo_space_size(box); i++)
        if (low_of(box, i) > 0.0f || high_of(box, i) < 255.0f)
            return false;
    return true;
}

// Height, width and channels; false if the leaf has no shape of a picture. Of three axes the
// channels are the shorter one of the first and the last.
static bool read_picture_shape(ppo_input_part *part, const ppo_space *leaf)
{
    const uint32_t *shape = leaf->shape;
    if (leaf->kind != PPO_SPACE_BOX || leaf->dtype != PPO_U8 ||
        (leaf->rank != 2 && leaf->rank != 3))
        return false;
    part->is_picture = true;
    part->channels_first = leaf->rank == 3 && shape[0] < shape[2];
    part->channels = leaf->rank == 2 ? 1 : part->channels_first ? shape[0] : shape[2];
    part->height = shape[part->channels_first ? 1 : 0];
    part->width = shape[part->channels_first ? 2 : 1];
    part->bytes = ppo_space_size(leaf);
    return true;
}

// Whether a leaf is a picture by itself, without being told so.
static bool looks_like_picture(const ppo_input_part *part, const ppo_space *leaf)
{
    return part->is_picture && has_pixel_bounds(leaf) && part->height >= SMALLEST_SIDE &&
           part->width >= SMALLEST_SIDE;
}

// Channels can't be told from rows where they are as many, or where the axis between them is the
// shortest.
static ppo_status check_axes(const ppo_space *leaf, ppo_error *error)
{
    const uint32_t *shape = leaf->shape;
    if (leaf->rank == 2 || (shape[0] != shape[2] && (shape[0] <= shape[1] || shape[2] <= shape[1])))
        return PPO_OK;
    return ppo_fail(error, PPO_INVALID,
                    "a picture of the shape {%u, %u, %u} is neither {channels, height, width} nor "
                    "{height, width, channels}: the channels must be its shortest axis, the first "
                    "or the last; use network mlp, which takes the bytes in any order",
                    shape[0], shape[1], shape[2]);
}

// --- single observations -------------------------------------------------------------------------

ppo_input ppo_input_picture(ppo_network_kind network, size_t stack, size_t channels, size_t height,
                            size_t width, bool channels_first)
{
    return (ppo_input){.network = network,
                       .stack = stack,
                       .parts = {{.bytes = channels * height * width,
                                  .is_picture = true,
                                  .channels = channels,
                                  .height = height,
                                  .width = width,
                                  .channels_first = channels_first}},
                       .num_parts = 1};
}

static const char *network_name(ppo_network_kind network)
{
    return network == PPO_NETWORK_IMPALA_CNN ? "impala_cnn" : "nature_cnn";
}

static ppo_status input_for_leaf(ppo_input *input, const ppo_config *config, const ppo_space *space,
                                 ppo_error *error)
{
    ppo_network_kind network = config->network;
    ppo_input_part part = {.bytes = 0};
    const bool has_shape = read_picture_shape(&part, space);
    if (network == PPO_NETWORK_AUTO)
        network = looks_like_picture(&part, space) ? PPO_NETWORK_NATURE_CNN : PPO_NETWORK_MLP;
    if (network == PPO_NETWORK_MLP) {
        *input = PPO_INPUT_FLOATS(ppo_features_count(space));
        input->stack = config->frame_stack;
        input->normalise = config->norm_obs;
        return PPO_OK;
    }
    if (!has_shape)
        return ppo_fail(error, PPO_INVALID,
                        "network %s needs images, bytes of the shape {height, width}, {height, "
                        "width, channels} or {channels, height, width}; use mlp for these "
                        "observations",
                        network_name(network));
    if (!has_pixel_bounds(space))
        return ppo_fail(error, PPO_INVALID,
                        "network %s divides bytes by 255, but the bounds of these observations are "
                        "[%g, %g]; use mlp, which scales them by their bounds",
                        network_name(network), (double)low_of(space, 0), (double)high_of(space, 0));
    PPO_TRY(check_axes(space, error));
    *input = ppo_input_picture(network, config->frame_stack, part.channels, part.height, part.width,
                               part.channels_first);
    return PPO_OK;
}

// --- tuples and dicts ----------------------------------------------------------------------------

static void add_features(ppo_input *input, size_t count)
{
    if (input->num_parts == 0 || input->parts[input->num_parts - 1].is_picture)
        input->parts[input->num_parts++] =
            (ppo_input_part){.offset = input->num_features * sizeof(float)};
    input->parts[input->num_parts - 1].bytes += count * sizeof(float);
    input->num_features += count;
}

static size_t count_pictures(const ppo_input *input)
{
    size_t count = 0;
    for (size_t i = 0; i < input->num_parts; i++)
        count += input->parts[i].is_picture;
    return count;
}

// A leaf takes its place among the parts.
static ppo_status add_leaf(ppo_input *input, const ppo_config *config, const ppo_space *leaf,
                           size_t number, ppo_error *error)
{
    ppo_input_part part = {.leaf = number};
    const bool is_picture = config->network != PPO_NETWORK_MLP && read_picture_shape(&part, leaf) &&
                            looks_like_picture(&part, leaf);
    if (!is_picture) {
        add_features(input, ppo_features_count(leaf));
        return PPO_OK;
    }
    if (count_pictures(input) == PPO_MAX_PICTURES)
        return ppo_fail(error, PPO_UNSUPPORTED,
                        "an observation may have %d pictures; use network mlp, which takes their "
                        "bytes as numbers",
                        PPO_MAX_PICTURES);
    PPO_TRY(check_axes(leaf, error));
    input->parts[input->num_parts++] = part;
    return PPO_OK;
}

static void place_pictures(ppo_input *input)
{
    size_t offset = input->num_features * sizeof(float);
    for (size_t i = 0; i < input->num_parts; i++) {
        ppo_input_part *part = &input->parts[i];
        if (!part->is_picture)
            continue;
        part->offset = offset;
        offset += (part->bytes + 3) / 4 * 4;
    }
}

static ppo_status input_for_leaves(ppo_input *input, const ppo_config *config,
                                   const ppo_space *space, ppo_error *error)
{
    const bool is_auto = config->network == PPO_NETWORK_AUTO;
    *input = (ppo_input){.network = is_auto ? PPO_NETWORK_NATURE_CNN : config->network,
                         .stack = config->frame_stack,
                         .is_composite = true};
    for (size_t i = 0; i < ppo_space_num_leaves(space); i++)
        PPO_TRY(add_leaf(input, config, ppo_space_leaf_at(space, i).space, i, error));
    place_pictures(input);
    input->normalise = config->norm_obs && input->num_features > 0;
    if (count_pictures(input) > 0)
        return PPO_OK;
    input->network = PPO_NETWORK_MLP;
    if (is_auto || config->network == PPO_NETWORK_MLP)
        return PPO_OK;
    return ppo_fail(error, PPO_INVALID,
                    "network %s needs images, but no part of these observations is one: bytes "
                    "within 0 and 255 of the shape {height, width}, {height, width, channels} or "
                    "{channels, height, width}, with sides of at least %d; use mlp",
                    network_name(config->network), SMALLEST_SIDE);
}

ppo_status ppo_input_for(ppo_input *input, const ppo_config *config, const ppo_space *space,
                         ppo_error *error)
{
    return ppo_space_is_composite(space) ? input_for_leaves(input, config, space, error)
                                         : input_for_leaf(input, config, space, error);
}

// --- facts ---------------------------------------------------------------------------------------

bool ppo_input_has_pictures(const ppo_input *input)
{
    return input->network != PPO_NETWORK_MLP;
}

bool ppo_input_is_encoded(const ppo_input *input, const ppo_space *space)
{
    if (input->normalise || (input->is_composite && ppo_input_has_pictures(input)))
        return true;
    for (size_t i = 0; i < ppo_space_num_leaves(space) && !ppo_input_has_pictures(input); i++)
        if (!ppo_features_are_raw(ppo_space_leaf_at(space, i).space))
            return true;
    return false;
}

size_t ppo_input_interleaved(const ppo_input_part *part)
{
    return part->is_picture && !part->channels_first ? part->channels : 1;
}

size_t ppo_input_frame_bytes(const ppo_input *input)
{
    size_t end = 0;
    for (size_t i = 0; i < input->num_parts; i++) {
        const ppo_input_part *part = &input->parts[i];
        const size_t bytes = input->is_composite ? (part->bytes + 3) / 4 * 4 : part->bytes;
        end = part->offset + bytes > end ? part->offset + bytes : end;
    }
    return end;
}

size_t ppo_input_bytes(const ppo_input *input)
{
    return input->stack * ppo_input_frame_bytes(input);
}

unsigned char *ppo_input_at(const ppo_input *input, unsigned char *inputs, size_t part, size_t row)
{
    const ppo_input_part *p = &input->parts[part];
    return inputs + input->stack * (PPO_CHUNK_ROWS * p->offset + row * p->bytes);
}

// --- encoding ------------------------------------------------------------------------------------

// The part that is leaf `leaf`, a picture; NULL if it isn't one.
static const ppo_input_part *picture_of(const ppo_input *input, size_t leaf)
{
    for (size_t i = 0; i < input->num_parts; i++)
        if (input->parts[i].is_picture && input->parts[i].leaf == leaf)
            return &input->parts[i];
    return NULL;
}

void ppo_input_encode_features(const ppo_input *input, const ppo_space *space, float *features,
                               size_t stride, const void *observations, size_t rows)
{
    if (!input->is_composite) {
        ppo_features_encode(space, features, observations, rows);
        return;
    }
    const unsigned char *obs = observations;
    const size_t obs_bytes = ppo_space_bytes(space);
    for (size_t i = 0; i < ppo_space_num_leaves(space); i++) {
        const ppo_space_leaf leaf = ppo_space_leaf_at(space, i);
        if (picture_of(input, i))
            continue;
        for (size_t r = 0; r < rows; r++)
            ppo_features_encode(leaf.space, features + r * stride,
                                obs + r * obs_bytes + leaf.offset, 1);
        features += ppo_features_count(leaf.space);
    }
}

void ppo_input_encode(const ppo_input *input, const ppo_space *space, unsigned char *frames,
                      const void *observations, size_t rows)
{
    const size_t obs_bytes = ppo_space_bytes(space), frame_bytes = ppo_input_frame_bytes(input);
    const unsigned char *obs = observations;
    if (input->num_features > 0)
        ppo_input_encode_features(input, space, (float *)(void *)frames,
                                  frame_bytes / sizeof(float), observations, rows);
    for (size_t i = 0; i < input->num_parts; i++) {
        const ppo_input_part *part = &input->parts[i];
        const size_t offset = ppo_space_leaf_at(space, part->leaf).offset;
        for (size_t r = 0; r < rows && part->is_picture; r++)
            memcpy(frames + r * frame_bytes + part->offset, obs + r * obs_bytes + offset,
                   part->bytes);
    }
}

bool ppo_input_normalised_run(const ppo_input *input, const ppo_space *space, size_t *first,
                              size_t *count)
{
    if (!input->is_composite) {
        *count = input->num_features;
        return *first == 0;
    }
    size_t before = 0; // features before the leaf
    for (size_t i = 0; i < ppo_space_num_leaves(space); i++) {
        const ppo_space *leaf = ppo_space_leaf_at(space, i).space;
        if (picture_of(input, i))
            continue;
        *count = ppo_features_count(leaf);
        if (leaf->kind == PPO_SPACE_BOX && before >= *first) {
            *first = before;
            return true;
        }
        before += *count;
    }
    return false;
}
