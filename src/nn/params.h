// SPDX-License-Identifier: MIT
// The layout of a policy's trainable tensors in one flat block of floats, so that the optimiser,
// the gradient norm and a checkpoint are loops over one array. Parameters, their gradients and
// Adam's moments have the same layout.
//
// Each tensor starts at a multiple of PPO_PARAM_ALIGN floats; the gaps hold zeros and stay zero
// (their gradient is zero), so flat loops need no tails. Tensors of one optimiser group lie
// together. Names and shapes are PyTorch's.
#ifndef PPO_NN_PARAMS_H
#define PPO_NN_PARAMS_H

#include "core/tensor.h"

#define PPO_PARAM_ALIGN 16
#define PPO_MAX_PARAMS  352 // four IMPALA-CNNs for each of two networks, and what follows

// A tensor's place in the block.
typedef struct ppo_param {
    char name[PPO_NAME_SIZE]; // PyTorch's: "actor.0.weight"
    size_t offset;            // floats from the block's start
    uint32_t rank; // 1 for biases [out], 2 for weights [out, in], 4 for those of convolutions
    size_t shape[PPO_TENSOR_RANK];
} ppo_param;

typedef struct ppo_params {
    ppo_param list[PPO_MAX_PARAMS];
    size_t count;
    size_t size; // floats of the whole block, a multiple of PPO_PARAM_ALIGN
} ppo_params;

// `count` floats rounded up to where the next tensor may start.
size_t ppo_param_align(size_t count);

// Adds a tensor [rows, cols], or [rows] if cols is 0, at the block's end and returns its offset.
size_t ppo_params_add(ppo_params *params, const char *name, size_t rows, size_t cols);

// The same for a tensor of any rank.
size_t ppo_params_add_shaped(ppo_params *params, const char *name, const size_t *shape,
                             uint32_t rank);

// Lists the tensor called `name` as two, `name_a` with the first `rows_a` rows and `name_b` with
// the others: two heads that one matrix product serves.
void ppo_params_split(ppo_params *params, const char *name, const char *name_a, const char *name_b,
                      size_t rows_a);

// The tensor with this name; NULL if there is none.
const ppo_param *ppo_params_find(const ppo_params *params, const char *name);

size_t ppo_param_count(const ppo_param *param);  // number of elements
size_t ppo_param_inputs(const ppo_param *param); // elements per output, the product of shape[1..]

// The tensor at its place in a block of `params->size` floats.
ppo_tensor ppo_param_tensor(const ppo_param *param, float *block);

#endif
