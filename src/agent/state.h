// SPDX-License-Identifier: MIT
// The whole state of a trainer as a list of named tensors: the seam between the algorithm and the
// files that src/run/ keeps. Parameters come first, under PyTorch's names ("actor.0.weight" [out,
// in]), then every other row that a checkpoint needs ("adam.m", "obs_norm.mean", "env.state", ...).
#ifndef PPO_AGENT_STATE_H
#define PPO_AGENT_STATE_H

#include "core/arena.h"
#include "ppo/agent.h"

typedef struct ppo_tensor {
    char name[PPO_NAME_SIZE];
    ppo_dtype dtype;
    uint32_t rank;
    size_t shape[PPO_ARENA_RANK];
    void *data; // in the trainer's or agent's memory, contiguous
} ppo_tensor;

// The index-th tensor; false past the last. The list is the same for equal configs.
bool ppo_trainer_tensor(ppo_trainer *trainer, size_t index, ppo_tensor *tensor);

// Puts what lives outside tensors (environments, counters) into them: call before reading.
void ppo_trainer_freeze(ppo_trainer *trainer);

// PPO_OK, or the failure that ended an iteration in its middle: such a state must not be kept.
ppo_status ppo_trainer_check(const ppo_trainer *trainer, ppo_error *error);

// The inverse of freeze, after which a failed trainer is as good as new: call after all tensors
// have been filled from a checkpoint. On failure the trainer must be destroyed.
ppo_status ppo_trainer_thaw(ppo_trainer *trainer, ppo_error *error);

// An agent of its own, parameters zero until filled. `env` NULL: by config->env_id.
ppo_status ppo_agent_create(ppo_agent **agent, const ppo_config *config, const ppo_env_class *env,
                            ppo_error *error);

// The tensors that acting needs: parameters and observation normaliser, named as the trainer's.
bool ppo_agent_tensor(ppo_agent *agent, size_t index, ppo_tensor *tensor);

// Call after filling an agent's tensors.
void ppo_agent_thaw(ppo_agent *agent);

// The hash of a list of parameter tensors: their names, shapes and bits (XXH3, 64 bits).
uint64_t ppo_parameters_hash(const ppo_tensor *tensors, size_t count);

// True for the tensors that are trained parameters.
bool ppo_tensor_is_parameter(const ppo_tensor *tensor);

#endif
