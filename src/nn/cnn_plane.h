// SPDX-License-Identifier: MIT
// An image-sized array of one sample inside a network.
#ifndef PPO_NN_CNN_PLANE_H
#define PPO_NN_CNN_PLANE_H

#include <stddef.h>

// [height, width, channels] inside a border of zeros, which stands for the padding of a
// convolution.
typedef struct ppo_plane {
    size_t height, width, channels;
    size_t border; // pixels on each side
    size_t row;    // floats from row to row
    size_t inside; // offset of the first pixel inside the border
    size_t size;   // floats, border included, a multiple of PPO_PARAM_ALIGN
    size_t offset; // among a sample's saved activations; the input plane is stored apart
} ppo_plane;

#endif
