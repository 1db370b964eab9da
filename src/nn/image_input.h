// SPDX-License-Identifier: MIT
// Picture-sized operations other than convolutions: from bytes to floats, and taking maxima.
#ifndef PPO_NN_IMAGE_INPUT_H
#define PPO_NN_IMAGE_INPUT_H

#include "nn/bf16.h"
#include "nn/cnn.h"

// Bytes [channels, height, width] over 255 to a plane, with squares of block x block pixels as
// channels (conv.h: of channel c, pixel (dy, dx) is channel (c block + dy) block + dx). Rows and
// columns that don't fill a square are left out; the border is written too, with zeros.
void ppo_picture_to_plane(float *plane, const ppo_plane *shape, const uint8_t *bytes,
                          size_t channels, size_t height, size_t width, size_t block);

// The same in bf16, not divided by 255 and without a border.
void ppo_picture_to_bf16(ppo_bf16 *plane, const ppo_plane *shape, const uint8_t *bytes,
                         size_t channels, size_t height, size_t width, size_t block);

// y = maximum over 3 x 3 pixels of x, every second pixel; what lies in x's border doesn't count.
void ppo_picture_pool(float *y, const ppo_plane *out, const float *x, const ppo_plane *in);

// dx += dy where x is the maximum y; of equal ones, the first in reading order, as PyTorch does.
void ppo_picture_pool_back(float *dx, const float *x, const ppo_plane *in, const float *dy,
                           const float *y, const ppo_plane *out);

#endif
