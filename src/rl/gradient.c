// SPDX-License-Identifier: MIT
// Tasks of one part of a minibatch: a chunk of samples through one network. Plans each worker's
// scratch and the chunks' gradients and sums; all of it lies in the trainer's arena.
#include "rl/gradient.h"

#include "core/error.h"
#include "nn/activation.h"
#include "rl/minibatch.h"
#include "rl/vision.h"

#include <assert.h>
#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#define LD          PPO_CHUNK_ROWS
#define NUM_COLUMNS 8 // of ppo_samples, besides the actions'

// Tasks that are still to come, in a cache line of its own.
typedef struct ppo_countdown {
    _Alignas(64) _Atomic size_t count;
} ppo_countdown;

struct ppo_gradient {
    const ppo_config *config;
    const ppo_policy *policy;
    ppo_pool *pool;
    ppo_vision *visions[PPO_MAX_PICTURES]; // of policies for pictures, one for each
    size_t num_visions;
    size_t num_features; // floats that the heads take
    size_t stride;       // of their rows
    size_t max_chunks;
    size_t samples_size; // floats of one worker's gathered samples
    size_t worker_size;  // floats of one worker's scratch
    float *worker;       // [workers, worker_size]
    float *chunk_grad;   // [max_chunks, chunk size of the policy]
    double *chunk_std;   // [max_chunks] sum over a chunk's samples of their mean standard deviation
    ppo_loss_sums *sums; // [num_nets, chunks of the part]

    // The part under way, the same for every task.
    const ppo_rollout_view *rollout;
    ppo_minibatch_part part;
    const ppo_step_params *step;
    const ppo_gradient_sink *sink;
    ppo_countdown left[2]; // chunks of each network
};

// --- planning ----------------------------------------------------------------------------------

static size_t num_chunks_of(size_t count)
{
    return (count + LD - 1) / LD;
}

static void plan_rows(ppo_gradient *g, ppo_arena *arena)
{
    const size_t sums = sizeof(ppo_loss_sums) / sizeof(double);
#define ROW(field, dtype, ...)                                                                    \
    PPO_ARENA_ADD(arena, &g->field, "gradient." #field, "ppo_gradient_compute", PPO_ROLE_SCRATCH, \
                  dtype, __VA_ARGS__)
    ROW(worker, PPO_F32, ppo_pool_size(g->pool), g->worker_size);
    ROW(chunk_grad, PPO_F32, g->max_chunks, ppo_policy_chunk_size(g->policy));
    ROW(chunk_std, PPO_F64, g->max_chunks);
    ROW(sums, PPO_F64, g->max_chunks, g->policy->num_nets, sums);
#undef ROW
}

// Floats of a sample in a worker's scratch: its features, and where they are joined of several
// parts, their gradient.
static size_t inputs_width(const ppo_gradient *g)
{
    return g->policy->input.is_composite ? 2 * g->stride : g->stride;
}

ppo_status ppo_gradient_create(ppo_gradient **result, const ppo_config *config,
                               const ppo_policy *policy, ppo_pool *pool, ppo_arena *arena,
                               ppo_error *error)
{
    ppo_gradient *g = aligned_alloc(_Alignof(ppo_gradient), sizeof *g);
    if (!g)
        return ppo_fail(error, PPO_NO_MEMORY, "not enough memory for the update phase");
    *g = (ppo_gradient){.config = config, .policy = policy, .pool = pool};
    g->num_features = ppo_policy_head_inputs(policy);
    g->stride = policy->extractors[0].stride;
    g->max_chunks = num_chunks_of(ppo_order_part_size(config));
    g->samples_size = LD * (inputs_width(g) + policy->dist.num_actions + NUM_COLUMNS + 1);
    g->worker_size = ppo_param_align(g->samples_size + policy->scratch_size);
    for (size_t i = 0; i < policy->extractors[0].num_visions; i++) {
        const ppo_status status =
            ppo_vision_create(&g->visions[g->num_visions++], policy, i, ppo_order_part_size(config),
                              pool, arena, error);
        if (status != PPO_OK) {
            ppo_gradient_destroy(g);
            return status;
        }
    }
    plan_rows(g, arena);
    *result = g;
    return PPO_OK;
}

void ppo_gradient_destroy(ppo_gradient *gradient)
{
    if (!gradient)
        return;
    for (size_t i = 0; i < gradient->num_visions; i++)
        ppo_vision_destroy(gradient->visions[i]);
    free(gradient);
}

size_t ppo_gradient_num_tasks(const ppo_config *config, const ppo_policy *policy)
{
    const size_t count = ppo_order_part_size(config);
    if (ppo_policy_has_vision(policy))
        return (count + PPO_CHUNK_IMAGES - 1) / PPO_CHUNK_IMAGES;
    return num_chunks_of(count) * policy->num_nets;
}

float *ppo_gradient_chunks(ppo_gradient *g, size_t count, size_t *num_chunks)
{
    *num_chunks = num_chunks_of(count);
    return g->chunk_grad;
}

// --- one task ----------------------------------------------------------------------------------

