// SPDX-License-Identifier: MIT
// The element-wise part of an LSTM cell (Hochreiter & Schmidhuber 1997; forget gate: Gers et al.
// 2000), in PyTorch's order of gates:
//   (i, f, o) = logistic(W x + b + U h + u),  g = tanh(of the same)
//   c' = f c + i g,  h' = o tanh(c')
// Products are made outside (memory_cell.c). A record holds a row of each step: PPO_LSTM_BLOCKS
// blocks of `block` floats, the units rounded up to whole vectors.
#ifndef PPO_NN_LSTM_H
#define PPO_NN_LSTM_H

#include <stddef.h>

#define PPO_LSTM_GATES  4
#define PPO_LSTM_BLOCKS 5 // i, f, g, o, tanh(c')

// `record` [rows, PPO_LSTM_BLOCKS, block] holds W x + b + U h in the gates' blocks and gets their
// activations and tanh(c'). `bias` [4, size] is u. c, next_h and next_c are [rows, size]; next_c
// may be c.
void ppo_lstm_activate(float *next_h, float *next_c, float *record, const float *bias,
                       const float *c, size_t rows, size_t size, size_t block);

// From dh and dc [rows, block], the gradients of h' and c': the gates' blocks of the record become
// the gradients of their pre-activations, dc that of c. `c` [rows, size] as above.
void ppo_lstm_activate_backward(float *dc, float *record, const float *dh, const float *c,
                                size_t rows, size_t size, size_t block);

#endif
