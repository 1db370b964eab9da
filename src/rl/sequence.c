// SPDX-License-Identifier: MIT
// Sequences step by step. Sums over steps have a fixed order, that of the rows.
//
// Workload: 1 to 16 sequences of 8 to 256 steps, 128 units. Owns nothing.
#include "rl/sequence.h"

#include "nn/simd.h"

#include <string.h>

#define LD           PPO_CHUNK_ROWS
#define USUAL        16   // sequences of a chunk, if they are neither very short nor very long
#define FEWEST_ROWS  64   // of a chunk of short sequences
#define LARGEST_ROWS 4096 // of a chunk of long ones

size_t ppo_sequences_per_chunk(size_t length)
{
    if (length * USUAL < FEWEST_ROWS)
        return FEWEST_ROWS / length;
    if (length * USUAL > LARGEST_ROWS)
        return length < LARGEST_ROWS ? LARGEST_ROWS / length : 1;
    return USUAL;
}

void ppo_sequences_lay_out(uint32_t *index, const uint32_t *order, size_t count, size_t length,
                           size_t num_envs)
{
    const size_t most = ppo_sequences_per_chunk(length);
    for (size_t first = 0; first < count; first += most) {
        const size_t in_chunk = count - first < most ? count - first : most;
        for (size_t t = 0; t < length; t++)
            for (size_t s = 0; s < in_chunk; s++) {
                const size_t k = order[first + s];
                *index++ = (uint32_t)((k / num_envs * length + t) * num_envs + k % num_envs);
            }
    }
}

// --- working space -------------------------------------------------------------------------------

// The sizes that both networks have room for.
typedef struct space_sizes {
    size_t rows, pieces, sequences;
    size_t inputs;  // of the wider memory, in whole vectors
    size_t working; // floats
    size_t piece;   // floats
} space_sizes;

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

static space_sizes sizes_of(const ppo_policy *policy, size_t length)
{
    space_sizes sizes = {.sequences = ppo_sequences_per_chunk(length)};
    sizes.rows = sizes.sequences * length;
    sizes.pieces = (sizes.rows + LD - 1) / LD;
    for (size_t net = 0; net < policy->num_nets; net++) {
        const ppo_mlp *trunk = &policy->trunks[net];
        sizes.inputs = larger(sizes.inputs, ppo_pad(ppo_policy_trunk_outputs(policy, net)));
        sizes.working = larger(sizes.working, ppo_memory_cell_working(&policy->cells[net]));
        sizes.working = larger(sizes.working, trunk->scratch_size - trunk->working);
        sizes.piece = larger(sizes.piece, policy->head_end[net] - policy->head_begin[net]);
    }
    return sizes;
}

// Takes `count` floats from `*next`, or only counts them.
static float *take(float **next, size_t *total, size_t count)
{
    float *begin = *next;
    *total += ppo_param_align(count + PPO_PARAM_ALIGN); // a vector may be read behind them
    if (begin)
        *next = begin + ppo_param_align(count + PPO_PARAM_ALIGN);
    return begin;
}

static size_t lay_out_space(ppo_sequence_space *s, const ppo_policy *policy, size_t length,
                            float *next)
{
    const ppo_memory_cell *cell = &policy->cells[0]; // the other one has the same size
    const space_sizes z = sizes_of(policy, length);
    size_t total = 0;
    s->trunk = take(&next, &total, z.pieces * policy->trunk_size);
    s->x = take(&next, &total, z.rows * z.inputs);
    s->dx = take(&next, &total, z.rows * z.inputs);
    s->record = take(&next, &total, z.rows * cell->record_size);
    s->before.h = take(&next, &total, z.rows * cell->size);
    s->before.c = take(&next, &total, z.rows * cell->size);
    s->after.h = take(&next, &total, z.rows * cell->size);
    s->after.c = take(&next, &total, z.rows * cell->size);
    s->h = take(&next, &total, LD * cell->block);
    s->dhead = take(&next, &total, LD * cell->block);
    s->dh = take(&next, &total, z.rows * cell->block);
    s->dc = take(&next, &total, z.sequences * cell->block);
    s->working = take(&next, &total, z.working);
    s->piece = take(&next, &total, z.piece);
    return total;
}

size_t ppo_sequence_space_size(const ppo_policy *policy, size_t length)
{
    ppo_sequence_space none;
    return lay_out_space(&none, policy, length, NULL);
}

ppo_sequence_space ppo_sequence_space_at(const ppo_policy *policy, size_t length, float *space)
{
    ppo_sequence_space s;
    lay_out_space(&s, policy, length, space);
    return s;
}

// --- forward -------------------------------------------------------------------------------------

static size_t num_sequences(const ppo_sequences *s)
{
    return s->rows / s->length;
}

// Stride of space.x and space.dx.
static size_t input_stride(const ppo_sequences *s)
{
    return ppo_pad(ppo_policy_trunk_outputs(s->policy, s->net));
}

// Activations of the trunk for the rows from `first` on.
static float *piece_at(const ppo_sequences *s, size_t first)
{
    return s->space.trunk + first / LD * s->policy->trunk_size;
}

void ppo_sequences_take(const ppo_sequences *s, const float *features, size_t first, size_t count)
{
    const ppo_policy *policy = s->policy;
    const size_t outputs = ppo_policy_trunk_outputs(policy, s->net), stride = input_stride(s);
    size_t ld = policy->extractors[s->net].stride;
    const float *trunk =
        ppo_mlp_forward_hidden(&policy->trunks[s->net], piece_at(s, first), policy->params,
                               policy->packed, features, &ld, count);
    for (size_t i = 0; i < count; i++)
        memcpy(s->space.x + (first + i) * stride, trunk + i * ld, outputs * sizeof *trunk);
}

