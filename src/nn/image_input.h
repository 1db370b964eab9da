// SPDX-License-Identifier: MIT
// Images of bytes to a network's first plane: the one place where bytes become floats.
//
// Bytes come as [channels, height, width]. With block b the pixels of b x b squares become channels
// (space to depth): pixel (dy, dx) of channel c is channel (c b + dy) b + dx, as ppo_conv_pack
// expects. Rows and columns that don't fill a square are left out.
#ifndef PPO_NN_IMAGE_INPUT_H
#define PPO_NN_IMAGE_INPUT_H

#include "nn/bf16.h"
#include "nn/cnn_plane.h"

// Divided by 255; the border is written too, with zeros.
void ppo_image_to_plane(float *plane, const ppo_plane *shape, const uint8_t *bytes, size_t channels,
                        size_t height, size_t width, size_t block);

// In bf16, not divided by 255 and without a border.
void ppo_image_to_bf16(ppo_bf16 *plane, const ppo_plane *shape, const uint8_t *bytes,
                       size_t channels, size_t height, size_t width, size_t block);

#endif
