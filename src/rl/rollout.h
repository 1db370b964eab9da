// SPDX-License-Identifier: MIT
// The samples of one iteration, [T, N] in time order, and who computes which array.
#ifndef PPO_RL_ROLLOUT_H
#define PPO_RL_ROLLOUT_H

#include "agent/frame_stack.h"

typedef struct ppo_rollout {
    size_t num_steps;    // T
    size_t num_envs;     // N
    size_t num_features; // D, floats of an observation as the networks see it
    size_t num_actions;  // A

    // computed by ppo_collect_run
    float *obs;          // [T+1, N, D] normalised if norm_obs; row T is the next iteration's row 0
    ppo_frames frames;   // instead of obs, where pictures or several observations are seen
    float *action;       // [T, N, A] before clipping or squashing
    float *log_prob;     // [T, N]
    double *env_reward;  // [T, N] as the environment gave it
    uint8_t *terminated; // [T, N]
    uint8_t *truncated;  // [T, N]
    uint8_t *lost;       // [T, N] 1: no step took place there; nothing is learnt from this sample
    double *episode_return; // [T, N] where an episode ended
    uint32_t *episode_length;
    uint8_t *mask; // [T, N, M] which values were allowed, M outputs of the policy; NULL: the
                   // environment has no masks

    // computed by ppo_collect_bootstrap
    float *reward;     // [T, N] clipped and normalised: what is learnt from
    float *value;      // [T+1, N]
    float *next_value; // [T, N] 0 if terminated, V(final observation) if truncated, else value[t+1]

    // computed by ppo_gae_compute
    float *advantage; // [T, N]
    float *ret;       // [T, N]
} ppo_rollout;

void ppo_rollout_plan(ppo_rollout *rollout, size_t num_steps, size_t num_envs,
                      const ppo_input *input, size_t num_actions, ppo_arena *arena);

// Adds the masks, for environments that have them.
void ppo_rollout_plan_masks(ppo_rollout *rollout, size_t num_values, ppo_arena *arena);

// The samples of steps that took place, in order; `index` [T*N]. Returns how many there are.
size_t ppo_rollout_samples(const ppo_rollout *rollout, uint32_t *index);

// 1 - Var[ret - value] / Var[ret]; NAN if the returns don't vary.
double ppo_rollout_explained_variance(const ppo_rollout *rollout);

#endif
