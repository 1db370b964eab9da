// SPDX-License-Identifier: MIT
// Rewards as they are learnt from: clipped, and divided by the running standard deviation of the
// discounted return, as Stable-Baselines3's VecNormalize does.
#ifndef PPO_RL_REWARD_H
#define PPO_RL_REWARD_H

#include "agent/normalizer.h"
#include "ppo/config.h"
#include "rl/rollout.h"

typedef struct ppo_reward {
    double clip;      // rewards are first clipped to [-clip, clip]; 0: they are not
    bool normalise;   // and then, if normalise is set, divided,
    double norm_clip; // and clipped to [-norm_clip, norm_clip]
    float gamma;
    float *discounted;         // [N] discounted return so far of each environment's episode
    float *history;            // [T, N] the same after each step of the iteration
    double *sums;              // [shards, T] over a step's environments
    double *means;             // [T]
    ppo_normalizer statistics; // of it
} ppo_reward;

// Adds its arrays to the arena, as state. `shards` must outlive it.
void ppo_reward_plan(ppo_reward *reward, const ppo_config *config, const ppo_shards *shards,
                     ppo_arena *arena);

// The statistics before the first reward. Call once the arena is bound.
void ppo_reward_start(ppo_reward *reward);

// Call after the state rows have been filled from a checkpoint.
void ppo_reward_thaw(ppo_reward *reward);

// Computes rollout->reward from env_reward, in the order of time: a step's reward is divided by
// what is known after it. Episodes end where `terminated` or `truncated` is set, those cut before a
// lost step included: call after ppo_bootstrap_run.
void ppo_reward_run(ppo_reward *reward, ppo_rollout *rollout);

#endif
