// SPDX-License-Identifier: MIT
// One array of numbers: its name, what it is for, its element type, its shape and where it lies.
// A row of an arena, a tensor of a checkpoint and a trainable parameter are all described by it.
//
// The role says what may be done with the contents. It decides what a checkpoint and an agent file
// hold and what is searched for non-finite numbers; names are for people and for files.
// Owns nothing: `data` belongs to whoever made the description.
#ifndef PPO_CORE_TENSOR_H
#define PPO_CORE_TENSOR_H

#include "ppo/base.h"

#define PPO_NAME_SIZE   96
#define PPO_TENSOR_RANK 4

// What an array holds.        in a checkpoint  in an agent's file  must be finite
//   PPO_ROLE_SCRATCH
//   PPO_ROLE_PARAMETER        yes              yes                 yes
//   PPO_ROLE_OPTIMIZER        yes                                  yes
//   PPO_ROLE_OBS_STATISTICS   yes              yes                 yes
//   PPO_ROLE_REWARD_STATISTICS yes                                 yes
//   PPO_ROLE_ENVIRONMENT      yes
//   PPO_ROLE_COUNTER          yes
typedef enum ppo_role {
    PPO_ROLE_SCRATCH,           // contents are not used after the iteration that wrote them
    PPO_ROLE_PARAMETER,         // trained: weights, biases, log standard deviations
    PPO_ROLE_OPTIMIZER,         // Adam's moments and step count
    PPO_ROLE_OBS_STATISTICS,    // running mean and variance that normalise observations
    PPO_ROLE_REWARD_STATISTICS, // running variance that scales rewards, and the returns behind it
    PPO_ROLE_ENVIRONMENT,       // state of the environments, and their current observations
    PPO_ROLE_COUNTER,           // steps, episodes and figures about them
} ppo_role;

typedef struct ppo_tensor {
    char name[PPO_NAME_SIZE]; // "rollout.obs", "actor.0.weight"
    ppo_role role;
    ppo_dtype dtype;
    uint32_t rank; // 1 to PPO_TENSOR_RANK
    size_t shape[PPO_TENSOR_RANK];
    uint32_t env_axis; // 1 + the axis along which environments lie; 0: there is none. Other ranks
                       // have the rest of such an array, and equal copies of the others
    size_t bytes;      // of the contents, ppo_tensor_make computes it
    void *data;        // [shape], contiguous; NULL until there is memory
} ppo_tensor;

// The same for a reader who must not write, of any rank and element type: as a file holds it.
typedef struct ppo_tensor_view {
    const char *name;
    uint32_t rank;
    const size_t *shape; // [rank]
    const void *data;
    size_t bytes;
} ppo_tensor_view;

// Describes an array without data. Longer names are cut. False, with the rest filled in, if its
// size in bytes overflows.
bool ppo_tensor_make(ppo_tensor *tensor, const char *name, ppo_role role, ppo_dtype dtype,
                     uint32_t rank, const size_t *shape);

ppo_tensor_view ppo_tensor_as_view(const ppo_tensor *tensor); // points into `tensor`

bool ppo_role_is_state(ppo_role role);       // part of a checkpoint
bool ppo_role_is_for_acting(ppo_role role);  // part of an agent's file
bool ppo_role_must_be_finite(ppo_role role); // a checkpoint with NaN or infinity there is refused

// Index of the first element that is NaN or infinite; SIZE_MAX if there is none. Integers are
// finite.
size_t ppo_tensor_find_not_finite(const ppo_tensor *tensor);

#endif
