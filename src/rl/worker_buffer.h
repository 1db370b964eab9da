// SPDX-License-Identifier: MIT
// Where a worker keeps the steps that it has just collected, before they go to the rollout.
//
// Rows of the rollout are [T, N]: environments that different workers step at the same time lie
// side by side, often in one cache line, which would then travel between the cores at every write.
// A buffer belongs to one worker; it is copied to the rollout every few dozen steps.
#ifndef PPO_RL_WORKER_BUFFER_H
#define PPO_RL_WORKER_BUFFER_H

#include "rl/rollout.h"

typedef struct ppo_worker_buffer {
    size_t num_steps; // K, time steps that it holds
    size_t num_envs;
    size_t num_actions;
    size_t action_bytes;            // of one environment's action
    PPO_STEP_ARRAYS(PPO_STEP_FIELD) // [workers, K, N, ...]
    float *value;                   // [workers, K, N] written for shared networks only
    unsigned char *env_action;      // [workers, N, action bytes] of the step under way
} ppo_worker_buffer;

// One step of one worker: row 0 of [N, ...] in each array.
typedef struct ppo_worker_step {
    PPO_STEP_ARRAYS(PPO_STEP_FIELD)
    float *value;
    unsigned char *env_action;
} ppo_worker_step;

// Buffers for a rollout that is planned.
void ppo_worker_buffer_plan(ppo_worker_buffer *buffer, const ppo_rollout *rollout,
                            size_t num_workers, ppo_arena *arena);

// Step k < num_steps of a worker.
ppo_worker_step ppo_worker_buffer_at(const ppo_worker_buffer *buffer, size_t worker, size_t k);

// Copies the worker's first `count` steps, environments first .. first+num-1, to the rollout's time
// steps t, t+1, ...; `has_value`: the values too.
void ppo_worker_buffer_flush(const ppo_worker_buffer *buffer, size_t worker, ppo_rollout *rollout,
                             size_t t, size_t count, size_t first, size_t num, bool has_value);

#endif
