// SPDX-License-Identifier: MIT
// The whole state of a trainer as a list of named tensors (agent/state.h says in which order). With
// these functions src/run/ saves and restores a trainer and knows nothing else of its inside.
#ifndef PPO_RL_TRAINER_STATE_H
#define PPO_RL_TRAINER_STATE_H

#include "core/ranks.h"
#include "core/tensor.h"
#include "ppo/trainer.h"

// The index-th tensor, its data in the trainer's memory; false past the last. The list is the same
// for equal configs.
bool ppo_trainer_tensor(ppo_trainer *trainer, size_t index, ppo_tensor *tensor);

// The other ranks of this training; NULL: there are none. Tensors along whose axis environments lie
// (core/tensor.h) are then those of this rank's environments.
ppo_ranks *ppo_trainer_ranks(const ppo_trainer *trainer);

// Copies what lives elsewhere (environments, counters) into the tensors. Call before reading them.
void ppo_trainer_freeze(ppo_trainer *trainer);

// PPO_OK, or the failure that ended an iteration in its middle: such a state must not be saved.
ppo_status ppo_trainer_check(const ppo_trainer *trainer, ppo_error *error);

// The inverse of freeze. Call once all tensors have been filled from a checkpoint; a trainer whose
// iteration had failed can go on after it. On failure the trainer must be destroyed.
ppo_status ppo_trainer_thaw(ppo_trainer *trainer, ppo_error *error);

// What the function of ppo_trainer_set_interrupt says, false without one; a function of this kind
// itself, with the trainer as its context.
bool ppo_trainer_is_interrupted(void *trainer);

#endif
