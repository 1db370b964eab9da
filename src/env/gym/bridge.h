// SPDX-License-Identifier: MIT
// The family of Gymnasium's environments: ids such as gym:HalfCheetah-v5 and
// gym:my_package:MyEnv-v0 (docs/gymnasium.md). A class is made when an id is opened.
//
// The user's Python runs in processes of its own, which serve some instances each through shared
// memory (process_group.h). Instances that are initialised before one of them is reset belong
// together: one group of processes steps them. Workload: 5 us to 10 ms a step. Owns the processes.
// Not here: what runs in them (bridge.py), what an episode's end means (instances.c).
#ifndef PPO_ENV_GYM_BRIDGE_H
#define PPO_ENV_GYM_BRIDGE_H

#include "env/family.h"

extern const ppo_env_family ppo_gymnasium_family;

// Steps per second that `num_processes` Python processes reach together, each stepping one instance
// in a bare loop for `seconds`, with random actions. PPO_INVALID for a class of another family.
ppo_status ppo_bridge_loops(double *steps_per_second, const ppo_env_class *env,
                            uint32_t num_processes, double seconds, ppo_error *error);

#endif
