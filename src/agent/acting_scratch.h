// SPDX-License-Identifier: MIT
// Scratch memory for evaluating a policy on up to PPO_CHUNK_ROWS observations at a time: one set of
// arrays for each thread that does so. Owns nothing: rows of the arena.
#ifndef PPO_AGENT_ACTING_SCRATCH_H
#define PPO_AGENT_ACTING_SCRATCH_H

#include "agent/policy.h"

// One thread's. Columns have PPO_CHUNK_ROWS elements each (dist.h).
typedef struct ppo_acting_scratch {
    ppo_policy_scratch policy;
    float *action;             // [A] columns
    float *log_prob, *entropy; // a column each
    unsigned char *inputs;     // of a chunk, if they were planned
    unsigned char *frame;      // of a single observation, if observations are encoded
} ppo_acting_scratch;

// All threads', by their number.
typedef struct ppo_acting_scratch_set {
    const ppo_policy *policy;
    size_t policy_size;        // floats
    size_t input_size;         // bytes of PPO_CHUNK_ROWS inputs
    size_t frame_size;         // bytes
    float *networks;           // [threads, policy_size]
    float *action;             // [threads, A, PPO_CHUNK_ROWS]
    float *log_prob, *entropy; // [threads, PPO_CHUNK_ROWS]
    unsigned char *inputs;     // [threads, input_size]
    unsigned char *frame;      // [threads, frame_size]
} ppo_acting_scratch_set;

// `has_inputs` false: networks get their inputs from where they lie, and `inputs` is NULL. The
// policy is borrowed.
void ppo_acting_scratch_plan(ppo_acting_scratch_set *set, const ppo_policy *policy,
                             size_t num_threads, bool has_inputs, ppo_arena *arena);

ppo_acting_scratch ppo_acting_scratch_at(const ppo_acting_scratch_set *set, size_t thread);

#endif
