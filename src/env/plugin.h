// SPDX-License-Identifier: MIT
// Plug-ins as environments made to order: ppo_env_open's part for ids such as ./libmygame.so:Game.
#ifndef PPO_ENV_PLUGIN_H
#define PPO_ENV_PLUGIN_H

#include "ppo/plugin.h"

// Loads the plug-in and makes a class of its table, whose id is ppo_plugin_resolve's. Each opened
// class keeps the shared object loaded until ppo_env_close.
ppo_status ppo_plugin_open(const ppo_env_class **env, const char *id, ppo_error *error);

#endif
