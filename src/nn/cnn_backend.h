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
// depend on how tasks are dealt out. A device with memory of its own would have one task a phase,
// copy parameters to it in PPO_CNN_PACK and the gradient from it in PPO_CNN_ADD_CHUNKS, and leave
// out the phases that it has no use for (no tasks).
#ifndef PPO_NN_CNN_BACKEND_H
#define PPO_NN_CNN_BACKEND_H

#include "core/arena.h"
#include "nn/cnn_shape.h"

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
    size_t acting_bytes; // working memory of `features`
    void *own;           // the backend's: packed weights and the like
} ppo_cnn;

// A network's work on one minibatch. What changes from minibatch to minibatch is set by the caller.
typedef struct ppo_cnn_minibatch {
    const ppo_cnn *cnn;
    size_t max_count;     // images
    size_t working_bytes; // of one thread in any phase
    float *features;      // [max_count, FEATURES] by PPO_CNN_FORWARD_LINEAR
    float *dfeatures;     // [max_count, FEATURES] by the caller: before the ReLU of the features
    void *own;            // the backend's: activations, partial gradients

    const float *params;   // as the policy's
    const uint8_t *images; // [count, image bytes]
    size_t count;
    float *grad; // laid out as params: the network's tensors are written
} ppo_cnn_minibatch;

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
};

#define PPO_CNN_ACTING_ROWS 64

extern const ppo_cnn_backend ppo_cnn_fp32, ppo_cnn_bf16;

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
