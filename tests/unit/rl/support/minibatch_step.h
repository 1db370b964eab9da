// SPDX-License-Identifier: MIT
// One minibatch after the other, each given by its samples: the gradient and the optimiser's step
// as ppo_update_run strings them together, without epochs and shuffles.
#ifndef PPO_TESTS_RL_MINIBATCH_STEP_H
#define PPO_TESTS_RL_MINIBATCH_STEP_H

#include "rl/update.h"

typedef struct minibatch_step {
    const ppo_config *config;
    ppo_gradient *gradient;
    ppo_optimizer *optimizer;
} minibatch_step;

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
