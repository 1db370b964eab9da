// SPDX-License-Identifier: MIT
// The optimiser's tasks. Owns the plan of slices; moments and sums lie in the trainer's arena.
#include "rl/optimizer.h"

#include "core/error.h"
#include "nn/adam.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SLICE_TARGET   4096 // parameters at which a slice is full: some microseconds of work
#define SMALL_SLICES   16 // up to which a network's gradient is added by the worker that finished it
#define SQUARES_STRIDE 8  // a cache line for each slice's sum: neighbours belong to other workers
#define NUM_GROUPS     2

// Whole rows of one weight, whose packed copy follows a step.
typedef struct ppo_piece {
    const ppo_weight *weight;
    size_t row_begin, row_end;
} ppo_piece;

// A range of the parameter block, in floats, and the pieces of weights in it.
typedef struct ppo_slice {
    size_t begin, end;
    size_t net;         // whose tensors these are; log_std goes with the actor
    size_t group;       // 0 actor (or all), 1 critic
    bool in_chunks;     // its gradient is a sum of chunks; otherwise it is in `sum` already
    size_t chunk_begin; // where it begins in a chunk
    size_t first_piece, num_pieces;
} ppo_slice;

struct ppo_optimizer {
    const ppo_config *config;
    const ppo_shards *shards;
    ppo_policy *policy;
    ppo_pool *pool;
    ppo_slice *slices; // [num_slices]
    size_t num_slices;
    ppo_piece *pieces; // [num_pieces]
    size_t num_pieces;
    float *m, *v;    // [params] Adam's moments
    uint64_t *steps; // [1] Adam's t
    float *sum;      // [levels, params] of several chunks or shards; level 0 is the minibatch's
    double *squares; // [num_slices, SQUARES_STRIDE] sums of squared gradients

    // The minibatch under way.
    float *gradient; // `sum`, or the only chunk
    float *chunks;
    size_t num_chunks;
    size_t shard;            // under way
    float scale[NUM_GROUPS]; // that clips the norm
    ppo_adam_scalars adam[NUM_GROUPS];
    bool waits[2]; // networks that have not stepped yet
};

// --- planning ----------------------------------------------------------------------------------

// Whether a tensor at this place has its gradient in chunks.
static bool is_in_chunks(const ppo_policy *policy, size_t net, size_t begin)
{
    return begin >= policy->head_begin[net] && begin < policy->head_end[net];
}

static size_t group_of(const ppo_optimizer *o, size_t net)
{
    return o->config->separate_optimizers ? net : 0;
}

static ppo_slice new_slice(const ppo_optimizer *o, size_t begin)
{
    const ppo_policy *policy = o->policy;
    const size_t net = begin >= policy->critic_begin; // 0 if there is one network
    return (ppo_slice){.begin = begin,
                       .net = net,
                       .group = group_of(o, net),
                       .in_chunks = is_in_chunks(policy, net, begin),
                       .chunk_begin =
                           ppo_policy_chunk_offset(policy, net) + begin - policy->head_begin[net],
                       .first_piece = o->num_pieces};
}

// Appends the range [begin, end) to the slice under way, or to a new one where that is full or
// something else begins. Ranges come in ascending order, with gaps where tensors are on a device.
static ppo_slice *add_range(ppo_optimizer *o, size_t begin, size_t end)
{
    const ppo_policy *policy = o->policy;
    ppo_slice *slice = o->num_slices ? &o->slices[o->num_slices - 1] : NULL;
    const bool goes_on = slice && slice->end == begin && slice->end - slice->begin < SLICE_TARGET &&
                         begin != policy->critic_begin && begin != policy->head_begin[slice->net];
    if (!goes_on) {
        slice = &o->slices[o->num_slices++];
        *slice = new_slice(o, begin);
    }
    slice->end = end;
    return slice;
}

