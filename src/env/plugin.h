// SPDX-License-Identifier: MIT
// The plug-in family: ids such as ./libmygame.so:Game. Opening one loads the shared object and
// makes a class of its table, whose id is ppo_plugin_resolve's. Each opened class keeps the shared
// object loaded until ppo_env_close.
#ifndef PPO_ENV_PLUGIN_H
#define PPO_ENV_PLUGIN_H

#include "env/family.h"
#include "ppo/plugin.h"

extern const ppo_env_family ppo_plugin_family;

#endif