// The memory of the rollout before the first step of each sequence.
static void load_first(const ppo_sequences *s)
{
    const ppo_rollout_memory *m = s->memory;
    for (size_t i = 0; i < num_sequences(s); i++) {
        const size_t step = s->index[i] / m->num_envs, env = s->index[i] % m->num_envs;
        const ppo_memory from = ppo_policy_memory_at(s->policy, &m->sequence[s->net],
                                                     step / s->length * m->num_envs + env);
        const ppo_memory to = ppo_policy_memory_at(s->policy, &s->space.before, i);
        ppo_policy_memory_copy(s->policy, &to, &from, 1);
    }
}

// Whether a row's observation is the first of an episode.
static bool begins(const ppo_sequences *s, size_t row)
{
    return s->memory->start[s->index[row]];
}

void ppo_sequences_forward(const ppo_sequences *s)
{
    const ppo_policy *policy = s->policy;
    const ppo_memory_cell *cell = &policy->cells[s->net];
    const ppo_sequence_space *space = &s->space;
    const size_t count = num_sequences(s);
    ppo_memory_cell_take(cell, space->record, policy->params, policy->packed, space->x,
                         input_stride(s), s->rows);
    load_first(s);
    for (size_t t = 0; t < s->length; t++) {
        const size_t first = t * count;
        const ppo_memory before = ppo_policy_memory_at(policy, &space->before, first);
        const ppo_memory after = ppo_policy_memory_at(policy, &space->after, first);
        if (t > 0) {
            const ppo_memory last = ppo_policy_memory_at(policy, &space->after, first - count);
            ppo_policy_memory_copy(policy, &before, &last, count);
        }
        for (size_t i = 0; i < count; i++) {
            const ppo_memory row = ppo_policy_memory_at(policy, &before, i);
            const uint8_t start = begins(s, first + i);
            ppo_policy_memory_clear(policy, &row, &start, 1);
        }
        ppo_memory_cell_step(cell, after.h, after.c, space->record + first * cell->record_size,
                             policy->params, policy->packed, before.h, before.c, count);
    }
}

// --- backward ------------------------------------------------------------------------------------

void ppo_sequences_add(float *sum, const float *part, size_t count)
{
    for (size_t i = 0; i < count; i += PPO_LANES)
        ppo_v_store_part(sum + i,
                         ppo_v_load_part(sum + i, count - i) + ppo_v_load_part(part + i, count - i),
                         count - i);
}

// The gradient of the memory before the step at row `first`, which is in its rows of dh and dc,
// handed on to the step before: not where an episode begins.
static void hand_on(const ppo_sequences *s, size_t first)
{
    const ppo_sequence_space *space = &s->space;
    const size_t block = s->policy->cells[s->net].block, count = num_sequences(s);
    for (size_t i = 0; i < count; i++) {
        float *dh = space->dh + (first + i) * block;
        if (begins(s, first + i))
            memset(space->dc + i * block, 0, block * sizeof *dh);
        else if (first > 0)
            ppo_sequences_add(dh - count * block, dh, block);
    }
}

void ppo_sequences_backward(const ppo_sequences *s, float *grad)
{
    const ppo_policy *policy = s->policy;
    const ppo_memory_cell *cell = &policy->cells[s->net];
    const ppo_sequence_space *space = &s->space;
    const size_t count = num_sequences(s);
    memset(space->dc, 0, count * cell->block * sizeof *space->dc);
    for (size_t t = s->length; t-- > 0;) {
        const size_t first = t * count;
        const ppo_memory before = ppo_policy_memory_at(policy, &space->before, first);
        ppo_memory_cell_step_backward(cell, space->dh + first * cell->block, space->dc,
                                      space->record + first * cell->record_size, policy->params,
                                      before.h, before.c, count);
        hand_on(s, first);
    }
    const bool has_trunk = policy->trunks[s->net].num_layers > 0;
    ppo_memory_cell_backward(cell, grad + (cell->begin - policy->head_begin[s->net]),
                             has_trunk || ppo_policy_has_vision(policy) ? space->dx : NULL,
                             space->working, space->record, policy->params, space->x,
                             input_stride(s), space->before.h, s->rows);
}

void ppo_sequences_backward_trunk(const ppo_sequences *s, float *grad, float *dfeatures,
                                  const float *features, size_t first, size_t count)
{
    const ppo_policy *policy = s->policy;
    const ppo_mlp *trunk = &policy->trunks[s->net];
    const ppo_sequence_space *space = &s->space;
    const size_t ld = policy->extractors[s->net].stride, stride = input_stride(s);
    float *dx = space->dx + first * stride;
    if (trunk->num_layers == 0) {
        for (size_t i = 0; dfeatures && i < count; i++)
            memcpy(dfeatures + i * ld, dx + i * stride,
                   ppo_policy_trunk_outputs(policy, s->net) * sizeof *dx);
        return;
    }
    memset(space->piece, 0, (trunk->end - trunk->begin) * sizeof *space->piece);
    ppo_mlp_backward_hidden(trunk, space->piece, dfeatures, piece_at(s, first), space->working,
                            policy->params, dx, features, ld, count);
    ppo_sequences_add(grad + (trunk->begin - policy->head_begin[s->net]), space->piece,
                      trunk->end - trunk->begin);
}