// A weight in pieces that fill about a slice each, then its bias.
static void add_weight(ppo_optimizer *o, const ppo_weight *weight)
{
    const size_t rows_at_once = ppo_param_align(SLICE_TARGET / weight->in + 1);
    for (size_t row = 0; row < weight->out; row += rows_at_once) {
        const bool last = row + rows_at_once >= weight->out;
        const size_t row_end = last ? weight->out : row + rows_at_once;
        const size_t end = last ? weight->bias : weight->weight + row_end * weight->in;
        add_range(o, weight->weight + row * weight->in, end)->num_pieces++;
        o->pieces[o->num_pieces++] =
            (ppo_piece){.weight = weight, .row_begin = row, .row_end = row_end};
    }
    add_range(o, weight->bias, weight->bias + ppo_param_align(weight->out));
}

static bool is_resident(const ppo_policy *policy, const ppo_weight *weight)
{
    return policy->device.api &&
           (weight->home == PPO_WEIGHT_CONV || weight->home == PPO_WEIGHT_LINEAR);
}

// All tensors in the block's order, their padding included, but for those on a device.
static void cut_block(ppo_optimizer *o)
{
    const ppo_policy *policy = o->policy;
    for (size_t i = 0; i < policy->num_weights; i++) {
        if (!is_resident(policy, &policy->weights[i]))
            add_weight(o, &policy->weights[i]);
        const bool is_actors_last = i + 1 == policy->num_weights || policy->weights[i + 1].net == 1;
        if (policy->weights[i].net == PPO_ACTOR_NET && is_actors_last &&
            ppo_dist_has_log_std(&policy->dist))
            add_range(o, policy->log_std,
                      policy->log_std + ppo_param_align(policy->dist.num_reals));
    }
    assert(o->slices[o->num_slices - 1].end == policy->layout.size);
}

static ppo_status plan_slices(ppo_optimizer *o, ppo_error *error)
{
    // A piece is at least PPO_PARAM_ALIGN floats long, and so is a slice.
    const size_t most = o->policy->layout.size / PPO_PARAM_ALIGN;
    o->slices = calloc(most, sizeof *o->slices);
    o->pieces = calloc(most, sizeof *o->pieces);
    if (!o->slices || !o->pieces)
        return ppo_fail(error, PPO_NO_MEMORY, "not enough memory for the optimiser's plan");
    cut_block(o);
    assert(o->num_slices <= most && o->num_pieces <= most);
    return PPO_OK;
}

// Sums of shards that wait for their neighbours in the tree when shard number `shard` begins: as
// in a binary counter, one for each bit that is set.
static size_t level_of(size_t shard)
{
    return (size_t)__builtin_popcountll(shard);
}

static void plan_rows(ppo_optimizer *o, ppo_arena *arena)
{
    const size_t params = o->policy->layout.size, levels = level_of(o->shards->num - 1) + 1;
    const char *step = "ppo_optimizer_step", *reduce = "ppo_optimizer_norm";
    PPO_ARENA_ADD(arena, &o->m, "adam.m", step, PPO_ROLE_OPTIMIZER, PPO_F32, params);
    PPO_ARENA_ADD(arena, &o->v, "adam.v", step, PPO_ROLE_OPTIMIZER, PPO_F32, params);
    PPO_ARENA_ADD(arena, &o->steps, "adam.steps", step, PPO_ROLE_OPTIMIZER, PPO_U64, 1);
    PPO_ARENA_ADD(arena, &o->sum, "gradient.sum", reduce, PPO_ROLE_SCRATCH, PPO_F32, levels,
                  params);
    PPO_ARENA_ADD(arena, &o->squares, "gradient.squares", reduce, PPO_ROLE_SCRATCH, PPO_F64,
                  o->num_slices, SQUARES_STRIDE);
}

ppo_status ppo_optimizer_create(ppo_optimizer **result, const ppo_config *config,
                                const ppo_shards *shards, ppo_policy *policy, ppo_pool *pool,
                                ppo_arena *arena, ppo_error *error)
{
    ppo_optimizer *o = calloc(1, sizeof *o);
    if (!o)
        return ppo_fail(error, PPO_NO_MEMORY, "not enough memory for the optimiser");
    *o = (ppo_optimizer){.config = config, .shards = shards, .policy = policy, .pool = pool};
    const ppo_status status = plan_slices(o, error);
    if (status != PPO_OK) {
        ppo_optimizer_destroy(o);
        return status;
    }
    plan_rows(o, arena);
    *result = o;
    return PPO_OK;
}

