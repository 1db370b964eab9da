// SPDX-License-Identifier: MIT
// The state of a policy and of the arena around it as a list of named tensors: what src/run/ writes
// into files and reads back. Parameters come first, under PyTorch's names ("actor.0.weight" [out,
// in]), then the other rows of the arena that are state ("adam.m", "obs_norm.mean", "env.state",
// ...). The trainer's list is in rl/trainer_state.h, an agent's in agent/agent.h.
#ifndef PPO_AGENT_STATE_H
#define PPO_AGENT_STATE_H

#include "agent/policy.h"
#include "core/arena.h"

// The index-th tensor of an arena in which `policy` has been planned; false past the last.
bool ppo_state_tensor(const ppo_arena *arena, const ppo_policy *policy, size_t index,
                      ppo_tensor *tensor);

// The hash of parameter tensors: their names, shapes and bits (XXH3, 64 bits).
uint64_t ppo_parameters_hash(const ppo_tensor_view *parameters, size_t count);

// The same of a policy's parameters.
uint64_t ppo_policy_hash(const ppo_policy *policy);

#endif
