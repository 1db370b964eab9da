// SPDX-License-Identifier: MIT
// How a convolutional network is computed: each backend (a number format, a device) is a table of
// functions in one file, and a row in cnn.c.
//
// A backend takes images of bytes [count, channels, height, width] to features [count, FEATURES],
// and the features' gradient back to that of the parameters. Features, their gradient, parameters
// and the parameters' gradient are fp32 in host memory, because what follows the features (the
// heads, a memory cell) and the optimiser are the same for all backends. Everything in between has
// the backend's own format and order, and lies where the backend likes: `own` points to it.
//
// Acting: after each change of the parameters pack_conv (by the optimiser, a few output channels at
// a time) and pack_acting; then `features` in any number of threads at once.
//
// Learning: a minibatch goes through the phases below in their order. Each is cut into tasks that
// write apart, which any threads run at once, each with working memory of its own; results must not
// depend on how tasks are dealt out.
//
// A backend on a device with memory of its own (cnn_gpu.h) leaves out the phases that it has no use
// for. There the network's parameters, their gradient and Adam's moments stay on the device; the
// functions of ppo_cnn_resident are what others do with them.
#ifndef PPO_NN_CNN_BACKEND_H
#define PPO_NN_CNN_BACKEND_H

#include "core/arena.h"
#include "nn/adam.h"
#include "nn/cnn_shape.h"
#include "nn/gpu_device.h"

// Images that a task of the two convolution phases takes through the network.
#define PPO_CHUNK_IMAGES 16

typedef enum ppo_cnn_phase {
    PPO_CNN_PACK,              // weights into the backend's order
    PPO_CNN_FORWARD_CONVS,     // task c: images of chunk c up to the last plane
    PPO_CNN_FORWARD_LINEAR,    // `features`
    PPO_CNN_BACKWARD_FEATURES, // takes in `dfeatures`
    PPO_CNN_BACKWARD_LINEAR,   // the linear layer's gradient into `grad`
    PPO_CNN_BACKWARD_CONVS,    // task c: a gradient of the convolutions for chunk c
    PPO_CNN_ADD_CHUNKS,        // their sums, in the order of chunks, into `grad`
    PPO_CNN_NUM_PHASES,
} ppo_cnn_phase;

typedef struct ppo_cnn_backend ppo_cnn_backend;

// A network of one backend.
typedef struct ppo_cnn {
    ppo_cnn_shape shape;
    const ppo_cnn_backend *backend;
    const ppo_gpu_device *device; // of a backend on a device; borrowed
    size_t acting_bytes;          // working memory of `features`
    void *own;                    // the backend's: packed weights and the like
} ppo_cnn;

// A network's work on one minibatch. What changes from minibatch to minibatch is set by the caller.
typedef struct ppo_cnn_minibatch {
    const ppo_cnn *cnn;
    const struct ppo_cnn_minibatch *same_images; // another network's, planned before, which gets
                                                 // the same images; or NULL
    size_t max_count;                            // images
    size_t working_bytes;                        // of one thread in any phase
    float *features;                             // [max_count, FEATURES] by PPO_CNN_FORWARD_LINEAR
    float *dfeatures; // [max_count, FEATURES] by the caller: before the ReLU of the features
    void *own;        // the backend's: activations, partial gradients

    const float *params;   // as the policy's
    const uint8_t *images; // [count, image bytes]
    size_t count;
    float *grad; // laid out as params: the network's tensors are written
} ppo_cnn_minibatch;

// Features of many images, which a device computes while the caller does something else.
typedef struct ppo_cnn_ahead {
    const ppo_cnn *cnn;
    size_t max_count; // images
    float *features;  // [max_count, FEATURES]
    void *own;        // the backend's
} ppo_cnn_ahead;

// Arrays that a device keeps, laid out as the policy's parameters.
typedef enum ppo_cnn_array {
    PPO_CNN_PARAMS,
    PPO_CNN_GRAD,
    PPO_CNN_MOMENT_M,
    PPO_CNN_MOMENT_V,
    PPO_CNN_NUM_ARRAYS,
} ppo_cnn_array;

