// SPDX-License-Identifier: MIT
// What bridge.py reports about an environment, as a class's spaces and limits.
#ifndef PPO_ENV_GYM_BRIDGE_SPACES_H
#define PPO_ENV_GYM_BRIDGE_SPACES_H

#include "ppo/env.h"

// What a class borrows: its spaces' bounds, numbers of values, parts and keys.
typedef struct ppo_bridge_facts {
    struct ppo_bridge_block *blocks; // all of them
    char no_pictures[192]; // why the environment draws none; "" if it does, or lists no such mode
} ppo_bridge_facts;

// Reads the last whole line that Python has written to the descriptor into the class's spaces, time
// limit, threshold and picture size. Adds the spaces' arrays to `facts`, also on failure. If
// Python has refused the environment, its reason is the error, behind `id`.
ppo_status ppo_bridge_read_facts(ppo_env_class *env, ppo_bridge_facts *facts, int fd,
                                 const char *id, ppo_error *error);
void ppo_bridge_free_facts(ppo_bridge_facts *facts);

#endif
