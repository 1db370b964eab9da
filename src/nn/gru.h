// SPDX-License-Identifier: MIT
// The element-wise part of a GRU cell (Cho et al. 2014), in PyTorch's order of gates and with its
// reset gate after the product:
//   (r, z) = logistic(W x + b + U h + u),  n = tanh(W_n x + b_n + r (U_n h + u_n))
//   h' = (1 - z) n + z h
// Products are made outside (memory_cell.c). A record holds a row of each step: PPO_GRU_BLOCKS
// blocks of `block` floats, the units rounded up to whole vectors.
#ifndef PPO_NN_GRU_H
#define PPO_NN_GRU_H

#include <stddef.h>

#define PPO_GRU_GATES  3
#define PPO_GRU_BLOCKS 4 // r, z, n, U_n h + u_n

// `record` [rows, PPO_GRU_BLOCKS, block] holds W x + b + U h in the blocks of r and z, W_n x + b_n
// in that of n, U_n h + u_n in the last; r, z and n become activations. `bias` [2, size] is u of r
// and z. h and next_h are [rows, size] and may be the same.
void ppo_gru_activate(float *next_h, float *record, const float *bias, const float *h, size_t rows,
                      size_t size, size_t block);

// From dh [rows, block], the gradient of h': the blocks of r, z and n become the gradients of their
// pre-activations, the last one that of U_n h + u_n, and dh the part of h's gradient that doesn't
// come by way of the gates. `h` [rows, size] as above.
void ppo_gru_activate_backward(float *dh, float *record, const float *h, size_t rows, size_t size,
                               size_t block);

#endif
