// SPDX-License-Identifier: MIT
// What cnn_gpu_plan.c prepares and cnn_gpu.c runs: a convolutional network on a device, in fp32.
// Only these two files include it, and their test. docs/gpu.md counts what a minibatch costs.
//
// Planes are [images, channels, height, width], all of a minibatch at once; weights lie as PyTorch
// has them. Nothing is packed.
#ifndef PPO_NN_CNN_GPU_H
#define PPO_NN_CNN_GPU_H

#include "nn/cnn_backend.h"
#include "nn/gpu_shapes.h"

// Memory for the way forward of up to max_count images.
typedef struct gpu_forward {
    size_t max_count;
    ppo_gpu_buffer *bytes;                  // [max_count, image bytes]
    ppo_gpu_buffer *planes[PPO_MAX_PLANES]; // [max_count, plane]
    ppo_gpu_buffer *parts;                  // [PPO_GPU_LINEAR_PARTS, max_count, FEATURES]
    ppo_gpu_buffer *features;               // [max_count, FEATURES]
} gpu_forward;

// What a network owns. Arrays of parameters hold its range of the parameter block.
typedef struct gpu_network {
    size_t begin, size; // of that range, floats
    ppo_gpu_buffer *arrays[PPO_CNN_NUM_ARRAYS];
    ppo_gpu_buffer *squares;          // [PPO_GPU_SQUARES]
    gpu_forward acting;               // of PPO_CNN_ACTING_ROWS images
    bool is_positive[PPO_MAX_PLANES]; // planes that come out of a convolution's ReLU
    bool adds[PPO_MAX_CNN_STEPS];     // backward, another step has written this one's input before
} gpu_network;

// What a minibatch owns.
typedef struct gpu_minibatch {
    gpu_forward forward;
    ppo_gpu_buffer *dplanes[PPO_MAX_PLANES]; // not of plane 0
    ppo_gpu_buffer *dfeatures;               // [max_count, FEATURES]
    ppo_gpu_buffer *parts; // [PPO_GPU_WEIGHT_PARTS, weights and biases of the largest convolution]
} gpu_minibatch;

// What features that are computed ahead own.
typedef struct gpu_ahead {
    gpu_forward forward;
    ppo_gpu_read read;
} gpu_ahead;

// A convolution of `images`, as kernels take it.
ppo_gpu_conv ppo_gpu_conv_of(const ppo_cnn *cnn, size_t step, size_t images);
ppo_gpu_linear ppo_gpu_linear_of(const ppo_cnn *cnn, size_t images);

// Floats of a plane of one image, without border.
size_t ppo_gpu_plane_size(const ppo_cnn_shape *shape, size_t plane);

// Parts of the sums, which depend on the layer's size and the number of images alone.
size_t ppo_gpu_weight_parts(size_t images);
size_t ppo_gpu_linear_parts(const ppo_gpu_linear *linear);

// The backend's functions of these names.
ppo_status ppo_gpu_plan(ppo_cnn *cnn, const char *name, ppo_arena *arena, ppo_error *error);
void ppo_gpu_release(ppo_cnn *cnn);
ppo_status ppo_gpu_plan_minibatch(ppo_cnn_minibatch *m, const char *name, ppo_arena *arena,
                                  ppo_error *error);
void ppo_gpu_release_minibatch(ppo_cnn_minibatch *m);
ppo_status ppo_gpu_plan_ahead(ppo_cnn_ahead *ahead, ppo_error *error);
void ppo_gpu_release_ahead(ppo_cnn_ahead *ahead);

#endif
