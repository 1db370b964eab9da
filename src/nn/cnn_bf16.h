// SPDX-License-Identifier: MIT
// What cnn_bf16_plan.c prepares and cnn_bf16.c runs: a convolutional network in bf16, as operations
// of oneDNN (bf16_ops.h) on a fixed number of images, a tile. Only these two files include it.
//
//   bf16   planes, their gradients, a copy of the weights
//   fp32   sums inside a product, biases, features, gradients of weights and biases, the parameters
//
// Within a tile a plane is [images, height, width, channels] without a border: convolutions pad by
// themselves. Images are bytes as they are, exact in bf16; the first convolution's weights are
// divided by 255 instead.
#ifndef PPO_NN_CNN_BF16_H
#define PPO_NN_CNN_BF16_H

#include "nn/bf16.h"
#include "nn/bf16_ops.h"
#include "nn/cnn_backend.h"

#define PPO_BF16_OUT_STRIP 64  // outputs of the linear layer in a task
#define PPO_BF16_IN_STRIP  256 // and inputs
#define PPO_BF16_ROWS      8   // rows that the linear layer takes at a time while acting

// A copy of weights in an operation's order, rounded.
typedef struct ppo_bf16_weights {
    size_t pack;            // the operation that makes it from fp32
    size_t packed, scratch; // bytes: offsets in `packed` of the copy and of pack's scratch memory
} ppo_bf16_weights;

// The steps of a network for tiles of `images`.
typedef struct ppo_bf16_forward {
    size_t images;
    size_t op[PPO_MAX_CNN_STEPS]; // of convolutions and max pooling
    ppo_bf16_weights weights[PPO_MAX_CNN_STEPS];
} ppo_bf16_forward;

// And backward.
typedef struct ppo_bf16_backward {
    size_t data[PPO_MAX_CNN_STEPS]; // gradient of a step's input
    ppo_bf16_weights data_weights[PPO_MAX_CNN_STEPS];
    bool own_weights[PPO_MAX_CNN_STEPS];      // the gradient of a convolution's weights and bias is
                                              // bf16_conv.h's, not an operation of oneDNN's
    size_t weights[PPO_MAX_CNN_STEPS];        // that operation
    size_t unpack[PPO_MAX_CNN_STEPS];         // its weights from oneDNN's order to conv.h's
    size_t partial_count[PPO_MAX_CNN_STEPS];  // floats, in the order of whichever computes it
    size_t partial_weight[PPO_MAX_CNN_STEPS]; // offsets in a chunk's partial gradient
    size_t partial_bias[PPO_MAX_CNN_STEPS];
} ppo_bf16_backward;

// What a network owns.
typedef struct ppo_bf16_network {
    const ppo_onednn_module *api;
    ppo_onednn *dnn;
    size_t convs[PPO_MAX_CNN_STEPS]; // the steps that are convolutions
    size_t num_convs;
    float *plain; // weights in fp32, [kernel, kernel, in, out]
    size_t plain_at[PPO_MAX_CNN_STEPS];
    unsigned char *packed; // for acting
    ppo_bf16_forward acting;
    size_t linear; // the linear layer of PPO_BF16_ROWS rows, while acting
    ppo_bf16_weights linear_weights;
    size_t scratch_bytes; // of any operation while acting

    // Elements per image: where planes begin among the saved activations, where max pooling notes
    // which pixels were the largest, and the sizes of plane 0 and of all the rest.
    size_t plane[PPO_MAX_PLANES], argmax[PPO_MAX_CNN_STEPS];
    size_t input_size, saved_size;
} ppo_bf16_network;

// What a minibatch owns. Rows are images, in whole chunks; bf16 arrays of a tile lie plane by
// plane.
typedef struct ppo_bf16_minibatch {
    ppo_bf16_forward forward;
    ppo_bf16_backward back;
    size_t linear;                         // a strip of features
    size_t linear_data[2], linear_grad[2]; // a strip of inputs; [1]: the last, narrower one
    size_t scratch_bytes;                  // of any operation
    size_t dweight_count;                  // floats of the largest gradient in either order
    size_t partial_size;                   // floats
    unsigned char *packed;                 // weights for `forward` and `back`
    ppo_bf16 *linear_weight;               // [FEATURES, FLAT]
    ppo_bf16 *saved;                       // [rows, saved_size], if the network keeps them
    ppo_bf16 *flat, *dflat;                // [rows, FLAT]
    ppo_bf16 *dy, *dy_transposed;          // dfeatures: [max_count, FEATURES], and transposed
    float *partial;                        // [chunks, partial_size]
} ppo_bf16_minibatch;

// Where the parts of working memory begin, bytes.
typedef struct ppo_bf16_working {
    size_t input, saved, dsaved, dweight, plain_dweight, dbias, flat, features, scratch, end;
} ppo_bf16_working;

// For acting, or for this minibatch.
ppo_bf16_working ppo_bf16_cut_working(const ppo_cnn *cnn, const ppo_bf16_minibatch *minibatch);

// Whether a convolution's result is added to what is there: a step of its own in fp32.
bool ppo_bf16_conv_adds(const ppo_cnn_shape *shape, size_t step);

// The backend's functions of these names.
ppo_status ppo_bf16_plan(ppo_cnn *cnn, const char *name, ppo_arena *arena, ppo_error *error);
void ppo_bf16_release(ppo_cnn *cnn);
ppo_status ppo_bf16_plan_minibatch(ppo_cnn_minibatch *m, const char *name, ppo_arena *arena,
                                   ppo_error *error);
void ppo_bf16_release_minibatch(ppo_cnn_minibatch *m);

#endif
