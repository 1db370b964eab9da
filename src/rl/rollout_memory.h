// SPDX-License-Identifier: MIT
// What networks with memory remember while a rollout is filled and learnt from. A rollout's steps
// are cut into sequences of L, which divides T: sequence k is steps c L .. c L + L - 1 of
// environment n, with c = k / N and n = k % N, numbered like samples, row by row.
//
// Entering a step, the memory is zeroed where its observation is the first of an episode; then the
// cell is applied. The same is done in learning, from the memory that acting had before the
// sequence's first step, which stays the same for all epochs.
// Owns nothing: rows of the arena.
#ifndef PPO_RL_ROLLOUT_MEMORY_H
#define PPO_RL_ROLLOUT_MEMORY_H

#include "agent/policy.h"

typedef struct ppo_rollout_memory {
    const ppo_policy *policy; // NULL: its networks have no memory, and nothing else has a meaning
    size_t num_steps;         // T
    size_t num_envs;          // N
    size_t length;            // L
    uint8_t *start;           // [T+1, N] 1: the observation of this step begins an episode
    uint8_t *next_start;      // [N] of the next iteration's step 0; state
    ppo_memory now[2];        // [N, H] of each network, after the step made last; state
    ppo_memory sequence[2];   // [T/L, N, H] before the first step of each sequence

    // Of a critic apart from the actor, whose memory is stepped when all steps are collected: what
    // it gets of all observations, and of final ones where an episode was truncated.
    float *trunk;       // [T+1, N, inputs of its memory]
    float *final_trunk; // [T, N, inputs of its memory]
} ppo_rollout_memory;

// Adds its rows to the arena. The policy is borrowed.
void ppo_rollout_memory_plan(ppo_rollout_memory *memory, const ppo_policy *policy, size_t num_steps,
                             size_t num_envs, size_t length, ppo_arena *arena);

// At the beginning of training, or where environments begin anew: every episode begins.
void ppo_rollout_memory_start(ppo_rollout_memory *memory);

// Around an iteration: begins with the starts that the one before has left, and leaves its own.
void ppo_rollout_memory_begin(ppo_rollout_memory *memory);
void ppo_rollout_memory_end(ppo_rollout_memory *memory);

// A network's memory of the environments first .. first+count-1 as it enters step t < T: zeroed
// where an episode begins, and kept if a sequence begins there. To be stepped where it is.
ppo_memory ppo_rollout_memory_enter(ppo_rollout_memory *memory, size_t net, size_t t, size_t first,
                                    size_t count);

// What the environments' steps t have left: the next observation begins an episode where this one
// has ended. `terminated` and `truncated` [N] are those of step t.
void ppo_rollout_memory_advance(ppo_rollout_memory *memory, size_t t, size_t first, size_t count,
                                const uint8_t *terminated, const uint8_t *truncated);

#endif
