// SPDX-License-Identifier: MIT
// A policy with a rollout of random numbers, as an update finds it: old log-probabilities and
// values near the policy's own, so that all regions of the clips occur.
#ifndef PPO_TESTS_RL_PROBLEM_H
#define PPO_TESTS_RL_PROBLEM_H

#include "unit/rl/support/dists.h"
#include "unit/rl/support/minibatch_step.h"

typedef struct problem {
    ppo_config config;
    ppo_shards shards;
    ppo_step_params step;
    ppo_arena arena;
    ppo_policy policy;
    ppo_rollout rollout;
    ppo_pool *pool;
    minibatch_step single; // minibatches one by one,
    ppo_update *update;    // or whole epochs; each has moments of its own
} problem;

// `config` needs num_envs, num_steps and everything that the update reads; its batch is the
// rollout.
void problem_create(problem *p, const ppo_config *config, const dist_case *dist,
                    size_t num_features, uint32_t threads);
void problem_release(problem *p);

#endif
