// SPDX-License-Identifier: MIT
// Filling a rollout: the policy acts, the environments step; then what an episode's end means is
// settled.
#ifndef PPO_RL_COLLECT_H
#define PPO_RL_COLLECT_H

#include "core/pool.h"
#include "env/vecenv.h"
#include "agent/agent.h"
#include "rl/episodes.h"
#include "rl/rollout.h"

typedef struct ppo_collect ppo_collect;

// What collecting works with; everything is borrowed and must outlive it.
typedef struct ppo_collect_parts {
    const ppo_config *config;
    ppo_agent *agent; // the policy that acts, and the statistics that it normalises by
    ppo_vecenv *vecenv;
    ppo_rollout *rollout;
    ppo_pool *pool;
} ppo_collect_parts;

// Adds its arrays to the arena ("collect.obs", the observations from which the next iteration goes
// on, and the reward normaliser as state).
ppo_status ppo_collect_create(ppo_collect **collect, const ppo_collect_parts *parts,
                              ppo_arena *arena, ppo_error *error);
void ppo_collect_destroy(ppo_collect *collect); // NULL is allowed

// Tasks of a time step: how many threads can work on it at once.
size_t ppo_collect_num_tasks(const ppo_config *config, const ppo_env_class *env);

// Starts the environments. Call once the arena is bound.
ppo_status ppo_collect_start(ppo_collect *collect, ppo_error *error);

// T steps of all environments. `first_step` is the number of time steps before: it keys the random
// streams.
ppo_status ppo_collect_run(ppo_collect *collect, uint64_t first_step, ppo_error *error);

// Values of all observations; rewards as they are learnt from; next_value: 0 if terminated,
// V(final observation) if truncated, else the value of the next observation.
void ppo_collect_bootstrap(ppo_collect *collect);

// Hands the finished episodes on in the order of time, then environment.
void ppo_collect_report(const ppo_collect *collect, ppo_episodes *episodes);

// Environment states and reward statistics to and from the arena, around a checkpoint.
void ppo_collect_freeze(ppo_collect *collect);
ppo_status ppo_collect_thaw(ppo_collect *collect, uint64_t step, ppo_error *error);

#endif