// A worker's gathered samples, in columns of PPO_CHUNK_ROWS floats, one each unless it says more.
typedef struct ppo_samples {
    float *action; // [A] columns
    float *advantage, *old_log_prob, *old_value, *ret;
    float *log_prob, *dlog_prob, *entropy, *ratio;
    float *inputs; // [PPO_CHUNK_ROWS, stride], unless they are a picture's features; and where they
                   // are joined,
    float *dinputs; // [PPO_CHUNK_ROWS, stride] their gradient
} ppo_samples;

static ppo_samples samples_at(const ppo_gradient *g, float *space)
{
    float *column = space + g->policy->dist.num_actions * LD;
    return (ppo_samples){.action = space,
                         .advantage = column,
                         .old_log_prob = column + LD,
                         .log_prob = column + 2 * LD,
                         .dlog_prob = column + 3 * LD,
                         .entropy = column + 4 * LD,
                         .ratio = column + 5 * LD,
                         .old_value = column + 6 * LD,
                         .ret = column + 7 * LD,
                         .inputs = column + NUM_COLUMNS * LD,
                         .dinputs = column + (NUM_COLUMNS + g->stride) * LD};
}

static float sum_of(const float *x, size_t count)
{
    float sum = 0.0f;
    for (size_t i = 0; i < count; i++)
        sum += x[i];
    return sum;
}

// Gathered vectors and pictures' features, side by side.
static void join_inputs(const ppo_gradient *g, size_t net, size_t first, size_t rows,
                        float *features)
{
    const ppo_extractor *extractor = &g->policy->extractors[net];
    const ppo_input *input = &g->policy->input;
    size_t vision = 0;
    for (size_t part = 0; part < input->num_parts; part++) {
        if (!input->parts[part].is_picture) {
            ppo_minibatch_gather_frames((unsigned char *)(features + extractor->column[part]),
                                        g->stride * sizeof *features, &g->rollout->frames, part,
                                        g->part.index + first, rows);
            continue;
        }
        const size_t count = PPO_CNN_FEATURES(&extractor->visions[vision]);
        ppo_extractor_join(extractor, features, part,
                           ppo_vision_features(g->visions[vision++], net) + first * count, count,
                           rows);
    }
}

// What a head gets: what its vision has made of the samples, or the samples' features, gathered.
static const float *head_inputs(const ppo_gradient *g, size_t net, size_t first, size_t rows,
                                float *gathered)
{
    const ppo_rollout_view *r = g->rollout;
    if (g->num_visions > 0 && !g->policy->input.is_composite)
        return ppo_vision_features(g->visions[0], net) + first * g->num_features;
    if (g->num_visions > 0)
        join_inputs(g, net, first, rows, gathered);
    else if (r->features)
        ppo_minibatch_gather(gathered, r->features, g->part.index + first, rows, g->num_features);
    else
        ppo_minibatch_gather_frames((unsigned char *)gathered, g->stride * sizeof *gathered,
                                    &r->frames, 0, g->part.index + first, rows);
    return gathered;
}

// Where the gradient of a head's inputs goes; NULL: nowhere, they need none.
static float *head_dinputs(const ppo_gradient *g, size_t net, size_t first, const ppo_samples *x)
{
    if (g->num_visions == 0)
        return NULL;
    return g->policy->input.is_composite
               ? x->dinputs
               : ppo_vision_dfeatures(g->visions[0], net) + first * g->num_features;
}

// The gradient of a head's inputs goes on to the visions, back through the ReLU that their features
// come from.
static void pass_back(const ppo_gradient *g, size_t net, size_t first, size_t rows,
                      const ppo_samples *x)
{
    const ppo_extractor *extractor = &g->policy->extractors[net];
    for (size_t i = 0; i < g->num_visions; i++) {
        const size_t count = PPO_CNN_FEATURES(&extractor->visions[i]);
        float *dfeatures = ppo_vision_dfeatures(g->visions[i], net) + first * count;
        if (g->policy->input.is_composite)
            ppo_extractor_split(extractor, dfeatures, x->dinputs, extractor->vision_part[i], count,
                                rows);
        ppo_activation_backward(dfeatures, ppo_vision_features(g->visions[i], net) + first * count,
                                rows * count, PPO_ACTIVATION_RELU);
    }
}

