// SPDX-License-Identifier: MIT
// One minibatch after the other, each given by its samples: the gradient and the optimiser's step
// as ppo_update_run strings them together, without epochs and shuffles.
#ifndef PPO_TESTS_RL_MINIBATCH_STEP_H
#define PPO_TESTS_RL_MINIBATCH_STEP_H

#include "rl/update.h"

typedef struct minibatch_step {
    const ppo_config *config;
    const ppo_policy *policy;
    ppo_gradient *gradient;
    ppo_optimizer *optimizer;
} minibatch_step;

// The samples `index` [count] of the rollout as a minibatch of one shard.
ppo_minibatch_part minibatch_of(const ppo_config *config, const ppo_rollout *rollout,
                                const uint32_t *index, size_t count);

// Means over a minibatch of `count` samples from its sums.
typedef struct minibatch_means {
    ppo_loss_sums mean;
    double std_mean; // NAN unless the policy is Gaussian
} minibatch_means;
minibatch_means minibatch_means_of(const ppo_gradient_sums *sums, const ppo_policy *policy,
                                   size_t count);

// Adds its arrays to the arena; config, policy and pool are borrowed.
void minibatch_step_create(minibatch_step *m, const ppo_config *config, ppo_policy *policy,
                           ppo_pool *pool, ppo_arena *arena);
void minibatch_step_release(minibatch_step *m);

// The samples `index` [count] of the rollout. The gradient before clipping is then
// ppo_optimizer_gradient(m->optimizer).
ppo_update_stats minibatch_step_run(minibatch_step *m, const ppo_rollout *rollout,
                                    const uint32_t *index, size_t count,
                                    const ppo_step_params *step);

#endif
