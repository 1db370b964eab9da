// SPDX-License-Identifier: MIT
// An agent: a trained policy with its observation normaliser, ready to act. It is what a game or a
// robot links: load a checkpoint, feed observations, get actions.
#ifndef PPO_AGENT_H
#define PPO_AGENT_H

#include "ppo/trainer.h"

#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

// How an agent is loaded. All zero but struct_size: what ppo_agent_load_options_defaults sets.
typedef struct ppo_agent_load_options {
    size_t struct_size;       // sizeof(ppo_agent_load_options); the struct may grow at its end
    const ppo_env_class *env; // its environment, which must outlive the agent; NULL: the one that
                              // the file names
    const char *python; // for environments of Gymnasium: the program, or the folder of a virtual
                        // environment; NULL: the one that the run was trained with
} ppo_agent_load_options;

static inline void ppo_agent_load_options_defaults(ppo_agent_load_options *options)
{
    memset(options, 0, sizeof *options);
    options->struct_size = sizeof *options;
}

// Loads an agent from a checkpoint file or from a run directory (its best.safetensors if there is
// one, else its checkpoint). `options` NULL: the defaults. *agent is NULL on failure: PPO_NOT_FOUND
// (no such file, run or environment), PPO_CORRUPT (damaged or foreign), PPO_MISMATCH (of another
// environment), PPO_UNSUPPORTED (of a later format).
PPO_API ppo_status ppo_agent_load(ppo_agent **agent, const char *path,
                                  const ppo_agent_load_options *options, ppo_error *error);

// Frees an agent that was loaded; not one that belongs to a trainer. NULL is allowed.
PPO_API void ppo_agent_destroy(ppo_agent *agent);

// Chooses actions for `num_obs` observations, one after another in memory, as the environment
// gives them (not normalised); with frame_stack > 1 each is that many observations, oldest first.
// `actions` gets num_obs values of the action space, within bounds,
// ready for the environment. Deterministic: the mode of the policy. Otherwise a sample from the
// stream keyed by (seed, step, row), the same for the same key.
PPO_API void ppo_agent_act(ppo_agent *agent, void *actions, const void *observations,
                           size_t num_obs, bool deterministic, uint64_t seed, uint64_t step);

// The same where the environment forbids actions: `masks` [num_obs, M] bytes as its action_mask
// writes them (ppo/env.h), at least one 1 for each component; forbidden values are never chosen.
// For discrete actions. NULL: all are allowed.
PPO_API void ppo_agent_act_masked(ppo_agent *agent, void *actions, const void *observations,
                                  const uint8_t *masks, size_t num_obs, bool deterministic,
                                  uint64_t seed, uint64_t step);

PPO_API const ppo_env_class *ppo_agent_env(const ppo_agent *agent);
PPO_API const ppo_config *ppo_agent_config(const ppo_agent *agent);
PPO_API uint64_t ppo_agent_hash(const ppo_agent *agent); // as ppo_trainer_hash

// Plays `episodes` episodes, the i-th in an environment seeded seed + i, and reports their returns
// (rewards as the environment gives them). `returns` and `lengths` [episodes] may be NULL.
PPO_API ppo_status ppo_agent_evaluate(ppo_agent *agent, ppo_evaluation *evaluation, double *returns,
                                      uint32_t *lengths, uint32_t episodes, uint64_t seed,
                                      bool deterministic, ppo_error *error);

#ifdef __cplusplus
}
#endif

#endif