static void copy_from_device(const ppo_optimizer *o, ppo_cnn_array array, float *to)
{
    const ppo_cnn *cnn;
    for (size_t i = 0, net; (cnn = ppo_policy_resident(o->policy, i, &net)); i++)
        ppo_cnn_resident_of(cnn)->fetch(cnn, array, to);
}

void ppo_optimizer_destroy(ppo_optimizer *optimizer)
{
    if (!optimizer)
        return;
    free(optimizer->slices);
    free(optimizer->pieces);
    free(optimizer);
}

float *ppo_optimizer_gradient(ppo_optimizer *optimizer)
{
    return optimizer->gradient;
}

void ppo_optimizer_fetch_gradient(ppo_optimizer *o)
{
    copy_from_device(o, PPO_CNN_GRAD, o->gradient);
}

void ppo_optimizer_freeze(ppo_optimizer *o)
{
    copy_from_device(o, PPO_CNN_MOMENT_M, o->m);
    copy_from_device(o, PPO_CNN_MOMENT_V, o->v);
}

void ppo_optimizer_thaw(ppo_optimizer *o)
{
    ppo_cnn *cnn;
    for (size_t i = 0, net; (cnn = ppo_policy_resident(o->policy, i, &net)); i++) {
        ppo_cnn_resident_of(cnn)->put(cnn, PPO_CNN_MOMENT_M, o->m);
        ppo_cnn_resident_of(cnn)->put(cnn, PPO_CNN_MOMENT_V, o->v);
    }
}

// --- reducing and stepping ---------------------------------------------------------------------

static bool is_one_shard(const ppo_optimizer *o)
{
    return o->shards->count == 1;
}

void ppo_optimizer_begin(ppo_optimizer *o, size_t shard, float *chunks, size_t num_chunks)
{
    const bool in_place = is_one_shard(o) && num_chunks == 1 && !ppo_policy_has_vision(o->policy);
    o->shard = shard;
    o->chunks = chunks;
    o->num_chunks = num_chunks;
    o->gradient = in_place ? chunks : o->sum;
}

float *ppo_optimizer_sum(ppo_optimizer *o)
{
    return o->sum + level_of(o->shard) * o->policy->layout.size;
}

static void reduce_slice(const ppo_optimizer *o, size_t index)
{
    const ppo_slice *slice = &o->slices[index];
    const bool in_chunks = slice->in_chunks && is_one_shard(o); // several are added already
    float *gradient = o->gradient + slice->begin;
    const float *chunks = in_chunks ? o->chunks + slice->chunk_begin : gradient;
    o->squares[index * SQUARES_STRIDE] =
        ppo_grad_reduce(gradient, chunks, ppo_policy_chunk_size(o->policy),
                        in_chunks ? o->num_chunks : 1, slice->end - slice->begin);
}

static void reduce_task(void *context, size_t task, size_t worker)
{
    (void)worker;
    reduce_slice(context, task);
}

// Few slices are added faster by one thread that has them in its cache than by waking the others.
// With vision that has to wait: its gradient is made after the chunks of the heads.
static bool is_small(const ppo_optimizer *o)
{
    return o->num_slices <= SMALL_SLICES && !ppo_policy_has_vision(o->policy);
}

void ppo_optimizer_add_network(ppo_optimizer *o, size_t net)
{
    for (size_t i = 0; is_small(o) && is_one_shard(o) && i < o->num_slices; i++)
        if (o->slices[i].net == net)
            reduce_slice(o, i);
}

// Task: a slice of the shard's gradient, added up from its chunks at its level, then added to the
// level below as often as a neighbour waits there.
static void add_shard_task(void *context, size_t task, size_t worker)
{
    (void)worker;
    const ppo_optimizer *o = context;
    const ppo_slice *slice = &o->slices[task];
    const size_t params = o->policy->layout.size, count = slice->end - slice->begin;
    const size_t neighbours = (size_t)__builtin_ctzll(o->shard + 1);
    float *sum = o->sum + level_of(o->shard) * params + slice->begin;
    if (o->num_chunks == 0)
        memset(sum, 0, count * sizeof *sum);
    else if (slice->in_chunks)
        ppo_grad_reduce(sum, o->chunks + slice->chunk_begin, ppo_policy_chunk_size(o->policy),
                        o->num_chunks, count);
    for (size_t i = 0; i < neighbours; i++, sum -= params)
        for (size_t k = 0; k < count; k++)
            (sum - params)[k] += sum[k];
}

