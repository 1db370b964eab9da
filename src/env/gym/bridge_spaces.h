// SPDX-License-Identifier: MIT
// What bridge.py says about an environment, as a class's facts.
#ifndef PPO_ENV_GYM_BRIDGE_SPACES_H
#define PPO_ENV_GYM_BRIDGE_SPACES_H

#include "ppo/env.h"

// Reads the last whole line that Python has written to the descriptor into the class's spaces, time
// limit, threshold and picture size; takes memory for the spaces' arrays. What Python refuses is
// the error; `id` begins its sentence.
ppo_status ppo_bridge_read_facts(ppo_env_class *env, int fd, const char *id, ppo_error *error);
void ppo_bridge_free_facts(ppo_env_class *env);

#endif
