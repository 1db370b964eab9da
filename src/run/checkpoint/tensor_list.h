// SPDX-License-Identifier: MIT
// The tensors of a trainer or an agent, gathered for a file and filled from one.
#ifndef PPO_RUN_CHECKPOINT_TENSOR_LIST_H
#define PPO_RUN_CHECKPOINT_TENSOR_LIST_H

#include "core/tensor.h"
#include "ppo/agent.h"
#include "run/checkpoint/safetensors.h"

typedef struct ppo_tensor_list {
    ppo_tensor *tensors; // data in the trainer's or agent's memory
    size_t count;

    // With several ranks (whole_tensors.h).
    ppo_tensor *parts;     // [count] what this rank has of each; NULL: all
    unsigned char *whole;  // the data of tensors with the environments of all ranks
    unsigned char *blocks; // in it: the ranks' parts of one tensor, one after another
} ppo_tensor_list;

// Gathers a trainer's tensors, all or those that an agent needs, with its current state in them.
// Release the list afterwards; on failure it is empty.
ppo_status ppo_tensor_list_of_trainer(ppo_tensor_list *list, ppo_trainer *trainer,
                                      bool only_for_acting, ppo_error *error);

ppo_status ppo_tensor_list_of_agent(ppo_tensor_list *list, ppo_agent *agent, ppo_error *error);

void ppo_tensor_list_release(ppo_tensor_list *list);

// PPO_NUMERIC if a tensor whose role demands it (core/tensor.h) is not finite: the message says
// what therefore does not happen to `label`, as in "run/best.safetensors is not written" (`done` is
// "written"), and names the tensor and the element.
ppo_status ppo_tensor_list_check_finite(const ppo_tensor_list *list, const char *label,
                                        const char *done, ppo_error *error);

// PPO_MISMATCH unless the file holds each tensor with its type and shape (`exact`: and no others).
// Environments' states of another size are PPO_UNSUPPORTED: they belong to another version of the
// environment.
ppo_status ppo_tensor_list_match(const ppo_tensor_list *list, const ppo_safetensors *file,
                                 bool exact, const char *label, ppo_error *error);

// Copies the data of a file that matches into the tensors.
void ppo_tensor_list_fill(const ppo_tensor_list *list, const ppo_safetensors *file);

#endif
