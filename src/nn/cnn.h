// SPDX-License-Identifier: MIT
// A convolutional network from pictures of bytes to features: a few picture-sized steps (convolve,
// pool, rectify, add), then one large linear layer with ReLU. Two of them:
//
//   Nature CNN   Mnih et al. 2015: 8x8/4 x 32, 4x4/2 x 64, 3x3 x 64, linear 512
//   IMPALA-CNN   Espeholt et al. 2018, fig. 3 right: three times (3x3 convolution, 3x3/2 maximum,
//   two
//                residual blocks) with 16, 32, 32 channels, linear 256
//
// It describes shapes and places; the arrays are the caller's, as in mlp.h:
//   params   flat block (params.h) with PyTorch's layouts and names ("<name>.0.weight")
//   packed   weights once more in the orders that the products read
//   tape     what a picture's forward pass leaves for its backward pass, [images, tape_size]
//   partial  gradients of the convolutions in their own order, to be added over groups of pictures
// A picture's features don't depend on the others. Gradients are sums in the order of pictures.
//
// After ppo_cnn_use_bf16 the same calls compute in bf16 (cnn_bf16.h); the arrays are still sized in
// floats, by the functions below, and mean something to these calls alone.
#ifndef PPO_NN_CNN_H
#define PPO_NN_CNN_H

#include "nn/conv.h"
#include "nn/linear.h"
#include "nn/params.h"
#include "ppo/config.h"

#define PPO_MAX_CNN_STEPS 40
#define PPO_MAX_PLANES    40

// Pictures handled at a time, so that they stay in L2 together with the weights.
#define PPO_CNN_PASS 4

// A picture-sized array of one sample: [height, width, channels] inside a border of zeros.
typedef struct ppo_plane {
    size_t height, width, channels;
    size_t border; // pixels on each side
    size_t row;    // floats from row to row
    size_t inside; // offset of the first pixel inside the border, from the plane's start
    size_t offset; // of the plane in the tape; the input plane lies apart
    size_t size;   // floats
} ppo_plane;

typedef enum ppo_cnn_step_kind {
    PPO_CNN_CONVOLVE,
    PPO_CNN_POOL,    // maximum over 3 x 3, every second pixel
    PPO_CNN_RECTIFY, // positive part
    PPO_CNN_ADD,     // output += input
} ppo_cnn_step_kind;

typedef struct ppo_cnn_step {
    ppo_cnn_step_kind kind;
    size_t input, output;                // planes
    ppo_conv conv;                       // of a convolution, with what follows
    bool relu;                           // its output is rectified at once
    size_t weight, bias;                 // offsets in params
    size_t forward, backward;            // offsets in packed
    size_t partial_weight, partial_bias; // offsets in partial
} ppo_cnn_step;

typedef struct ppo_cnn_bf16 ppo_cnn_bf16;

typedef struct ppo_cnn {
    size_t channels, height, width; // of a picture, bytes [channels, height, width]
    size_t block;                   // space to depth of the first plane
    ppo_plane planes[PPO_MAX_PLANES];
    size_t num_planes; // plane 0 is the input, the last one goes to the linear layer
    ppo_cnn_step steps[PPO_MAX_CNN_STEPS];
    size_t num_steps;
    ppo_linear linear;
    size_t linear_weight, linear_bias; // offsets in params
    size_t linear_packed;              // offset in packed
    size_t next_module;                // what would follow it in torch.nn.Sequential
    size_t tape_size;                  // floats of one sample in fp32, plane 0 not among them
    bool keeps_tape;                   // small enough to be kept from forward to backward
    size_t partial_size;               // floats in fp32
    ppo_cnn_bf16 *bf16;                // NULL: computes in fp32
} ppo_cnn;

// PPO_INVALID if pictures are too small for the kernels.
ppo_status ppo_cnn_plan(ppo_cnn *cnn, const char *name, ppo_network_kind kind, size_t channels,
                        size_t height, size_t width, ppo_params *params, size_t *packed_size,
                        ppo_error *error);

