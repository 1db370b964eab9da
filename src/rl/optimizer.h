// SPDX-License-Identifier: MIT
// From chunks of gradient to new parameters: add, clip by the global norm, Adam, refresh the packed
// weights.
//
// The parameter block is cut into slices, one task each; norms are added in the order of slices.
// There are one or two groups of slices, each with its own learning rate and norm: everything, or
// actor and critic apart.
#ifndef PPO_RL_OPTIMIZER_H
#define PPO_RL_OPTIMIZER_H

#include "core/pool.h"
#include "rl/policy.h"
#include "rl/schedule.h"

typedef struct ppo_optimizer ppo_optimizer;

// Adds its arrays to the arena (Adam's moments and step count as state).
ppo_status ppo_optimizer_create(ppo_optimizer **optimizer, const ppo_config *config,
                                ppo_policy *policy, ppo_pool *pool, ppo_arena *arena,
                                ppo_error *error);
void ppo_optimizer_destroy(ppo_optimizer *optimizer); // NULL is allowed

// Adds the chunks' gradients [num_chunks, params] in their order and returns the norm of the sum,
// over both groups. A single chunk is used where it is.
double ppo_optimizer_reduce(ppo_optimizer *optimizer, float *chunks, size_t num_chunks);

// Clips what reduce has added, and steps.
void ppo_optimizer_step(ppo_optimizer *optimizer, const ppo_step_params *step);

// The gradient that reduce has added, before clipping, in the layout of policy->params.
const float *ppo_optimizer_gradient(const ppo_optimizer *optimizer);

#endif
