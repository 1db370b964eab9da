// SPDX-License-Identifier: MIT
// Adam and what goes with it, over ranges of the flat parameter block. A range starts at a multiple
// of PPO_PARAM_ALIGN floats and is a multiple of it long.
#ifndef PPO_NN_ADAM_H
#define PPO_NN_ADAM_H

#include "ppo/base.h"

// One step's scalars. Kingma & Ba 2015, algorithm 1, in PyTorch's arrangement: epsilon is added
// after the second moment's bias correction.
typedef struct ppo_adam_scalars {
    float beta1, beta2, eps;
    float rest1, rest2;    // 1 - beta1, 1 - beta2
    float step_size;       // lr / (1 - beta1^t)
    float root_correction; // 1 / sqrt(1 - beta2^t)
} ppo_adam_scalars;

// `t` counts from 1.
ppo_adam_scalars ppo_adam_schedule(double lr, double beta1, double beta2, double eps, uint64_t t);

// p -= step_size * m / (sqrt(v) * root_correction + eps), with m and v updated from scale * grad.
// Moments below 1e-30 become 0. The arrays must not overlap.
void ppo_adam_step(float *restrict p, float *restrict m, float *restrict v,
                   const float *restrict grad, size_t count, float scale,
                   const ppo_adam_scalars *scalars);

// grad[i] = sum over c of chunk[c * stride + i], in the order of c; returns the sum of squares.
// A single chunk may lie in grad itself.
double ppo_grad_reduce(float *grad, const float *chunk, size_t stride, size_t num_chunks,
                       size_t count);

// Factor that brings a gradient of this norm to at most max_norm (0: no limit), as
// torch.nn.utils.clip_grad_norm_: max_norm / (norm + 1e-6), at most 1.
float ppo_grad_scale(double norm, double max_norm);

#endif
