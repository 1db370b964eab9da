// SPDX-License-Identifier: MIT
// Tasks of one part of a minibatch: a chunk of samples through one network. Plans each worker's
// scratch and the chunks' gradients and sums; all of it lies in the trainer's arena.
#include "rl/gradient.h"

#include "core/error.h"
#include "nn/activation.h"
#include "rl/minibatch.h"
#include "rl/sequence.h"
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
    size_t num_features; // floats that networks get for a sample
    size_t stride;       // of their rows
    size_t length;       // of a sequence; 1 without memory
    size_t chunk_rows;   // samples of a full chunk
    size_t max_chunks;
    size_t samples_size; // floats of one worker's gathered samples
    size_t policy_size;  // floats of one worker's scratch of the policy
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

// Chunks are PPO_CHUNK_ROWS samples, or with memory some whole sequences.
static size_t chunk_rows_of(const ppo_config *config)
{
    const size_t length = ppo_config_sequence_length(config);
    return config->memory == PPO_MEMORY_NONE ? LD : ppo_sequences_per_chunk(length) * length;
}

static size_t num_chunks_of(const ppo_gradient *g, size_t count)
{
    return (count + g->chunk_rows - 1) / g->chunk_rows;
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
    g->length = ppo_config_sequence_length(config);
    g->chunk_rows = chunk_rows_of(config);
    g->max_chunks = num_chunks_of(g, ppo_order_part_size(config));
    g->samples_size = LD * (inputs_width(g) + policy->dist.num_actions + NUM_COLUMNS + 1);
    g->policy_size = ppo_param_align(policy->scratch_size);
    g->worker_size = ppo_param_align(g->samples_size + g->policy_size);
    if (ppo_policy_has_memory(policy))
        g->worker_size += ppo_sequence_space_size(policy, g->length);
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
    const size_t count = ppo_order_part_size(config), rows = chunk_rows_of(config);
    if (ppo_policy_has_vision(policy))
        return (count + PPO_CHUNK_IMAGES - 1) / PPO_CHUNK_IMAGES;
    return (count + rows - 1) / rows * policy->num_nets;
}

