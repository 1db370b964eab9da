// SPDX-License-Identifier: MIT
// The update phase: epochs of shuffled minibatches, each a gradient and an optimiser's step.
#ifndef PPO_RL_UPDATE_H
#define PPO_RL_UPDATE_H

#include "rl/gradient.h"
#include "rl/optimizer.h"

// Of one minibatch, or means over the minibatches of an iteration.
typedef struct ppo_update_stats {
    ppo_loss_sums mean; // per sample
    double loss;
    double grad_norm; // before clipping; of two optimisers, over both
    double std_mean;  // of a Gaussian policy; NAN otherwise
    double explained_variance;
    uint32_t epochs;
    uint32_t minibatches;
    ppo_gpu_counters device; // what a device was given to do for them; zeros without one
} ppo_update_stats;

typedef struct ppo_update ppo_update;

// Adds its arrays to the arena. `config` is that of what is computed here (ppo_order_plan).
ppo_status ppo_update_create(ppo_update **update, const ppo_config *config,
                             const ppo_shards *shards, ppo_policy *policy, ppo_pool *pool,
                             ppo_arena *arena, ppo_error *error);
void ppo_update_destroy(ppo_update *update); // NULL is allowed

// All epochs of one iteration. `iteration` counts from 0 and keys the shuffles. Of the rollout,
// advantages are normalised in place with norm_adv batch; nothing else is written. PPO_NUMERIC for
// a loss or gradient that is not finite: the minibatch that produced it has changed no parameter.
// PPO_ENV_FAILED if there is no sample at all.
ppo_status ppo_update_run(ppo_update *update, ppo_rollout *rollout, const ppo_step_params *step,
                          uint64_t iteration, ppo_update_stats *stats, ppo_error *error);

// State that is on a device: brought into the arena's rows, and back after these have been set.
void ppo_update_freeze(ppo_update *update);
void ppo_update_thaw(ppo_update *update);

#endif
