// SPDX-License-Identifier: MIT
// What kernels on a device are told about a layer. This file is compiled twice: as C, and as the
// head of gpu_kernels.cl, so that both sides agree. Only ints and floats.
//
// Planes on the device are [images, channels, height, width] without gaps or borders, and weights
// lie as PyTorch has them: a convolution is a product over windows that are read where they are.
#ifndef PPO_NN_GPU_SHAPES_H
#define PPO_NN_GPU_SHAPES_H

// A product is computed in tiles of ROWS x COLUMNS by a work-group of PPO_GPU_GROUP work-items, in
// steps of DEPTH along the sum.
#define PPO_GPU_GROUP   256
#define PPO_GPU_ROWS    128
#define PPO_GPU_COLUMNS 32
#define PPO_GPU_DEPTH   16

// Long sums are cut into parts by the problem's size alone, and the parts are added in their order.
#define PPO_GPU_WEIGHT_PARTS 64  // of the images, for a convolution's weights
#define PPO_GPU_LINEAR_PARTS 8   // of the linear layer's inputs
#define PPO_GPU_SQUARES      256 // partial sums of a gradient's squares

typedef struct ppo_gpu_conv {
    int images;
    int in_channels, in_height, in_width;
    int out_channels, out_height, out_width;
    int kernel_size, stride, padding;
    int relu;         // forward: y = max(y, 0); backward: dx is 0 where x is not positive
    int weight, bias; // offsets in the network's parameters
    int part;         // images of a part, for the weights' gradient
} ppo_gpu_conv;

typedef struct ppo_gpu_linear {
    int images, in, out;
    int weight, bias; // offsets in the network's parameters
    int part;         // inputs of a part, forward; a multiple of PPO_GPU_DEPTH
} ppo_gpu_linear;

typedef struct ppo_gpu_pool {
    int planes; // images times channels
    int in_height, in_width, out_height, out_width;
} ppo_gpu_pool;

// nn/adam.h's scalars, and the factor that clips the gradient.
typedef struct ppo_gpu_adam {
    float scale, beta1, beta2, eps, rest1, rest2, step_size, root_correction;
} ppo_gpu_adam;

#endif
