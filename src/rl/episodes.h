// SPDX-License-Identifier: MIT
// The last 100 finished training episodes, whose mean is what a run reports.
#ifndef PPO_RL_EPISODES_H
#define PPO_RL_EPISODES_H

#include "core/arena.h"
#include "core/shards.h"
#include "rl/rollout.h"

#define PPO_RECENT_EPISODES 100

// What other ranks are told of an episode that ended.
typedef struct ppo_episode_end {
    uint64_t place; // of its last step in [T, N], over all ranks
    double episode_return;
    uint32_t length;
    uint32_t is_lost;
} ppo_episode_end;

typedef struct ppo_episodes {
    double *returns;       // [PPO_RECENT_EPISODES] ring
    double *lengths;       // [PPO_RECENT_EPISODES]
    uint64_t *count;       // [1] episodes finished so far
    uint64_t *num_lost;    // [1] episodes cut off when their environment broke down; in no mean
    uint64_t *lost_in_row; // [1] of them, those since the last one that finished

    // With several ranks.
    const ppo_shards *shards; // NULL: there is one rank
    ppo_episode_end *own;     // [T*N] of this rank
    ppo_episode_end *all;     // [R, T*N]
    uint64_t *taken;          // [R] of each list
} ppo_episodes;

void ppo_episodes_plan(ppo_episodes *episodes, ppo_arena *arena);

// Adds what is needed to learn of other ranks' episodes, if there are any; a rollout here has
// `batch` steps. `shards` must outlive it.
void ppo_episodes_plan_ranks(ppo_episodes *episodes, const ppo_shards *shards, size_t batch,
                             ppo_arena *arena);

void ppo_episodes_add(ppo_episodes *episodes, double episode_return, double length);

// Adds those that finished in a rollout of any rank, in the order of time, then environment.
void ppo_episodes_add_rollout(ppo_episodes *episodes, const ppo_rollout *rollout);

// Means over the recent episodes; NAN before the first.
double ppo_episodes_return_mean(const ppo_episodes *episodes);
double ppo_episodes_length_mean(const ppo_episodes *episodes);

#endif
