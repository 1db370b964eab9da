// SPDX-License-Identifier: MIT
// A task small enough to be trained, killed and resumed hundreds of times in a test.
#ifndef PPO_TESTS_RUN_SMALL_TASK_H
#define PPO_TESTS_RUN_SMALL_TASK_H

#include "ppo/trainer.h"

// A walker between two ends with a random wind; its state is the whole instance. Episodes last
// longer than an iteration, so that a checkpoint always finds some under way.
extern const ppo_env_class small_env;
extern const ppo_env_class small_masked_env; // in which some actions are forbidden

// 12 iterations of 2 environments and 16 steps; networks of 8 units; an evaluation every 4th.
// One thread, so that a test may fork.
ppo_config small_config(const char *run_dir);

#endif
