// SPDX-License-Identifier: MIT
// What a convolutional network consists of: planes, the steps between them, one large linear layer,
// and where its tensors are in the parameter block. Two networks:
//
//   Nature CNN   Mnih et al. 2015: 8x8/4 x 32, 4x4/2 x 64, 3x3 x 64, linear 512
//   IMPALA-CNN   Espeholt et al. 2018, figure 3 right: three times (3x3 convolution, 3x3/2 max
//                pooling, two residual blocks) with 16, 32, 32 channels, linear 256
//
// Planes are laid out as fp32 stores them. A backend with another format takes their sizes only.
#ifndef PPO_NN_CNN_SHAPE_H
#define PPO_NN_CNN_SHAPE_H

#include "nn/conv.h"
#include "nn/linear.h"
#include "nn/params.h"
#include "nn/cnn_plane.h"
#include "ppo/config.h"

#define PPO_MAX_CNN_STEPS 40
#define PPO_MAX_PLANES    40

typedef enum ppo_cnn_step_kind {
    PPO_CNN_CONV,
    PPO_CNN_MAX_POOL, // over 3 x 3 pixels, stride 2
    PPO_CNN_RELU,
    PPO_CNN_ADD, // output += input
} ppo_cnn_step_kind;

typedef struct ppo_cnn_step {
    ppo_cnn_step_kind kind;
    size_t input, output; // planes
    // A convolution only:
    ppo_conv conv;
    bool relu;           // followed by ReLU, in place
    size_t weight, bias; // offsets in params
} ppo_cnn_step;

typedef struct ppo_cnn_shape {
    size_t channels, height, width; // of an image: bytes [channels, height, width]
    size_t block;                   // space to depth of plane 0 (conv.h); 1: none
    ppo_plane planes[PPO_MAX_PLANES];
    size_t num_planes; // plane 0 is the input; the last plane goes to the linear layer
    ppo_cnn_step steps[PPO_MAX_CNN_STEPS];
    size_t num_steps;
    ppo_linear linear;                 // with ReLU; its outputs are the features
    size_t linear_weight, linear_bias; // offsets in params
    size_t next_module; // index in torch.nn.Sequential of what follows, for names of tensors
    size_t saved_size;  // floats of a sample's activations: all planes but plane 0
    bool keeps_saved;   // they are few enough to be kept from forward to backward; else backward
                        // computes them again
} ppo_cnn_shape;

// Lays out a network for images [channels, height, width] and adds its tensors to `params`, named
// "<name>.0.weight" and so on. `features` is a multiple of PPO_PARAM_ALIGN, or 0 for the network's
// own number above. PPO_INVALID if images are too small for the kernels.
ppo_status ppo_cnn_shape_plan(ppo_cnn_shape *shape, const char *name, ppo_network_kind kind,
                              size_t features, size_t channels, size_t height, size_t width,
                              ppo_params *params, ppo_error *error);

// The network's range of the parameter block.
size_t ppo_cnn_shape_params_begin(const ppo_cnn_shape *shape);
size_t ppo_cnn_shape_params_end(const ppo_cnn_shape *shape);

size_t ppo_cnn_shape_image_bytes(const ppo_cnn_shape *shape);

// MACs (multiply-accumulate operations) of one image: forward, and backward.
size_t ppo_cnn_shape_forward_macs(const ppo_cnn_shape *shape);
size_t ppo_cnn_shape_backward_macs(const ppo_cnn_shape *shape);

#endif
