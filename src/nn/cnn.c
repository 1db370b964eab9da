// SPDX-License-Identifier: MIT
// The table of backends. Owns nothing.
#include "nn/cnn.h"

#include "core/error.h"

#include <stdio.h>

static const ppo_cnn_backend *const backends[] = {
    [PPO_PRECISION_FP32] = &ppo_cnn_fp32,
    [PPO_PRECISION_BF16] = &ppo_cnn_bf16,
};

ppo_status ppo_cnn_plan(ppo_cnn *cnn, const char *name, ppo_network_kind kind, size_t features,
                        ppo_precision precision, const ppo_gpu_device *device, size_t channels,
                        size_t height, size_t width, ppo_params *params, ppo_arena *arena,
                        ppo_error *error)
{
    *cnn = (ppo_cnn){.device = device};
    PPO_TRY(ppo_cnn_shape_plan(&cnn->shape, name, kind, features, channels, height, width, params,
                               error));
    cnn->backend = device && device->api ? &ppo_cnn_gpu : backends[precision];
    return cnn->backend->plan(cnn, name, arena, error);
}

void ppo_cnn_release(ppo_cnn *cnn)
{
    if (cnn->backend)
        cnn->backend->release(cnn);
    *cnn = (ppo_cnn){.backend = NULL};
}

void ppo_cnn_pack(ppo_cnn *cnn, const float *params)
{
    const ppo_cnn_shape *shape = &cnn->shape;
    for (size_t i = 0; i < shape->num_steps; i++)
        if (shape->steps[i].kind == PPO_CNN_CONV)
            cnn->backend->pack_conv(cnn, params, i, 0, shape->steps[i].conv.out_channels);
    for (size_t task = 0; task < cnn->backend->acting_tasks(cnn); task++)
        cnn->backend->pack_acting(cnn, params, task);
    if (cnn->backend->resident)
        cnn->backend->resident->put(cnn, PPO_CNN_PARAMS, params);
}

void ppo_cnn_pack_conv(ppo_cnn *cnn, const float *params, size_t step, size_t first, size_t last)
{
    cnn->backend->pack_conv(cnn, params, step, first, last);
}

size_t ppo_cnn_acting_tasks(const ppo_cnn *cnn)
{
    return cnn->backend->acting_tasks(cnn);
}

void ppo_cnn_pack_acting(ppo_cnn *cnn, const float *params, size_t task)
{
    cnn->backend->pack_acting(cnn, params, task);
}

void ppo_cnn_features(const ppo_cnn *cnn, float *features, void *working, const float *params,
                      const uint8_t *images, size_t rows)
{
    cnn->backend->features(cnn, features, working, params, images, rows);
}

ppo_status ppo_cnn_minibatch_plan(ppo_cnn_minibatch *m, const ppo_cnn *cnn,
                                  const ppo_cnn_minibatch *same_images, const char *name,
                                  size_t max_count, ppo_arena *arena, ppo_error *error)
{
    char label[PPO_NAME_SIZE];
    *m = (ppo_cnn_minibatch){.cnn = cnn, .same_images = same_images, .max_count = max_count};
    snprintf(label, sizeof label, "%.72s.features", name);
    PPO_ARENA_ADD(arena, &m->features, label, "PPO_CNN_FORWARD_LINEAR", PPO_ROLE_SCRATCH, PPO_F32,
                  max_count, PPO_CNN_FEATURES(cnn));
    snprintf(label, sizeof label, "%.72s.dfeatures", name);
    PPO_ARENA_ADD(arena, &m->dfeatures, label, "ppo_gradient_compute", PPO_ROLE_SCRATCH, PPO_F32,
                  max_count, PPO_CNN_FEATURES(cnn));
    return cnn->backend->plan_minibatch(m, name, arena, error);
}

void ppo_cnn_minibatch_release(ppo_cnn_minibatch *m)
{
    if (m->cnn)
        m->cnn->backend->release_minibatch(m);
    *m = (ppo_cnn_minibatch){.cnn = NULL};
}

size_t ppo_cnn_minibatch_tasks(const ppo_cnn_minibatch *m, ppo_cnn_phase phase)
{
    size_t (*const num_tasks)(const ppo_cnn_minibatch *) = m->cnn->backend->phases[phase].num_tasks;
    return num_tasks ? num_tasks(m) : 0;
}

void ppo_cnn_minibatch_run(ppo_cnn_minibatch *m, ppo_cnn_phase phase, size_t task, void *working)
{
    m->cnn->backend->phases[phase].run(m, task, working);
}

const ppo_cnn_resident *ppo_cnn_resident_of(const ppo_cnn *cnn)
{
    return cnn->backend->resident;
}

ppo_status ppo_cnn_ahead_plan(ppo_cnn_ahead *ahead, const ppo_cnn *cnn, const char *name,
                              size_t max_count, ppo_arena *arena, ppo_error *error)
{
    char label[PPO_NAME_SIZE];
    *ahead = (ppo_cnn_ahead){.cnn = cnn, .max_count = max_count};
    snprintf(label, sizeof label, "%.24s.features", name);
    PPO_ARENA_ADD(arena, &ahead->features, label, "ppo_collect_run", PPO_ROLE_SCRATCH, PPO_F32,
                  max_count, PPO_CNN_FEATURES(cnn));
    return cnn->backend->resident->plan_ahead(ahead, error);
}

void ppo_cnn_ahead_release(ppo_cnn_ahead *ahead)
{
    if (ahead->cnn)
        ahead->cnn->backend->resident->release_ahead(ahead);
    *ahead = (ppo_cnn_ahead){.cnn = NULL};
}
