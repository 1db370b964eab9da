// SPDX-License-Identifier: MIT
// Filling a rollout: the policy acts, the environments step.
#ifndef PPO_RL_COLLECT_H
#define PPO_RL_COLLECT_H

#include "env/vecenv.h"
#include "rl/bootstrap.h"
#include "rl/episodes.h"

typedef struct ppo_collect ppo_collect;

// What collecting works with; everything is borrowed and must outlive it.
typedef struct ppo_collect_parts {
    const ppo_config *config;
    size_t first_env; // number of the first environment here, of those of all ranks
    ppo_agent *agent; // the policy that acts, and the statistics that it normalises by
    ppo_vecenv *vecenv;
    ppo_rollout *rollout;
    ppo_bootstrap *bootstrap; // of the same rollout
    const ppo_acting_scratch_set *scratch;
    ppo_pool *pool;
} ppo_collect_parts;

// Adds its arrays to the arena (as state: "collect.features", the encoded observations from which
// the next iteration goes on).
ppo_status ppo_collect_create(ppo_collect **collect, const ppo_collect_parts *parts,
                              ppo_arena *arena, ppo_error *error);
void ppo_collect_destroy(ppo_collect *collect); // NULL is allowed

// The most tasks that a time step can be cut into: how many threads can work on it at once.
size_t ppo_collect_num_tasks(const ppo_config *config, const ppo_env_class *env);

// Starts the environments. Call once the arena is bound.
ppo_status ppo_collect_start(ppo_collect *collect, ppo_error *error);

// T steps of all environments. `first_step` is the number of time steps before: it keys the random
// streams.
ppo_status ppo_collect_run(ppo_collect *collect, uint64_t first_step, ppo_error *error);

// Environments' states to and from the arena, around a checkpoint.
void ppo_collect_freeze(ppo_collect *collect);
ppo_status ppo_collect_thaw(ppo_collect *collect, uint64_t step, ppo_error *error);

#endif
