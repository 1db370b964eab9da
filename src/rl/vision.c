// SPDX-License-Identifier: MIT
// Runs the phases of convolutional networks over the threads of a pool. Owns the images of the
// minibatch and the threads' working memory, both in the trainer's arena.
#include "rl/vision.h"

#include "core/error.h"
#include "nn/bf16_ops.h"
#include "rl/minibatch.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

struct ppo_vision {
    const ppo_policy *policy;
    ppo_pool *pool;
    size_t part; // of the inputs: the picture
    size_t image_bytes;
    size_t working_bytes;
    uint8_t *images;          // [max_count, image_bytes] of the minibatch, by ppo_vision_forward
    unsigned char *working;   // [threads, working_bytes]
    ppo_cnn_minibatch net[2]; // [num_nets]; networks of a policy have the same shape and backend

    // The minibatch at work.
    const ppo_rollout_view *rollout;
    const uint32_t *index; // [count]
    ppo_cnn_phase phase;
};

ppo_status ppo_vision_create(ppo_vision **result, const ppo_policy *policy, size_t picture,
                             size_t max_count, ppo_pool *pool, ppo_arena *arena, ppo_error *error)
{
    char name[PPO_NAME_SIZE];
    *result = NULL;
    ppo_vision *v = calloc(1, sizeof *v);
    if (!v)
        return ppo_fail(error, PPO_NO_MEMORY, "not enough memory for the update phase");
    const ppo_extractor *extractor = &policy->extractors[0];
    *v = (ppo_vision){.policy = policy, .pool = pool, .part = extractor->vision_part[picture]};
    v->image_bytes = ppo_cnn_shape_image_bytes(&extractor->visions[picture].shape);
    for (size_t net = 0; net < policy->num_nets; net++) {
        snprintf(name, sizeof name, "vision.%zu.%zu", picture, net);
        const ppo_status status =
            ppo_cnn_minibatch_plan(&v->net[net], &policy->extractors[net].visions[picture],
                                   net ? &v->net[0] : NULL, name, max_count, arena, error);
        if (status != PPO_OK) {
            ppo_vision_destroy(v);
            return status;
        }
    }
    v->working_bytes = v->net[0].working_bytes;
    snprintf(name, sizeof name, "vision.%zu.images", picture);
    PPO_ARENA_ADD(arena, &v->images, name, "ppo_vision_forward", PPO_ROLE_SCRATCH, PPO_U8,
                  max_count, v->image_bytes);
    snprintf(name, sizeof name, "vision.%zu.working", picture);
    PPO_ARENA_ADD(arena, &v->working, name, "ppo_vision_forward", PPO_ROLE_SCRATCH, PPO_U8,
                  ppo_pool_size(pool), v->working_bytes);
    *result = v;
    return PPO_OK;
}

void ppo_vision_destroy(ppo_vision *vision)
{
    if (!vision)
        return;
    for (size_t net = 0; net < vision->policy->num_nets; net++)
        ppo_cnn_minibatch_release(&vision->net[net]);
    free(vision);
}

void ppo_vision_describe_bf16(char *text, size_t size)
{
    ppo_onednn_describe(text, size);
}

void ppo_vision_describe_gpu(char *text, size_t size)
{
    ppo_gpu_devices_describe(text, size);
}

const float *ppo_vision_features(const ppo_vision *vision, size_t net)
{
    return vision->net[net].features;
}

float *ppo_vision_dfeatures(ppo_vision *vision, size_t net)
{
    return vision->net[net].dfeatures;
}

// --- tasks ---------------------------------------------------------------------------------------

// A phase whose tasks are those of all networks, one network after the other.
static void network_task(void *context, size_t task, size_t worker)
{
    ppo_vision *v = context;
    const size_t tasks = ppo_cnn_minibatch_tasks(&v->net[0], v->phase);
    ppo_cnn_minibatch_run(&v->net[task / tasks], v->phase, task % tasks,
                          v->working + worker * v->working_bytes);
}

// A phase whose tasks are chunks of images, which all networks take while they are in the cache.
static void images_task(void *context, size_t chunk, size_t worker)
{
    ppo_vision *v = context;
    for (size_t net = 0; net < v->policy->num_nets; net++)
        ppo_cnn_minibatch_run(&v->net[net], v->phase, chunk,
                              v->working + worker * v->working_bytes);
}

static void forward_images_task(void *context, size_t chunk, size_t worker)
{
    ppo_vision *v = context;
    const size_t count = v->net[0].count, chunks = ppo_cnn_minibatch_tasks(&v->net[0], v->phase);
    const size_t first = chunk * PPO_CHUNK_IMAGES;
    const size_t rows = chunk + 1 < chunks ? PPO_CHUNK_IMAGES : count - first;
    ppo_minibatch_gather_frames(v->images + first * v->image_bytes, v->image_bytes,
                                &v->rollout->frames, v->part, v->index + first, rows);
    images_task(v, chunk, worker);
}

static void run_for_networks(ppo_vision *v, ppo_cnn_phase phase)
{
    v->phase = phase;
    ppo_pool_run(v->pool, network_task, v,
                 v->policy->num_nets * ppo_cnn_minibatch_tasks(&v->net[0], phase));
}

static void run_for_images(ppo_vision *v, ppo_cnn_phase phase, ppo_task task)
{
    v->phase = phase;
    ppo_pool_run(v->pool, task, v, ppo_cnn_minibatch_tasks(&v->net[0], phase));
}

// --- the minibatch -------------------------------------------------------------------------------

void ppo_vision_forward(ppo_vision *v, const ppo_rollout_view *rollout, const uint32_t *index,
                        size_t count)
{
    assert(count <= v->net[0].max_count);
    v->rollout = rollout;
    v->index = index;
    for (size_t net = 0; net < v->policy->num_nets; net++) {
        ppo_cnn_minibatch *m = &v->net[net];
        m->params = v->policy->params;
        m->images = v->images;
        m->count = count;
    }
    // Weights have changed since the last minibatch.
    run_for_networks(v, PPO_CNN_PACK);
    // Images are gathered and go through the convolutions, chunk by chunk ...
    run_for_images(v, PPO_CNN_FORWARD_CONVS, forward_images_task);
    // ... and together through the linear layer, whose weights are read once.
    run_for_networks(v, PPO_CNN_FORWARD_LINEAR);
}

void ppo_vision_backward(ppo_vision *v, float *grad)
{
    for (size_t net = 0; net < v->policy->num_nets; net++)
        v->net[net].grad = grad;
    run_for_networks(v, PPO_CNN_BACKWARD_FEATURES);
    run_for_networks(v, PPO_CNN_BACKWARD_LINEAR);
    // Each chunk of images has a gradient of the convolutions; their sum is the minibatch's.
    run_for_images(v, PPO_CNN_BACKWARD_CONVS, images_task);
    run_for_networks(v, PPO_CNN_ADD_CHUNKS);
}
