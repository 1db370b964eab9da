// SPDX-License-Identifier: MIT
// From inputs to features: see extractor.h. Owns what the convolutional networks own.
#include "agent/extractor.h"

#include "core/error.h"
#include "nn/mlp.h"
#include "nn/simd.h"

#include <stdio.h>
#include <string.h>

#define LD PPO_CHUNK_ROWS

// --- planning ------------------------------------------------------------------------------------

// The number of features of a picture's network: 0, its own, for a picture alone.
static size_t cnn_features(const ppo_input *input, const ppo_config *config)
{
    return input->is_composite ? config->cnn_features : 0;
}

// A picture's name: its key. Where that is too long, or has characters that don't belong into the
// name of a tensor, its number among the leaves, with a colon, which no key has that stays.
static void name_picture(char *name, size_t size, const ppo_space *space, size_t leaf)
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-";
    char path[64];
    ppo_space_leaf_path(path, sizeof path, space, leaf);
    const size_t length = strlen(path);
    if (length < 48 && strspn(path, plain) == length)
        snprintf(name, size, "%s", path);
    else
        snprintf(name, size, "leaf:%zu", leaf);
}

static ppo_status plan_vision(ppo_extractor *e, const char *name, const ppo_input *input,
                              size_t part, const ppo_space *space, const ppo_config *config,
                              const ppo_gpu_device *device, ppo_params *params, ppo_arena *arena,
                              ppo_error *error)
{
    const ppo_input_part *p = &input->parts[part];
    char picture[64], label[PPO_NAME_SIZE];
    snprintf(label, sizeof label, "%s", name);
    if (input->is_composite) {
        name_picture(picture, sizeof picture, space, p->leaf);
        snprintf(label, sizeof label, "%.10s.extractors.%s", name, picture);
    }
    e->vision_part[e->num_visions] = part;
    return ppo_cnn_plan(&e->visions[e->num_visions++], label, input->network,
                        cnn_features(input, config), config->precision, device,
                        input->stack * p->channels, p->height, p->width, params, arena, error);
}

// Scratch: joined features, one picture's features, then each network's working memory.
static void plan_scratch(ppo_extractor *e, const ppo_input *input)
{
    e->stride = e->width;
    if (e->num_visions == 0)
        return;
    if (input->is_composite) {
        e->stride = ppo_pad(e->width);
        e->scratch_size = LD * e->stride;
    }
    e->scratch_size += LD * PPO_CNN_FEATURES(&e->visions[0]);
    for (size_t i = 0; i < e->num_visions; i++)
        e->scratch_size += ppo_param_align(e->visions[i].acting_bytes / sizeof(float));
}

ppo_status ppo_extractor_plan(ppo_extractor *e, const char *name, const ppo_input *input,
                              const ppo_space *space, const ppo_config *config,
                              const ppo_gpu_device *device, ppo_params *params, ppo_arena *arena,
                              ppo_error *error)
{
    memset(e, 0, sizeof *e);
    for (size_t part = 0; part < input->num_parts; part++) {
        const ppo_input_part *p = &input->parts[part];
        e->column[part] = e->width;
        if (p->is_picture)
            PPO_TRY(plan_vision(e, name, input, part, space, config, device, params, arena, error));
        e->width += p->is_picture ? PPO_CNN_FEATURES(&e->visions[e->num_visions - 1])
                                  : input->stack * p->bytes / sizeof(float);
    }
    plan_scratch(e, input);
    return PPO_OK;
}

void ppo_extractor_release(ppo_extractor *e)
{
    for (size_t i = 0; i < e->num_visions; i++)
        ppo_cnn_release(&e->visions[i]);
}

// --- packed weights ------------------------------------------------------------------------------

void ppo_extractor_pack(ppo_extractor *e, const float *params)
{
    for (size_t i = 0; i < e->num_visions; i++)
        ppo_cnn_pack(&e->visions[i], params);
}

size_t ppo_extractor_acting_tasks(const ppo_extractor *e)
{
    size_t sum = 0;
    for (size_t i = 0; i < e->num_visions; i++)
        sum += ppo_cnn_acting_tasks(&e->visions[i]);
    return sum;
}

void ppo_extractor_pack_acting(ppo_extractor *e, const float *params, size_t task)
{
    ppo_cnn *vision = e->visions;
    for (size_t tasks; task >= (tasks = ppo_cnn_acting_tasks(vision)); vision++)
        task -= tasks;
    ppo_cnn_pack_acting(vision, params, task);
}

// --- evaluation ----------------------------------------------------------------------------------

void ppo_extractor_join(const ppo_extractor *e, float *features, size_t part, const float *values,
                        size_t count, size_t rows)
{
    for (size_t r = 0; r < rows; r++)
        memcpy(features + r * e->stride + e->column[part], values + r * count,
               count * sizeof *values);
}

void ppo_extractor_split(const ppo_extractor *e, float *values, const float *features, size_t part,
                         size_t count, size_t rows)
{
    for (size_t r = 0; r < rows; r++)
        memcpy(values + r * count, features + r * e->stride + e->column[part],
               count * sizeof *values);
}

static const float *join_all(const ppo_extractor *e, const ppo_input *input, float *scratch,
                             const float *params, const unsigned char *inputs, size_t rows)
{
    float *features = scratch, *of_picture = scratch + LD * e->stride;
    float *working = of_picture + LD * PPO_CNN_FEATURES(&e->visions[0]);
    size_t vision = 0;
    for (size_t part = 0; part < input->num_parts; part++) {
        const ppo_input_part *p = &input->parts[part];
        const unsigned char *values = inputs + LD * input->stack * p->offset;
        if (!p->is_picture) {
            ppo_extractor_join(e, features, part, (const float *)(const void *)values,
                               input->stack * p->bytes / sizeof(float), rows);
            continue;
        }
        const ppo_cnn *cnn = &e->visions[vision++];
        ppo_cnn_features(cnn, of_picture, working, params, values, rows);
        ppo_extractor_join(e, features, part, of_picture, PPO_CNN_FEATURES(cnn), rows);
        working += ppo_param_align(cnn->acting_bytes / sizeof(float));
    }
    return features;
}

const float *ppo_extractor_run(const ppo_extractor *e, const ppo_input *input, float *scratch,
                               const float *params, const void *inputs, size_t rows)
{
    if (e->num_visions == 0)
        return inputs;
    if (input->is_composite)
        return join_all(e, input, scratch, params, inputs, rows);
    ppo_cnn_features(&e->visions[0], scratch, scratch + LD * e->width, params, inputs, rows);
    return scratch;
}

size_t ppo_extractor_forward_macs(const ppo_extractor *e)
{
    size_t sum = 0;
    for (size_t i = 0; i < e->num_visions; i++)
        sum += ppo_cnn_shape_forward_macs(&e->visions[i].shape);
    return sum;
}

size_t ppo_extractor_backward_macs(const ppo_extractor *e)
{
    size_t sum = 0;
    for (size_t i = 0; i < e->num_visions; i++)
        sum += ppo_cnn_shape_backward_macs(&e->visions[i].shape);
    return sum;
}
