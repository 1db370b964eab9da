// SPDX-License-Identifier: MIT
// Tasks over groups of pictures and strips of the linear layer. Owns the minibatch's activations
// and partial gradients; everything lies in the trainer's arena.
#include "rl/vision.h"

#include "core/error.h"
#include "nn/activation.h"
#include "nn/cnn_linear.h"
#include "nn/bf16_ops.h"
#include "rl/minibatch.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GROUP        PPO_VISION_GROUP
#define PARTIAL_ROWS 64 // kernel inputs that one task of adding up takes

struct ppo_vision {
    const ppo_policy *policy;
    ppo_pool *pool;
    size_t max_count;
    size_t picture_bytes;
    size_t working_size;

    uint8_t *pictures; // [max_count, picture_bytes] gathered by ppo_vision_forward
    float *working;    // [workers, working_size] the networks', then a strip's
    struct {
        ppo_cnn_rows rows;
        float *tape;      // [groups * GROUP, tape_size] if it is kept
        float *flat;      // [groups * GROUP, flat_size]
        float *features;  // [max_count, FEATURES]
        float *dfeatures; // [max_count, FEATURES], then before the ReLU
        float *dflat;     // [groups * GROUP, flat_size]
        float *partial;   // [groups, partial_size]
        float *space;     // [rows.space_size] if there is any
    } net[2];

    // The minibatch under way.
    const ppo_rollout_view *rollout;
    const uint32_t *index;
    size_t count;
    float *grad;
};

// --- planning ----------------------------------------------------------------------------------

static size_t num_groups(size_t count)
{
    return (count + GROUP - 1) / GROUP;
}

