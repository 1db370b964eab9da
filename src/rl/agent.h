// SPDX-License-Identifier: MIT
// The inside of an agent: the part of a trainer that acts. A trainer plans its agent into its own
// arena; an agent loaded from a file has one of its own.
#ifndef PPO_RL_AGENT_H
#define PPO_RL_AGENT_H

#include "env/vecenv.h"
#include "rl/normalizer.h"
#include "rl/policy.h"
#include "rl/state.h"

struct ppo_agent {
    ppo_config config;
    const ppo_env_class *env;
    const ppo_env_class *opened; // the same, if it was made to order here; else NULL
    size_t num_features;         // D
    ppo_policy policy;
    ppo_normalizer obs_norm; // planned only with config.norm_obs
    float *space;            // working space of acting, see agent.c
    ppo_arena own;           // empty if the agent belongs to a trainer
};

// Checks that this class can be learnt with this config, and plans the agent's rows.
ppo_status ppo_agent_plan(ppo_agent *agent, const ppo_config *config, const ppo_env_class *env,
                          ppo_arena *arena, ppo_error *error);

// How this agent's environments are stepped.
ppo_vecenv_options ppo_agent_vecenv_options(const ppo_agent *agent, size_t num_envs, uint64_t seed);

// Closes what plan has opened. The arena's owner releases the rest.
void ppo_agent_release(ppo_agent *agent);

// Observations as the networks see them: features [rows, D], normalised if norm_obs.
void ppo_agent_see(const ppo_agent *agent, float *features, const void *observations, size_t rows);

// Who is shown an episode, picture by picture: env->render_height rows of env->render_width pixels.
// A failure of `show` ends the episode and is what ppo_agent_show returns.
typedef struct ppo_audience {
    ppo_status (*show)(void *context, const unsigned char *rgb, ppo_error *error);
    void *context;
} ppo_audience;

// Plays the episode that ppo_agent_evaluate with this seed plays first, and shows the picture that
// it begins with and one after each step; at most max_steps (0: any number). `evaluation` gets its
// return and length so far. The class must have `render`.
ppo_status ppo_agent_show(ppo_agent *agent, const ppo_audience *audience,
                          ppo_evaluation *evaluation, uint64_t max_steps, uint64_t seed,
                          bool deterministic, ppo_error *error);

// The index-th tensor of a checkpoint: parameters, then the other state rows of the arena.
bool ppo_state_tensor(const ppo_arena *arena, const ppo_policy *policy, size_t index,
                      ppo_tensor *tensor);

// The hash of a policy's parameters.
uint64_t ppo_policy_hash(const ppo_policy *policy);

#endif