// Task `task` is chunk task % chunks through network task / chunks: a network's chunks are
// neighbours, so that its parameters stay with the worker that has updated them.
static void chunk_task(void *context, size_t task, size_t worker)
{
    ppo_gradient *g = context;
    const ppo_policy *policy = g->policy;
    const ppo_dist *dist = &policy->dist;
    const ppo_rollout_view *rollout = g->rollout;
    const size_t chunks = num_chunks_of(g->part.count);
    const size_t net = task / chunks, chunk = task % chunks, first = chunk * LD;
    const size_t rows = g->part.count - first < LD ? g->part.count - first : LD;
    const uint32_t *index = g->part.index + first;
    float *space = g->worker + worker * g->worker_size;
    const ppo_samples x = samples_at(g, space);
    const ppo_policy_scratch s = ppo_policy_scratch_at(policy, space + g->samples_size);
    float *grad = g->chunk_grad + chunk * ppo_policy_chunk_size(policy) +
                  ppo_policy_chunk_offset(policy, net);
    const float clip_coef = (float)g->step->clip_coef, share = 1.0f / (float)g->part.total;
    ppo_loss_sums sums = {0}; // apart from g->sums while it changes: other workers' lie beside it

    // Forward.
    const float *features = head_inputs(g, net, first, rows, x.inputs);
    ppo_policy_forward_head(policy, net, &s, features, rows);

    // The policy's loss and its gradient by the outputs, and by log_std.
    if (net == PPO_ACTOR_NET) {
        const float *log_std = ppo_policy_log_std(policy);
        float *dlog_std = log_std ? grad + policy->log_std - policy->head_begin[net] : NULL;
        const float dentropy = -(float)g->step->ent_coef * share;
        ppo_minibatch_gather_columns(x.action, rollout->action, index, rows, dist->num_actions);
        ppo_minibatch_gather_columns(x.old_log_prob, rollout->log_prob, index, rows, 1);
        ppo_minibatch_gather_columns(x.advantage, rollout->advantage, index, rows, 1);
        for (size_t i = 0; i < rows; i++)
            x.advantage[i] = (x.advantage[i] - g->part.norm.mean) * g->part.norm.inv_std;
        if (rollout->mask)
            ppo_dist_forbid(dist, s.out, PPO_FORBIDDEN, rollout->mask, index, rows);
        ppo_dist_prepare(dist, s.out, rows);
        ppo_dist_eval(dist, x.log_prob, x.entropy, s.out, log_std, x.action, rows);
        ppo_policy_loss(x.dlog_prob, &sums, x.ratio, x.log_prob, x.old_log_prob, x.advantage, rows,
                        clip_coef, share);
        ppo_dist_backward(dist, s.dout, dlog_std, s.out, log_std, x.action, x.dlog_prob, dentropy,
                          rows);
        if (rollout->mask) // what is forbidden does not depend on its output
            ppo_dist_forbid(dist, s.dout, 0.0f, rollout->mask, index, rows);
        sums.entropy += (double)sum_of(x.entropy, rows);
        if (ppo_dist_has_reals(dist))
            g->chunk_std[chunk] = (double)rows * ppo_dist_mean_std(dist, s.out, log_std, rows);
    }

    // The value's loss and its gradient.
    if (net == ppo_policy_critic_net(policy)) {
        const size_t column = LD * ppo_policy_value_column(policy);
        ppo_minibatch_gather_columns(x.old_value, rollout->value, index, rows, 1);
        ppo_minibatch_gather_columns(x.ret, rollout->ret, index, rows, 1);
        ppo_value_loss(s.dout + column, &sums, s.out + column, x.old_value, x.ret, rows,
                       g->config->clip_vloss, clip_coef,
                       (float)(g->config->vf_coef / (double)g->part.total));
    }

    // Backward.
    ppo_policy_backward_head(policy, net, &s, grad, head_dinputs(g, net, first, &x), features,
                             rows);
    pass_back(g, net, first, rows, &x);
    g->sums[task] = sums;
    const bool is_last =
        atomic_fetch_sub_explicit(&g->left[net].count, 1, memory_order_acq_rel) == 1;
    if (is_last && g->sink)
        g->sink->network_done(g->sink->context, net);
}

// --- the part ----------------------------------------------------------------------------------

// Adds the tasks' results in their order.
static ppo_gradient_sums collect_sums(const ppo_gradient *g, size_t chunks)
{
    ppo_gradient_sums sums = {.std = 0.0};
    for (size_t task = 0; task < chunks * g->policy->num_nets; task++)
        ppo_loss_sums_add(&sums.loss, &g->sums[task]);
    if (ppo_dist_has_reals(&g->policy->dist))
        for (size_t chunk = 0; chunk < chunks; chunk++)
            sums.std += g->chunk_std[chunk] / (double)g->part.total;
    return sums;
}

ppo_gradient_sums ppo_gradient_compute(ppo_gradient *g, const ppo_rollout_view *rollout,
                                       const ppo_minibatch_part *part, const ppo_step_params *step,
                                       const ppo_gradient_sink *sink, float *vision_grad)
{
    const size_t chunks = num_chunks_of(part->count);
    assert(part->count > 0 && chunks <= g->max_chunks);
    g->rollout = rollout;
    g->part = *part;
    g->step = step;
    g->sink = sink;
    for (size_t net = 0; net < g->policy->num_nets; net++)
        atomic_store_explicit(&g->left[net].count, chunks, memory_order_relaxed);
    for (size_t i = 0; i < g->num_visions; i++)
        ppo_vision_forward(g->visions[i], rollout, part->index, part->count);
    ppo_pool_run(g->pool, chunk_task, g, chunks * g->policy->num_nets);
    for (size_t i = 0; i < g->num_visions; i++)
        ppo_vision_backward(g->visions[i], vision_grad);
    return collect_sums(g, chunks);
}