static void plan_net(ppo_vision *v, size_t net, ppo_arena *arena)
{
    const ppo_cnn *cnn = &v->policy->visions[net];
    const char *forward = "ppo_vision_forward", *backward = "ppo_vision_backward";
    const size_t rows = num_groups(v->max_count) * GROUP;
    char name[PPO_NAME_SIZE];
#define ROW(field, owner, ...)                                                           \
    do {                                                                                 \
        snprintf(name, sizeof name, "vision.%zu." #field, net);                          \
        PPO_ARENA_ADD(arena, &v->net[net].field, name, owner, PPO_ROLE_SCRATCH, PPO_F32, \
                      __VA_ARGS__);                                                      \
    } while (0)
    if (cnn->keeps_tape)
        ROW(tape, forward, rows, ppo_cnn_tape_size(cnn));
    ROW(flat, forward, rows, ppo_cnn_flat_size(cnn));
    ROW(features, forward, v->max_count, PPO_CNN_FEATURES(cnn));
    ROW(dfeatures, "ppo_gradient_compute", v->max_count, PPO_CNN_FEATURES(cnn));
    ROW(dflat, backward, rows, ppo_cnn_flat_size(cnn));
    ROW(partial, backward, num_groups(v->max_count), ppo_cnn_partial_size(cnn));
    if (v->net[net].rows.space_size)
        ROW(space, backward, v->net[net].rows.space_size);
#undef ROW
}

ppo_status ppo_vision_create(ppo_vision **result, const ppo_policy *policy, size_t max_count,
                             ppo_pool *pool, ppo_arena *arena, ppo_error *error)
{
    ppo_vision *v = calloc(1, sizeof *v);
    if (!v)
        return ppo_fail(error, PPO_NO_MEMORY, "not enough memory for the update phase");
    *v = (ppo_vision){.policy = policy, .pool = pool, .max_count = max_count};
    v->picture_bytes = ppo_cnn_picture_bytes(&policy->visions[0]);
    for (size_t net = 0; net < policy->num_nets; net++) {
        const ppo_status status =
            ppo_cnn_rows_plan(&v->net[net].rows, &policy->visions[net], max_count, error);
        if (status != PPO_OK) {
            free(v);
            return status;
        }
    }
    v->working_size = ppo_param_align(ppo_cnn_working(&policy->visions[0])) +
                      ppo_param_align(v->net[0].rows.working_size);
    PPO_ARENA_ADD(arena, &v->pictures, "vision.pictures", "ppo_vision_forward", PPO_ROLE_SCRATCH,
                  PPO_U8, max_count, v->picture_bytes);
    PPO_ARENA_ADD(arena, &v->working, "vision.working", "ppo_vision_forward", PPO_ROLE_SCRATCH,
                  PPO_F32, ppo_pool_size(pool), v->working_size);
    for (size_t net = 0; net < policy->num_nets; net++)
        plan_net(v, net, arena);
    *result = v;
    return PPO_OK;
}

void ppo_vision_destroy(ppo_vision *vision)
{
    free(vision);
}

void ppo_vision_describe_bf16(char *text, size_t size)
{
    ppo_onednn_describe(text, size);
}

const float *ppo_vision_features(const ppo_vision *vision, size_t net)
{
    return vision->net[net].features;
}

float *ppo_vision_dfeatures(const ppo_vision *vision, size_t net)
{
    return vision->net[net].dfeatures;
}

static float *working_of(const ppo_vision *v, size_t worker)
{
    return v->working + worker * v->working_size;
}

// Apart from the networks', where borders of planes have to stay zeros.
static float *strip_space(const ppo_vision *v, size_t worker)
{
    return working_of(v, worker) + ppo_param_align(ppo_cnn_working(&v->policy->visions[0]));
}

// --- a group of pictures -------------------------------------------------------------------------

static size_t rows_of_group(const ppo_vision *v, size_t group)
{
    const size_t left = v->count - group * GROUP;
    return left < GROUP ? left : GROUP;
}

// The group's rows of an array [count, width] that may be missing.
static float *group_rows(float *array, size_t group, size_t width)
{
    return array ? array + group * GROUP * width : NULL;
}

static void pack_task(void *context, size_t task, size_t worker)
{
    (void)worker;
    const ppo_policy *policy = ((const ppo_vision *)context)->policy;
    const size_t tasks = ppo_cnn_learning_tasks(&policy->visions[0]);
    ppo_cnn_pack_learning(&policy->visions[task / tasks], policy->packed, task % tasks);
}

static void forward_task(void *context, size_t group, size_t worker)
{
    ppo_vision *v = context;
    const ppo_policy *policy = v->policy;
    const size_t rows = rows_of_group(v, group);
    uint8_t *pictures = v->pictures + group * GROUP * v->picture_bytes;
    ppo_minibatch_gather_frames(pictures, &v->rollout->frames, v->index + group * GROUP, rows);
    for (size_t net = 0; net < policy->num_nets; net++) {
        const ppo_cnn *cnn = &policy->visions[net];
        ppo_cnn_forward(cnn, group_rows(v->net[net].flat, group, ppo_cnn_flat_size(cnn)),
                        group_rows(v->net[net].tape, group, ppo_cnn_tape_size(cnn)),
                        working_of(v, worker), policy->params, policy->packed, pictures, rows);
    }
}

static void backward_task(void *context, size_t group, size_t worker)
{
    ppo_vision *v = context;
    const ppo_policy *policy = v->policy;
    const uint8_t *pictures = v->pictures + group * GROUP * v->picture_bytes;
    for (size_t net = 0; net < policy->num_nets; net++) {
        const ppo_cnn *cnn = &policy->visions[net];
        const size_t size = ppo_cnn_partial_size(cnn);
        float *partial = v->net[net].partial + group * size;
        memset(partial, 0, size * sizeof *partial);
        ppo_cnn_backward(cnn, partial, group_rows(v->net[net].tape, group, ppo_cnn_tape_size(cnn)),
                         working_of(v, worker), policy->params, policy->packed,
                         group_rows(v->net[net].dflat, group, ppo_cnn_flat_size(cnn)), pictures,
                         rows_of_group(v, group));
    }
}

// --- a strip of the linear layer -----------------------------------------------------------------

static void forward_strip_task(void *context, size_t task, size_t worker)
{
    ppo_vision *v = context;
    const ppo_policy *policy = v->policy;
    const size_t strips = ppo_cnn_rows_forward_tasks(&v->net[0].rows), net = task / strips;
    ppo_cnn_rows_forward(&v->net[net].rows, v->net[net].features, strip_space(v, worker),
                         v->net[net].flat, policy->params, policy->packed, v->count, task % strips);
}

static void prepare_task(void *context, size_t task, size_t worker)
{
    (void)worker;
    ppo_vision *v = context;
    const size_t tasks = ppo_cnn_rows_prepare_tasks(&v->net[0].rows), net = task / tasks;
    ppo_cnn_rows_prepare(&v->net[net].rows, v->net[net].space, v->net[net].dfeatures, v->count,
                         task % tasks);
}

static void backward_strip_task(void *context, size_t task, size_t worker)
{
    ppo_vision *v = context;
    const ppo_policy *policy = v->policy;
    const size_t strips = ppo_cnn_rows_backward_tasks(&v->net[0].rows), net = task / strips;
    ppo_cnn_rows_backward(&v->net[net].rows, v->net[net].dflat, v->grad, v->net[net].space,
                          strip_space(v, worker), v->net[net].dfeatures, v->net[net].flat,
                          policy->params, policy->packed, v->count, task % strips);
}

// --- adding up the groups ------------------------------------------------------------------------

static size_t partial_tasks(const ppo_weight *weight)
{
    return weight->home == PPO_WEIGHT_CONV ? (weight->in + PARTIAL_ROWS - 1) / PARTIAL_ROWS : 0;
}

// Task `task` of all convolutions' blocks of PARTIAL_ROWS kernel inputs.
static void partial_task(void *context, size_t task, size_t worker)
{
    ppo_vision *v = context;
    const ppo_weight *weight = v->policy->weights;
    for (; task >= partial_tasks(weight); weight++)
        task -= partial_tasks(weight);
    const size_t first = task * PARTIAL_ROWS;
    const size_t last = first + PARTIAL_ROWS < weight->in ? first + PARTIAL_ROWS : weight->in;
    ppo_cnn_collect_partials(&v->policy->visions[weight->net], v->grad, v->net[weight->net].partial,
                             working_of(v, worker), num_groups(v->count), weight->index, first,
                             last);
}

static size_t num_partial_tasks(const ppo_policy *policy)
{
    size_t sum = 0;
    for (size_t i = 0; i < policy->num_weights; i++)
        sum += partial_tasks(&policy->weights[i]);
    return sum;
}

// --- the minibatch -------------------------------------------------------------------------------

void ppo_vision_forward(ppo_vision *v, const ppo_rollout_view *rollout, const uint32_t *index,
                        size_t count)
{
    const ppo_policy *policy = v->policy;
    assert(count <= v->max_count);
    v->rollout = rollout;
    v->index = index;
    v->count = count;
    ppo_pool_run(v->pool, pack_task, v,
                 policy->num_nets * ppo_cnn_learning_tasks(&policy->visions[0]));
    ppo_pool_run(v->pool, forward_task, v, num_groups(count));
    ppo_pool_run(v->pool, forward_strip_task, v,
                 policy->num_nets * ppo_cnn_rows_forward_tasks(&v->net[0].rows));
}

void ppo_vision_backward(ppo_vision *v, float *grad)
{
    const ppo_policy *policy = v->policy;
    v->grad = grad;
    ppo_pool_run(v->pool, prepare_task, v,
                 policy->num_nets * ppo_cnn_rows_prepare_tasks(&v->net[0].rows));
    ppo_pool_run(v->pool, backward_strip_task, v,
                 policy->num_nets * ppo_cnn_rows_backward_tasks(&v->net[0].rows));
    ppo_pool_run(v->pool, backward_task, v, num_groups(v->count));
    ppo_pool_run(v->pool, partial_task, v, num_partial_tasks(policy));
}