void ppo_optimizer_add_shard(ppo_optimizer *o)
{
    if (is_one_shard(o))
        return;
    if (is_small(o))
        for (size_t i = 0; i < o->num_slices; i++)
            add_shard_task(o, i, 0);
    else
        ppo_pool_run(o->pool, add_shard_task, o, o->num_slices);
}

double ppo_optimizer_norm(ppo_optimizer *o)
{
    double squares[NUM_GROUPS] = {0.0, 0.0};
    if (!is_small(o))
        ppo_pool_run(o->pool, reduce_task, o, o->num_slices);
    else if (!is_one_shard(o))
        for (size_t i = 0; i < o->num_slices; i++)
            reduce_slice(o, i);
    for (size_t i = 0; i < o->num_slices; i++)
        squares[o->slices[i].group] += o->squares[i * SQUARES_STRIDE];
    const ppo_cnn *cnn;
    for (size_t i = 0, net; (cnn = ppo_policy_resident(o->policy, i, &net)); i++)
        squares[group_of(o, net)] += ppo_cnn_resident_of(cnn)->squares(cnn);
    for (size_t group = 0; group < NUM_GROUPS; group++)
        o->scale[group] = ppo_grad_scale(sqrt(squares[group]), o->config->max_grad_norm);
    return sqrt(squares[0] + squares[1]);
}

static void step_task(void *context, size_t task, size_t worker)
{
    (void)worker;
    const ppo_optimizer *o = context;
    const ppo_policy *policy = o->policy;
    const ppo_slice *slice = &o->slices[task];
    ppo_adam_step(policy->params + slice->begin, o->m + slice->begin, o->v + slice->begin,
                  o->gradient + slice->begin, slice->end - slice->begin, o->scale[slice->group],
                  &o->adam[slice->group]);
    for (size_t i = 0; i < slice->num_pieces; i++) {
        const ppo_piece *piece = &o->pieces[slice->first_piece + i];
        ppo_policy_pack_rows(o->policy, piece->weight, piece->row_begin, piece->row_end);
    }
}

bool ppo_optimizer_may_wait(const ppo_optimizer *o)
{
    return is_small(o) && is_one_shard(o);
}

void ppo_optimizer_begin_step(ppo_optimizer *o, const ppo_step_params *step)
{
    const ppo_config *config = o->config;
    const double lr[NUM_GROUPS] = {step->lr, step->critic_lr};
    o->steps[0]++;
    for (size_t group = 0; group < NUM_GROUPS; group++)
        o->adam[group] = ppo_adam_schedule(lr[group], config->adam_beta1, config->adam_beta2,
                                           config->adam_eps, o->steps[0]);
    ppo_cnn *cnn;
    for (size_t i = 0, net; (cnn = ppo_policy_resident(o->policy, i, &net)); i++)
        ppo_cnn_resident_of(cnn)->step(cnn, o->scale[group_of(o, net)], &o->adam[group_of(o, net)]);
    for (size_t net = 0; net < o->policy->num_nets; net++)
        o->waits[net] = true;
}

void ppo_optimizer_step_network(ppo_optimizer *o, size_t net)
{
    for (size_t i = 0; o->waits[net] && i < o->num_slices; i++)
        if (o->slices[i].net == net)
            step_task(o, i, 0);
    o->waits[net] = false;
}

void ppo_optimizer_finish_step(ppo_optimizer *o)
{
    const size_t last = o->policy->num_nets - 1;
    if (o->waits[0] && o->waits[last]) {
        ppo_pool_run(o->pool, step_task, o, o->num_slices);
        o->waits[0] = o->waits[last] = false;
    }
    for (size_t net = 0; net <= last; net++)
        ppo_optimizer_step_network(o, net);
}

void ppo_optimizer_step(ppo_optimizer *o, const ppo_step_params *step)
{
    ppo_optimizer_begin_step(o, step);
    ppo_optimizer_finish_step(o);
}
