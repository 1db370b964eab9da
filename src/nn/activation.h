// SPDX-License-Identifier: MIT
// Element-wise activations, in place, over a whole number of vectors.
#ifndef PPO_NN_ACTIVATION_H
#define PPO_NN_ACTIVATION_H

#include "ppo/config.h"

// y = f(y), `count` a multiple of the vector width.
void ppo_activation_forward(float *y, size_t count, ppo_activation activation);

// dy = dy * f'(x), written with y = f(x): 1 - y^2 for tanh, y > 0 for ReLU.
void ppo_activation_backward(float *dy, const float *y, size_t count, ppo_activation activation);

#endif
