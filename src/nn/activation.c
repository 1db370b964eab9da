// SPDX-License-Identifier: MIT
// tanh and ReLU. Owns nothing.
#include "nn/activation.h"

static void tanh_forward(float *y, size_t count)
{
    for (size_t i = 0; i < count; i += PPO_LANES)
        ppo_v_store(y + i, ppo_v_tanh(ppo_v_load(y + i)));
}

// max(y, 0), but NaN stays NaN so that it is found.
static void relu_forward(float *y, size_t count)
{
    for (size_t i = 0; i < count; i += PPO_LANES) {
        const ppo_vec x = ppo_v_load(y + i);
        ppo_v_store(y + i, ppo_v_select(x < 0.0f, (ppo_vec){0}, x));
    }
}

void ppo_activation_forward(float *y, size_t count, ppo_activation activation)
{
    if (activation == PPO_ACTIVATION_TANH)
        tanh_forward(y, count);
    else
        relu_forward(y, count);
}

PPO_INLINE void backward(float *dy, const float *y, size_t count, const ppo_activation activation)
{
    for (size_t i = 0; i < count; i += PPO_LANES)
        ppo_v_store(dy + i, ppo_activation_pass(ppo_v_load(dy + i), ppo_v_load(y + i), activation));
}

void ppo_activation_backward(float *dy, const float *y, size_t count, ppo_activation activation)
{
    if (activation == PPO_ACTIVATION_TANH)
        backward(dy, y, count, PPO_ACTIVATION_TANH);
    else
        backward(dy, y, count, PPO_ACTIVATION_RELU);
}