float *ppo_gradient_chunks(ppo_gradient *g, size_t count, size_t *num_chunks)
{
    *num_chunks = num_chunks_of(g, count);
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

// Features of the part's samples first .. first+rows-1: what a picture's network has made of them,
// or joined, or gathered.
static const float *features_of(const ppo_gradient *g, size_t net, size_t first, size_t rows,
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

// Where the gradient of the features goes; NULL: nowhere, they need none.
static float *dfeatures_of(const ppo_gradient *g, size_t net, size_t first, const ppo_samples *x)
{
    if (g->num_visions == 0)
        return NULL;
    return g->policy->input.is_composite
               ? x->dinputs
               : ppo_vision_dfeatures(g->visions[0], net) + first * g->num_features;
}

// The gradient of the features goes on to the visions, back through the ReLU that their features
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

// One task's place: a chunk of the part through network `net`.
typedef struct ppo_chunk {
    size_t net;
    size_t first, rows; // samples of the part
    float *grad;        // from policy->head_begin[net] on
    ppo_samples x;
    ppo_policy_scratch s;
    ppo_loss_sums sums; // apart from g->sums while it changes: other workers' lie beside it
    double std;         // sum over samples of their mean standard deviation
} ppo_chunk;

// The policy's loss of up to PPO_CHUNK_ROWS samples and its gradient by the outputs, and by
// log_std.
static void add_policy_loss(const ppo_gradient *g, ppo_chunk *c, const uint32_t *index, size_t rows,
                            float *dlog_std)
{
    const ppo_rollout_view *rollout = g->rollout;
    const ppo_dist *dist = &g->policy->dist;
    const ppo_samples *x = &c->x;
    const ppo_policy_scratch *s = &c->s;
    const float *log_std = ppo_policy_log_std(g->policy);
    const float share = 1.0f / (float)g->part.total;
    ppo_minibatch_gather_columns(x->action, rollout->action, index, rows, dist->num_actions);
    ppo_minibatch_gather_columns(x->old_log_prob, rollout->log_prob, index, rows, 1);
    ppo_minibatch_gather_columns(x->advantage, rollout->advantage, index, rows, 1);
    for (size_t i = 0; i < rows; i++)
        x->advantage[i] = (x->advantage[i] - g->part.norm.mean) * g->part.norm.inv_std;
    if (rollout->mask)
        ppo_dist_forbid(dist, s->out, PPO_FORBIDDEN, rollout->mask, index, rows);
    ppo_dist_prepare(dist, s->out, rows);
    ppo_dist_eval(dist, x->log_prob, x->entropy, s->out, log_std, x->action, rows);
    ppo_policy_loss(x->dlog_prob, &c->sums, x->ratio, x->log_prob, x->old_log_prob, x->advantage,
                    rows, (float)g->step->clip_coef, share);
    ppo_dist_backward(dist, s->dout, dlog_std, s->out, log_std, x->action, x->dlog_prob,
                      -(float)g->step->ent_coef * share, rows);
    if (rollout->mask) // what is forbidden does not depend on its output
        ppo_dist_forbid(dist, s->dout, 0.0f, rollout->mask, index, rows);
    c->sums.entropy += (double)sum_of(x->entropy, rows);
    if (ppo_dist_has_reals(dist))
        c->std += (double)rows * ppo_dist_mean_std(dist, s->out, log_std, rows);
}

// The value's loss and its gradient by the output.
static void add_value_loss(const ppo_gradient *g, ppo_chunk *c, const uint32_t *index, size_t rows)
{
    const size_t column = LD * ppo_policy_value_column(g->policy);
    ppo_minibatch_gather_columns(c->x.old_value, g->rollout->value, index, rows, 1);
    ppo_minibatch_gather_columns(c->x.ret, g->rollout->ret, index, rows, 1);
    ppo_value_loss(c->s.dout + column, &c->sums, c->s.out + column, c->x.old_value, c->x.ret, rows,
                   g->config->clip_vloss, (float)g->step->clip_coef,
                   (float)(g->config->vf_coef / (double)g->part.total));
}

// A head's part in up to PPO_CHUNK_ROWS samples `index`: forward from its inputs, losses, and
// backward: gradients, written to `grad` from `begin` in params on, and that of the inputs unless
// dinputs is NULL.
static void pass_head(const ppo_gradient *g, ppo_chunk *c, float *grad, size_t begin,
                      float *dinputs, const float *inputs, size_t ld, const uint32_t *index,
                      size_t rows)
{
    const ppo_policy *policy = g->policy;
    float *dlog_std = ppo_policy_log_std(policy) ? grad + policy->log_std - begin : NULL;
    ppo_policy_forward_head(policy, c->net, &c->s, inputs, ld, rows);
    if (c->net == PPO_ACTOR_NET)
        add_policy_loss(g, c, index, rows, dlog_std);
    if (c->net == ppo_policy_critic_net(policy))
        add_value_loss(g, c, index, rows);
    ppo_policy_backward_head(policy, c->net, &c->s, grad + policy->heads[c->net].begin - begin,
                             dinputs, inputs, ld, rows);
}

static void run_samples(const ppo_gradient *g, ppo_chunk *c)
{
    pass_head(g, c, c->grad, g->policy->head_begin[c->net],
              dfeatures_of(g, c->net, c->first, &c->x),
              features_of(g, c->net, c->first, c->rows, c->x.inputs), g->stride,
              g->part.index + c->first, c->rows);
    pass_back(g, c->net, c->first, c->rows, &c->x);
}

// The heads of a chunk of sequences, PPO_CHUNK_ROWS samples at a time, without those that are lost:
// their rows keep their places in the sequences, and get no gradient from the heads.
static void run_sequence_heads(const ppo_gradient *g, ppo_chunk *c, const ppo_sequences *q)
{
    const ppo_policy *policy = g->policy;
    const ppo_sequence_space *space = &q->space;
    const ppo_memory_cell *cell = &policy->cells[c->net];
    const size_t begin = policy->heads[c->net].begin, size = policy->head_end[c->net] - begin;
    float *grad = c->grad + begin - policy->head_begin[c->net];
    uint32_t row[LD], index[LD];
    memset(grad, 0, size * sizeof *grad);
    memset(space->dh, 0, q->rows * cell->block * sizeof *space->dh);
    for (size_t next = 0; next < q->rows;) {
        size_t rows = 0;
        for (; next < q->rows && rows < LD; next++)
            if (!g->rollout->lost[q->index[next]]) {
                memcpy(space->h + rows * cell->block, space->after.h + next * cell->size,
                       cell->size * sizeof *space->h);
                index[rows] = q->index[next];
                row[rows++] = (uint32_t)next;
            }
        if (rows == 0)
            continue;
        memset(space->piece, 0, size * sizeof *space->piece);
        pass_head(g, c, space->piece, begin, space->dhead, space->h, cell->block, index, rows);
        ppo_sequences_add(grad, space->piece, size);
        for (size_t i = 0; i < rows; i++)
            memcpy(space->dh + row[i] * cell->block, space->dhead + i * cell->block,
                   cell->size * sizeof *space->dh);
    }
}

// A chunk of whole sequences: hidden layers, steps, heads, and back.
static void run_sequences(const ppo_gradient *g, ppo_chunk *c, float *space)
{
    const ppo_policy *policy = g->policy;
    const ppo_mlp *trunk = &policy->trunks[c->net];
    const ppo_sequences q = {.policy = policy,
                             .net = c->net,
                             .memory = g->rollout->memory,
                             .index = g->part.index + c->first,
                             .rows = c->rows,
                             .length = g->length,
                             .space = ppo_sequence_space_at(policy, g->length, space)};
    for (size_t first = 0; first < c->rows; first += LD) {
        const size_t rows = c->rows - first < LD ? c->rows - first : LD;
        ppo_sequences_take(&q, features_of(g, c->net, c->first + first, rows, c->x.inputs), first,
                           rows);
    }
    ppo_sequences_forward(&q);
    run_sequence_heads(g, c, &q);
    ppo_sequences_backward(&q, c->grad);
    memset(c->grad + trunk->begin - policy->head_begin[c->net], 0,
           (trunk->end - trunk->begin) * sizeof *c->grad);
    for (size_t first = 0; first < c->rows; first += LD) {
        const size_t rows = c->rows - first < LD ? c->rows - first : LD;
        ppo_sequences_backward_trunk(&q, c->grad, dfeatures_of(g, c->net, c->first + first, &c->x),
                                     features_of(g, c->net, c->first + first, rows, c->x.inputs),
                                     first, rows);
        pass_back(g, c->net, c->first + first, rows, &c->x);
    }
}

// Task `task` is chunk task % chunks through network task / chunks: a network's chunks are
// neighbours, so that its parameters stay with the worker that has updated them.
static void chunk_task(void *context, size_t task, size_t worker)
{
    ppo_gradient *g = context;
    const ppo_policy *policy = g->policy;
    const size_t chunks = num_chunks_of(g, g->part.count), chunk = task % chunks;
    const size_t net = task / chunks, first = chunk * g->chunk_rows;
    float *space = g->worker + worker * g->worker_size;
    if (g->sink && g->sink->network_needed)
        g->sink->network_needed(g->sink->context, net);
    ppo_chunk c = {.net = net,
                   .first = first,
                   .rows = g->part.count - first < g->chunk_rows ? g->part.count - first
                                                                 : g->chunk_rows,
                   .grad = g->chunk_grad + chunk * ppo_policy_chunk_size(policy) +
                           ppo_policy_chunk_offset(policy, net),
                   .x = samples_at(g, space),
                   .s = ppo_policy_scratch_at(policy, space + g->samples_size)};
    if (ppo_policy_has_memory(policy))
        run_sequences(g, &c, space + g->samples_size + g->policy_size);
    else
        run_samples(g, &c);
    g->sums[task] = c.sums;
    if (net == PPO_ACTOR_NET)
        g->chunk_std[chunk] = c.std;
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
    const size_t chunks = num_chunks_of(g, part->count);
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
