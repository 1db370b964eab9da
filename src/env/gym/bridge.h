// SPDX-License-Identifier: MIT
// Gymnasium's environments, made to order: ppo_env_open's part for ids such as gym:HalfCheetah-v5
// and gym:my_package:MyEnv-v0 (docs/gymnasium.md).
//
// The user's Python runs in processes of its own, which serve some instances each through shared
// memory (process_group.h). Instances that are initialised before one of them is reset belong
// together: one team of processes steps them. Workload: 5 us to 10 ms a step. Owns the processes.
// Not here: what runs in them (bridge.py), what an episode's end means (instances.c).
#ifndef PPO_ENV_GYM_BRIDGE_H
#define PPO_ENV_GYM_BRIDGE_H

#include "ppo/env.h"

bool ppo_bridge_has_id(const char *id);

ppo_status ppo_bridge_open(const ppo_env_class **env, const char *id,
                           const ppo_env_options *options, ppo_error *error);

// How often an environment of this class, or a process of it, has broken down so far, and a
// sentence about the last time (`last` may be NULL). 0 for classes that are no bridge.
uint64_t ppo_bridge_faults(const ppo_env_class *env, ppo_error *last);

// Steps per second that `num_processes` Pythons reach together, each stepping one instance in a
// bare loop for `seconds`, with random actions.
ppo_status ppo_bridge_loops(double *steps_per_second, const ppo_env_class *env,
                            uint32_t num_processes, double seconds, ppo_error *error);

#endif
