// SPDX-License-Identifier: MIT
// A trainer's tensors over all ranks. Where several ranks train, each has the rows of its own
// environments; a file has those of all, and so is the same whatever the number of ranks. All other
// tensors are equal on all ranks.
//
// Workload: tens of tensors per checkpoint. With one rank (`ranks` NULL) each function does
// nothing.
#ifndef PPO_RUN_CHECKPOINT_WHOLE_TENSORS_H
#define PPO_RUN_CHECKPOINT_WHOLE_TENSORS_H

#include "core/ranks.h"
#include "run/checkpoint/tensor_list.h"

// Tensors with environments become those of all ranks, in memory of the list's own; what was there
// is kept as list->parts.
ppo_status ppo_tensor_list_widen(ppo_tensor_list *list, const ppo_ranks *ranks, ppo_error *error);

// Fills the widened tensors with all ranks' parts. Called by all ranks.
ppo_status ppo_tensor_list_gather(const ppo_tensor_list *list, ppo_ranks *ranks, ppo_error *error);

// Every rank gets what rank 0 has in the list: of widened tensors its own part. Called by all
// ranks.
ppo_status ppo_tensor_list_spread(const ppo_tensor_list *list, ppo_ranks *ranks, ppo_error *error);

#endif
