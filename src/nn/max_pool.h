// SPDX-License-Identifier: MIT
// Max pooling over 3 x 3 pixels with stride 2 and padding 1, one sample at a time. Planes may have
// borders, which are not part of the image. Channels are whole vectors.
#ifndef PPO_NN_MAX_POOL_H
#define PPO_NN_MAX_POOL_H

#include "nn/cnn_plane.h"

// y (oy, ox) = max of x over rows 2 oy - 1 .. 2 oy + 1 and columns 2 ox - 1 .. 2 ox + 1.
void ppo_max_pool_forward(float *y, const ppo_plane *out, const float *x, const ppo_plane *in);

// dx += dy where x is the maximum y; of equal ones the first in reading order, as in PyTorch.
void ppo_max_pool_backward(float *dx, const float *x, const ppo_plane *in, const float *dy,
                           const float *y, const ppo_plane *out);

#endif
