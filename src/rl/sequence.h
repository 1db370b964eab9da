// SPDX-License-Identifier: MIT
// A chunk of a minibatch for networks with memory: some whole sequences, side by side through one
// network step by step, and back through time.
//
// Rows lie step by step, [L, S] for S sequences of L steps, so that a step is one product over all
// of them. Hidden layers and the cell's products with their outputs are computed for all steps at
// once; between the two passes gradient.c evaluates head and losses. The gradient flows back
// through a whole sequence, ends at its beginning, and is cut where an episode begins.
// Owns nothing.
#ifndef PPO_RL_SEQUENCE_H
#define PPO_RL_SEQUENCE_H

#include "agent/policy.h"
#include "rl/rollout_memory.h"

// How many sequences of this length make a chunk: enough rows for a product, not more than a
// cache can hold. A function of the length alone.
size_t ppo_sequences_per_chunk(size_t length);

// Samples of `count` sequences `order` (numbered as in rollout_memory.h) for one minibatch, chunk
// by chunk and step by step: index [count * L].
void ppo_sequences_lay_out(uint32_t *index, const uint32_t *order, size_t count, size_t length,
                           size_t num_envs);

// One worker's working space, cut from ppo_sequence_space_size floats.
typedef struct ppo_sequence_space {
    float *trunk;      // [pieces, trunk_size] activations of up to PPO_CHUNK_ROWS rows each
    float *x, *dx;     // [rows, inputs of the memory, whole vectors] what it gets
    float *record;     // [rows, record_size]
    ppo_memory before; // [rows, H] zeroed where an episode begins
    ppo_memory after;  // [rows, H]
    float *h, *dhead;  // [PPO_CHUNK_ROWS, block] what the heads get, and its gradient
    float *dh;         // [rows, block] gradient of after.h: from the heads, then from all
    float *dc;         // [S, block]
    float *working;    // of the cell's or the trunk's backward pass
    float *piece;      // [range of a network's gradient] of some rows, to be added
} ppo_sequence_space;

size_t ppo_sequence_space_size(const ppo_policy *policy, size_t length);
ppo_sequence_space ppo_sequence_space_at(const ppo_policy *policy, size_t length, float *space);

// A chunk of network `net`: `rows` samples `index`, of sequences of `length` steps.
typedef struct ppo_sequences {
    const ppo_policy *policy;
    size_t net;
    const ppo_rollout_memory *memory;
    const uint32_t *index; // [rows]
    size_t rows;
    size_t length;
    ppo_sequence_space space;
} ppo_sequences;

// Rows first .. first+count-1, at most PPO_CHUNK_ROWS and `first` a multiple of it, through the
// hidden layers: from their features, in rows of the extractor's stride.
void ppo_sequences_take(const ppo_sequences *s, const float *features, size_t first, size_t count);

// All steps, once all rows are taken: fills space.after.
void ppo_sequences_forward(const ppo_sequences *s);

// Back through all steps, from space.dh: gradients of the cell, written to `grad`, which begins at
// policy->head_begin[net].
void ppo_sequences_backward(const ppo_sequences *s, float *grad);

// After that, for all rows that ppo_sequences_take took, with the same arguments: adds the
// gradients of the hidden layers to `grad`; that of the features goes to dfeatures, rows of the
// same stride, unless it is NULL.
void ppo_sequences_backward_trunk(const ppo_sequences *s, float *grad, float *dfeatures,
                                  const float *features, size_t first, size_t count);

// sum += part [count]
void ppo_sequences_add(float *sum, const float *part, size_t count);

#endif
