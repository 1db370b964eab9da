// SPDX-License-Identifier: MIT
// The inside of an agent: the part of a trainer that acts. A trainer plans its agent into its own
// arena; an agent loaded from a file has one of its own.
#ifndef PPO_AGENT_AGENT_H
#define PPO_AGENT_AGENT_H

#include "env/vecenv.h"
#include "agent/normalizer.h"
#include "agent/policy.h"
#include "ppo/agent.h"

struct ppo_agent {
    ppo_config config;
    const ppo_env_class *env;    // the whole table
    const ppo_env_class *opened; // to be closed, if it was opened here; else NULL
    const char *worker_log;      // for what is opened here, set before _plan; NULL: none
    const ppo_shards *shards;    // over which statistics are summed, set before _plan; NULL: one
    ppo_env_class whole;         // where the caller's table is an older, shorter one
    size_t num_features;         // D
    ppo_policy policy;
    ppo_normalizer obs_norm; // planned only with config.norm_obs
    ppo_arena own;           // empty if the agent belongs to a trainer
};

// Checks that this class and this config go together, and plans the agent's rows.
ppo_status ppo_agent_plan(ppo_agent *agent, const ppo_config *config, const ppo_env_class *env,
                          ppo_arena *arena, ppo_error *error);

// How this agent's environments are stepped.
ppo_vecenv_options ppo_agent_vecenv_options(const ppo_agent *agent, size_t num_envs, uint64_t seed);

// Frees what _plan has opened. The arena's owner releases the rest.
void ppo_agent_release(ppo_agent *agent);

// Encodes observations as environments write them: frames [rows, frame bytes] (input.h), whose
// features are normalised if norm_obs.
void ppo_agent_encode(const ppo_agent *agent, unsigned char *frames, const void *observations,
                      size_t rows);

// The running statistics take in a batch of observations; `features` [rows, D] is scratch.
void ppo_agent_update_norm(ppo_agent *agent, float *features, const void *observations,
                           size_t rows);

// An agent of its own, parameters zero until filled. `env` NULL: by config->env_id. NULL on
// failure.
ppo_status ppo_agent_create(ppo_agent **agent, const ppo_config *config, const ppo_env_class *env,
                            ppo_error *error);

// The index-th tensor that acting needs, its data in the agent's memory; false past the last. Names
// are those of the trainer's tensors.
bool ppo_agent_tensor(ppo_agent *agent, size_t index, ppo_tensor *tensor);

// Call once an agent's tensors have been filled.
void ppo_agent_thaw(ppo_agent *agent);

#endif
