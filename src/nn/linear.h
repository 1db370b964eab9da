// SPDX-License-Identifier: MIT
// A fully connected layer too large for a cache: between the images of a convolutional network
// and its hidden units (3136 x 512).
//
// Its products are cut into strips of PPO_STRIP columns, each over all rows at once, so that
// megabytes of weights are read once per minibatch; strips write apart and may run in different
// threads. Weights are PyTorch's [out, in]; x [rows, in] and y [rows, out] lie without gaps, and
// `in` and `out` are multiples of PPO_PARAM_ALIGN. The activation after it is ReLU.
#ifndef PPO_NN_LINEAR_H
#define PPO_NN_LINEAR_H

#include <stddef.h>

#define PPO_STRIP 64

typedef struct ppo_linear {
    size_t in, out;
} ppo_linear;

// Strips of the forward and of the backward product, and floats of working space for one strip.
size_t ppo_linear_forward_strips(const ppo_linear *linear);
size_t ppo_linear_backward_strips(const ppo_linear *linear);
size_t ppo_linear_working(void);

// Columns [64 strip, ...) of y = relu(x weight^T + bias).
void ppo_linear_forward(const ppo_linear *linear, float *y, float *working, const float *x,
                        const float *weight, const float *bias, size_t rows, size_t strip);

// Columns [64 strip, ...) of dy become rows of `transposed` [out, ppo_pad(rows)].
void ppo_linear_transpose(const ppo_linear *linear, float *transposed, const float *dy, size_t rows,
                          size_t strip);

// From dy, the gradient before the activation: columns [64 strip, ...) of dx = dy weight where
// x > 0 (x is the output of a ReLU itself), else 0, and of dweight = dy^T x, for which dy^T is
// there as a whole.
void ppo_linear_backward(const ppo_linear *linear, float *dx, float *dweight, float *working,
                         const float *dy, const float *transposed, const float *x,
                         const float *weight, size_t rows, size_t strip);

// dbias = column sums of dy.
void ppo_linear_backward_bias(const ppo_linear *linear, float *dbias, const float *dy, size_t rows);

// For few rows and many calls: weights transposed once, strip after strip, [in * out] floats; the
// result has the same bits as ppo_linear_forward's.
void ppo_linear_pack(const ppo_linear *linear, float *packed, const float *weight, size_t strip);
void ppo_linear_forward_packed(const ppo_linear *linear, float *y, const float *x,
                               const float *packed, const float *bias, size_t rows);

#endif
