// SPDX-License-Identifier: MIT
// Element-wise activations, in place, over a whole number of vectors.
#ifndef PPO_NN_ACTIVATION_H
#define PPO_NN_ACTIVATION_H

#include "nn/simd.h"
#include "ppo/config.h"

// y = f(y), `count` a multiple of the vector width.
void ppo_activation_forward(float *y, size_t count, ppo_activation activation);

// dy * f'(x), written with y = f(x): 1 - y^2 for tanh, y > 0 for ReLU.
PPO_INLINE ppo_vec ppo_activation_pass(ppo_vec dy, ppo_vec y, ppo_activation activation)
{
    if (activation == PPO_ACTIVATION_TANH)
        return dy * (1.0f - y * y);
    return ppo_v_select(y > 0.0f, dy, (ppo_vec){0});
}

// The same in place of dy.
void ppo_activation_backward(float *dy, const float *y, size_t count, ppo_activation activation);

#endif
