// SPDX-License-Identifier: MIT
// The tensors of a trainer or an agent, gathered for a file and filled from one.
#ifndef PPO_RUN_CHECKPOINT_TENSOR_LIST_H
#define PPO_RUN_CHECKPOINT_TENSOR_LIST_H

#include "agent/state.h"
#include "run/checkpoint/safetensors.h"

typedef struct ppo_tensor_list {
    ppo_tensor *tensors;     // data in the trainer's or agent's memory
    ppo_safetensor *entries; // the same, as the file's writer wants them
    size_t count;
} ppo_tensor_list;

// Freezes the trainer and gathers its tensors. Release afterwards, also after a failure.
ppo_status ppo_tensor_list_of_trainer(ppo_tensor_list *list, ppo_trainer *trainer,
                                      ppo_error *error);
ppo_status ppo_tensor_list_of_agent(ppo_tensor_list *list, ppo_agent *agent, ppo_error *error);

// Drops from a trainer's list what an agent does not need: parameters and observation normaliser
// stay. (The trainer's own agent lists its parameters only: the normaliser's rows are the
// trainer's.)
void ppo_tensor_list_keep_acting(ppo_tensor_list *list);

void ppo_tensor_list_release(ppo_tensor_list *list);

// PPO_NUMERIC naming the first parameter or optimiser or normaliser tensor that is not finite.
ppo_status ppo_tensor_list_check_finite(const ppo_tensor_list *list, const char *label,
                                        ppo_error *error);

// PPO_MISMATCH unless the file holds each tensor with its type and shape (`exact`: and no others).
ppo_status ppo_tensor_list_match(const ppo_tensor_list *list, const ppo_safetensors *file,
                                 bool exact, const char *label, ppo_error *error);

// Copies the file's data into a list that matches.
void ppo_tensor_list_fill(const ppo_tensor_list *list, const ppo_safetensors *file);

#endif