// What is done with parameters that stay on a device. The network's part of host arrays, which are
// laid out as all the policy's parameters, is read or written. `fetch` and `squares` wait for the
// device.
typedef struct ppo_cnn_resident {
    void (*put)(ppo_cnn *cnn, ppo_cnn_array array, const float *from);
    void (*fetch)(const ppo_cnn *cnn, ppo_cnn_array array, float *to);

    double (*squares)(const ppo_cnn *cnn); // sum of squares of the gradient
    void (*step)(ppo_cnn *cnn, float scale, const ppo_adam_scalars *scalars); // Adam's

    // Features of images [count, image bytes], count <= max_count, which stay as they are until
    // finish_ahead: then they are in ahead->features, with the same bits as those of `features`.
    ppo_status (*plan_ahead)(ppo_cnn_ahead *ahead, ppo_error *error);
    void (*release_ahead)(ppo_cnn_ahead *ahead);
    void (*begin_ahead)(ppo_cnn_ahead *ahead, const uint8_t *images, size_t count);
    void (*finish_ahead)(ppo_cnn_ahead *ahead);
} ppo_cnn_resident;

// Working memory is the caller's, starts at a multiple of 64 bytes, is zero at first and used for
// nothing else: what a call leaves there may be what the next one relies on (borders of zeros). One
// piece of memory serves all networks of the same shape and backend.
struct ppo_cnn_backend {
    const char *name;

    // Makes cnn->own, sets acting_bytes, adds arrays to the arena under `name`. PPO_UNSUPPORTED,
    // saying why, where the backend isn't to be had. `release` after failures too.
    ppo_status (*plan)(ppo_cnn *cnn, const char *name, ppo_arena *arena, ppo_error *error);
    void (*release)(ppo_cnn *cnn);

    // Output channels [first, last) of the convolution `step` have changed in params; `first` is a
    // multiple of PPO_PARAM_ALIGN.
    void (*pack_conv)(ppo_cnn *cnn, const float *params, size_t step, size_t first, size_t last);

    // What acting needs on top of that, as tasks.
    size_t (*acting_tasks)(const ppo_cnn *cnn);
    void (*pack_acting)(ppo_cnn *cnn, const float *params, size_t task);

    // features [rows, FEATURES] of images [rows, image bytes], rows <= PPO_CNN_ACTING_ROWS. A row's
    // result does not depend on the others.
    void (*features)(const ppo_cnn *cnn, float *features, void *working, const float *params,
                     const uint8_t *images, size_t rows);

    // The same for a minibatch of which cnn and max_count are set: makes `own`, sets
    // working_bytes, adds arrays to the arena. Released before the network.
    ppo_status (*plan_minibatch)(ppo_cnn_minibatch *m, const char *name, ppo_arena *arena,
                                 ppo_error *error);
    void (*release_minibatch)(ppo_cnn_minibatch *m);

    struct {
        size_t (*num_tasks)(const ppo_cnn_minibatch *m); // NULL: nothing is to be done
        void (*run)(ppo_cnn_minibatch *m, size_t task, void *working);
    } phases[PPO_CNN_NUM_PHASES];

    const ppo_cnn_resident *resident; // of a backend on a device; else NULL
};

#define PPO_CNN_ACTING_ROWS 64

extern const ppo_cnn_backend ppo_cnn_fp32, ppo_cnn_bf16, ppo_cnn_gpu;

// Inputs of the linear layer, and features.
#define PPO_CNN_FLAT(cnn)     ((cnn)->shape.linear.in)
#define PPO_CNN_FEATURES(cnn) ((cnn)->shape.linear.out)

// Chunks of the convolution phases: of this minibatch, and at most.
static inline size_t ppo_cnn_num_chunks(const ppo_cnn_minibatch *m)
{
    return (m->count + PPO_CHUNK_IMAGES - 1) / PPO_CHUNK_IMAGES;
}

static inline size_t ppo_cnn_max_chunks(const ppo_cnn_minibatch *m)
{
    return (m->max_count + PPO_CHUNK_IMAGES - 1) / PPO_CHUNK_IMAGES;
}

#endif
