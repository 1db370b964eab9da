// SPDX-License-Identifier: MIT
// The large linear layer of a convolutional network over all pictures of a minibatch, in fp32
// (linear.h) or in bf16 (cnn_bf16.h), cut into tasks that write apart. Arrays are those of cnn.h;
// rows are pictures.
#ifndef PPO_NN_CNN_LINEAR_H
#define PPO_NN_CNN_LINEAR_H

#include "nn/cnn.h"

typedef struct ppo_cnn_rows {
    const ppo_cnn *cnn;
    size_t max_count;           // rows
    size_t space_size;          // floats that it keeps from prepare to backward
    size_t working_size;        // floats
    size_t forward;             // operations in bf16: by strips of columns of y,
    size_t data[2], weights[2]; // of x, the last of which is narrower
} ppo_cnn_rows;

// For up to `max_count` rows.
ppo_status ppo_cnn_rows_plan(ppo_cnn_rows *rows, const ppo_cnn *cnn, size_t max_count,
                             ppo_error *error);

size_t ppo_cnn_rows_forward_tasks(const ppo_cnn_rows *rows);
size_t ppo_cnn_rows_prepare_tasks(const ppo_cnn_rows *rows); // 0: nothing to be done
size_t ppo_cnn_rows_backward_tasks(const ppo_cnn_rows *rows);

// Some columns of features [count, FEATURES] = relu(flat weight^T + bias). The arrays have
// max_count rows, of which `count` mean something.
void ppo_cnn_rows_forward(const ppo_cnn_rows *rows, float *features, float *working,
                          const float *flat, const float *params, float *packed, size_t count,
                          size_t task);

// All tasks before backward's: brings dfeatures [count, FEATURES], the gradient before the ReLU, to
// `space`.
void ppo_cnn_rows_prepare(const ppo_cnn_rows *rows, float *space, const float *dfeatures,
                          size_t count, size_t task);

// Some columns of dflat and of the weight's gradient in grad; with the first task the bias's.
void ppo_cnn_rows_backward(const ppo_cnn_rows *rows, float *dflat, float *grad, float *space,
                           float *working, const float *dfeatures, const float *flat,
                           const float *params, const float *packed, size_t count, size_t task);

#endif
