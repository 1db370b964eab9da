// SPDX-License-Identifier: MIT
// The collecting half of a trainer, with its rollout in the open.
#ifndef PPO_TESTS_RL_COLLECT_FIXTURE_H
#define PPO_TESTS_RL_COLLECT_FIXTURE_H

#include "rl/collect.h"
#include "rl/reward.h"

typedef struct collect_fixture {
    ppo_config config;
    ppo_arena arena;
    ppo_pool *pool;
    ppo_agent agent;
    ppo_vecenv *vecenv;
    ppo_rollout rollout;
    ppo_acting_scratch_set scratch;
    ppo_bootstrap bootstrap;
    ppo_collect *collect;
    ppo_reward reward;
    ppo_episodes episodes;
} collect_fixture;

// Made and started; config.threads workers.
void collect_fixture_create(collect_fixture *fixture, const ppo_config *config,
                            const ppo_env_class *env);
void collect_fixture_release(collect_fixture *fixture);

// One rollout, with next values, rewards and episodes. `iteration` counts from 0.
void collect_fixture_run(collect_fixture *fixture, uint64_t iteration);

#endif
