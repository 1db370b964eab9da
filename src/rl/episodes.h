// SPDX-License-Identifier: MIT
// The last 100 finished training episodes, whose mean is what a run reports.
#ifndef PPO_RL_EPISODES_H
#define PPO_RL_EPISODES_H

#include "core/arena.h"
#include "rl/rollout.h"

#define PPO_RECENT_EPISODES 100

typedef struct ppo_episodes {
    double *returns;       // [PPO_RECENT_EPISODES] ring
    double *lengths;       // [PPO_RECENT_EPISODES]
    uint64_t *count;       // [1] episodes finished so far
    uint64_t *num_lost;    // [1] episodes cut off when their environment broke down; in no mean
    uint64_t *lost_in_row; // [1] of them, those since the last one that finished
} ppo_episodes;

void ppo_episodes_plan(ppo_episodes *episodes, ppo_arena *arena);
void ppo_episodes_add(ppo_episodes *episodes, double episode_return, double length);

// Adds those that finished in a rollout, in the order of time, then environment.
void ppo_episodes_add_rollout(ppo_episodes *episodes, const ppo_rollout *rollout);

// Means over the recent episodes; NAN before the first.
double ppo_episodes_return_mean(const ppo_episodes *episodes);
double ppo_episodes_length_mean(const ppo_episodes *episodes);

#endif
