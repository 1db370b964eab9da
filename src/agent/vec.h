// SPDX-License-Identifier: MIT
// How a config's environments are stepped: what trainers, agents and ppo_vec ask of the vectoriser.
#ifndef PPO_AGENT_VEC_H
#define PPO_AGENT_VEC_H

#include "env/vecenv.h"
#include "ppo/vec.h"

// `env` is a whole table. With workers: process, num_processes is set; worker_log is not.
ppo_vecenv_options ppo_vec_options_for(const ppo_config *config, const ppo_env_class *env);

#endif
