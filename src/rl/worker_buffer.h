// SPDX-License-Identifier: MIT
// Where a worker puts the steps that it has just collected, before they go to the rollout.
//
// Rows of the rollout are [T, N]: environments that different workers step at the same time lie
// side by side, often in one cache line, which would then travel between the cores at every write.
// A stage is each worker's own; it is emptied every few dozen steps.
#ifndef PPO_RL_WORKER_BUFFER_H
#define PPO_RL_WORKER_BUFFER_H

#include "env/vecenv.h"
#include "rl/rollout.h"

typedef struct ppo_stage {
    size_t num_steps; // K, time steps that it holds
    size_t num_envs;
    size_t num_actions;
    size_t action_bytes; // of one environment's action
    float *action;       // [workers, K, N, A]
    float *log_prob;     // [workers, K, N], and so the others
    float *value;        // written for shared networks only
    double *reward;
    double *episode_return;
    uint32_t *episode_length;
    uint8_t *terminated;
    uint8_t *truncated;
    uint8_t *lost;
    unsigned char *env_action; // [workers, N, action bytes] of the step under way
} ppo_stage;

// One step of one worker's stage: row 0 of [N] in each array.
typedef struct ppo_stage_step {
    float *action;
    float *log_prob;
    float *value;
    double *reward;
    double *episode_return;
    uint32_t *episode_length;
    uint8_t *terminated;
    uint8_t *truncated;
    uint8_t *lost;
    unsigned char *env_action;
} ppo_stage_step;

void ppo_stage_plan(ppo_stage *stage, const ppo_rollout *rollout, size_t num_workers,
                    ppo_arena *arena);

// Step k < num_steps of a worker's stage.
ppo_stage_step ppo_stage_at(const ppo_stage *stage, size_t worker, size_t k);

// Copies the worker's first `count` steps, environments first .. first+num-1, to the rollout's time
// steps t, t+1, ...; `has_value`: the values too.
void ppo_stage_flush(const ppo_stage *stage, size_t worker, const ppo_rollout *rollout, size_t t,
                     size_t count, size_t first, size_t num, bool has_value);

#endif
