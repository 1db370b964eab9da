// SPDX-License-Identifier: MIT
// A convolutional network in bf16: the same steps as in fp32 (cnn_plan.c) as operations of oneDNN,
// for a fixed number of pictures, a "tile", at a time. cnn.c and cnn_linear.c call it; nobody else.
//
//   bf16   pictures between the steps, their gradients, and a copy of the weights
//   fp32   sums inside a product, biases, gradients of weights and biases, the parameters
//
// Arrays of the caller are sized in floats whatever lies in them. Within a tile the tape is
// [planes, pictures, rows, columns, channels]; planes have no borders. Pictures are bytes as they
// are, exact in bf16: the first convolution's weights are divided by 255 instead.
#ifndef PPO_NN_CNN_BF16_H
#define PPO_NN_CNN_BF16_H

#include "nn/cnn.h"
#include "nn/bf16_ops.h"

// Pictures of a tile while the policy acts, and rows of the linear layer likewise.
#define PPO_BF16_ACTING 4
#define PPO_BF16_ROWS   8

// The operations that run a network forward over a tile.
typedef struct ppo_cnn_tile {
    size_t images;
    size_t op[PPO_MAX_CNN_STEPS];
    size_t pack[PPO_MAX_CNN_STEPS];    // of a convolution's weights, and where they then lie in
    size_t packed[PPO_MAX_CNN_STEPS];  // packed
    size_t scratch[PPO_MAX_CNN_STEPS]; // where in packed packing has working space
} ppo_cnn_tile;

// The operations that run it back.
typedef struct ppo_cnn_tile_back {
    size_t data[PPO_MAX_CNN_STEPS]; // of a convolution, or of maxima
    size_t pack[PPO_MAX_CNN_STEPS], packed[PPO_MAX_CNN_STEPS], scratch[PPO_MAX_CNN_STEPS];
    size_t weights[PPO_MAX_CNN_STEPS], unpack[PPO_MAX_CNN_STEPS];
    size_t partial_weight[PPO_MAX_CNN_STEPS]; // offsets in partial, and floats there: the weights'
    size_t partial_count[PPO_MAX_CNN_STEPS];  // gradient in oneDNN's order, then the bias's
    size_t partial_bias[PPO_MAX_CNN_STEPS];
} ppo_cnn_tile_back;

struct ppo_cnn_bf16 {
    const ppo_onednn_module *api;
    ppo_onednn *dnn;
    ppo_cnn_tile learning, acting;
    ppo_cnn_tile_back back;
    size_t convs[PPO_MAX_CNN_STEPS]; // the steps that are convolutions
    size_t num_convs;
    size_t plane[PPO_MAX_PLANES];    // where it begins in the tape, numbers per picture
    size_t which[PPO_MAX_CNN_STEPS]; // where in the tape maxima note which pixels had them
    size_t input_size;               // numbers of a picture in plane 0, and of
    size_t tape_size;                // a picture in the tape
    size_t partial_size;             // floats
    size_t scratch_size;             // floats of oneDNN's scratch memory
    size_t most_weights;             // floats of the largest weight's gradient, in either order
    size_t linear_copy;              // offset in packed of the linear layer's weights in bf16,
                                     // [out, in], which cnn_linear.c keeps
    size_t acting_op, acting_pack, acting_packed, acting_scratch; // the linear layer while acting
};

// Adds to *packed_size what it keeps there. PPO_UNSUPPORTED, saying why, where bf16 can't be had.
ppo_status ppo_cnn_bf16_create(ppo_cnn_bf16 **bf16, const ppo_cnn *cnn, size_t *packed_size,
                               ppo_error *error);
void ppo_cnn_bf16_destroy(ppo_cnn_bf16 *bf16); // NULL is allowed

// Whether a convolution's result is added to what is there, which is a step of its own in fp32.
bool ppo_cnn_bf16_adds(const ppo_cnn *cnn, size_t step);

// What cnn.h says of functions of these names.
size_t ppo_cnn_bf16_working(const ppo_cnn *cnn);
void ppo_cnn_bf16_pack(const ppo_cnn *cnn, float *packed, size_t task);
void ppo_cnn_bf16_pack_acting(const ppo_cnn *cnn, float *packed, const float *params, size_t task);
void ppo_cnn_bf16_forward(const ppo_cnn *cnn, float *flat, float *tape, float *working,
                          const float *params, const float *packed, const uint8_t *x,
                          size_t images);
void ppo_cnn_bf16_backward(const ppo_cnn *cnn, float *partial, float *tape, float *working,
                           const float *params, const float *packed, const float *dflat,
                           const uint8_t *x, size_t images);
void ppo_cnn_bf16_collect_partials(const ppo_cnn *cnn, float *grad, float *partial, float *working,
                                   size_t count, size_t step);
void ppo_cnn_bf16_features(const ppo_cnn *cnn, float *y, float *flat, float *working,
                           const float *params, const float *packed, const uint8_t *x, size_t rows);

#endif