// From now on in bf16, after ppo_cnn_plan: oneDNN's operations are made, and *packed_size grows by
// what they need there. PPO_UNSUPPORTED, saying why, where bf16 can't be had.
ppo_status ppo_cnn_use_bf16(ppo_cnn *cnn, size_t *packed_size, ppo_error *error);
void ppo_cnn_release(ppo_cnn *cnn); // gives back what ppo_cnn_use_bf16 has made

size_t ppo_cnn_picture_bytes(const ppo_cnn *cnn);

// Floats of a sample's tape and of its row in flat and dflat, and of a partial gradient. Memory of
// tapes and of flat arrays is there for whole passes of PPO_CNN_WHOLE samples.
#define PPO_CNN_WHOLE 16
size_t ppo_cnn_tape_size(const ppo_cnn *cnn);
size_t ppo_cnn_flat_size(const ppo_cnn *cnn);
size_t ppo_cnn_partial_size(const ppo_cnn *cnn);

// Features before the linear layer, and after it.
#define PPO_CNN_FLAT(cnn)     ((cnn)->linear.in)
#define PPO_CNN_FEATURES(cnn) ((cnn)->linear.out)

// Refreshes the packed weights of one convolution's out channels [first, last).
void ppo_cnn_pack_step(const ppo_cnn *cnn, float *packed, const float *params, size_t step,
                       size_t first, size_t last);
void ppo_cnn_pack_all(const ppo_cnn *cnn, float *packed, const float *params);

// What has to be packed once more before a minibatch's forward pass, and before the policy acts,
// after ppo_cnn_pack_step has had all steps: as so many tasks.
size_t ppo_cnn_learning_tasks(const ppo_cnn *cnn);
void ppo_cnn_pack_learning(const ppo_cnn *cnn, float *packed, size_t task);
size_t ppo_cnn_acting_tasks(const ppo_cnn *cnn);
void ppo_cnn_pack_acting(const ppo_cnn *cnn, float *packed, const float *params, size_t task);

// Floats of working space for each of the calls below, in one thread. It and `tape` start as zeros,
// which their planes' borders stay: nothing else may be kept there in between.
size_t ppo_cnn_working(const ppo_cnn *cnn);

// flat [images, flat_size] from pictures x [images, picture bytes], in PyTorch's order [channel,
// row, column]. `tape` [images, tape_size] keeps what backward needs; NULL: nothing is kept.
void ppo_cnn_forward(const ppo_cnn *cnn, float *flat, float *tape, float *working,
                     const float *params, const float *packed, const uint8_t *x, size_t images);

// Adds to `partial` the convolutions' gradients from dflat, after forward on the same pictures.
// `tape` NULL: forward is done once more. The tape's planes are used up.
void ppo_cnn_backward(const ppo_cnn *cnn, float *partial, float *tape, float *working,
                      const float *params, const float *packed, const float *dflat,
                      const uint8_t *x, size_t images);

// Adds up `count` partial gradients [count, partial_size] of one convolution, in their order, and
// writes them at its tensors' places in `grad`; rows [first, last) of its inputs (kernel^2 times in
// channels), and the bias with the first row. In bf16 the call for the first row does it all.
void ppo_cnn_collect_partials(const ppo_cnn *cnn, float *grad, float *partial, float *working,
                              size_t count, size_t step, size_t first, size_t last);

// The whole way for acting: y [rows, FEATURES]. `flat` [rows, flat_size] is working space too.
void ppo_cnn_features(const ppo_cnn *cnn, float *y, float *flat, float *working,
                      const float *params, const float *packed, const uint8_t *x, size_t rows);

// MACs (multiply-accumulate operations) for one picture: forward, and backward.
size_t ppo_cnn_forward_macs(const ppo_cnn *cnn);
size_t ppo_cnn_backward_macs(const ppo_cnn *cnn);

#endif
