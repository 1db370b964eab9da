// SPDX-License-Identifier: MIT
// A convolutional network's minibatch with all that it needs, run phase by phase on one thread.
#ifndef PPO_TESTS_NN_CNN_LEARNER_H
#define PPO_TESTS_NN_CNN_LEARNER_H

#include "nn/cnn.h"
#include "ppo/random.h"

typedef struct cnn_learner {
    ppo_arena arena;
    ppo_cnn_minibatch m;
    void *working;
} cnn_learner;

// `size` bytes of zeros, 64-byte aligned; the test ends if there are none.
void *cnn_zeros(size_t size);

// Random parameters of ordinary size: uniform within 1.5 / sqrt(inputs), biases within 0.1.
void cnn_fill_params(float *params, const ppo_params *layout, ppo_random *random);

// The arena of the network must be bound.
void cnn_learner_create(cnn_learner *learner, const ppo_cnn *cnn, size_t max_count);
void cnn_learner_release(cnn_learner *learner);

// From images to m.features; and from m.dfeatures to grad.
void cnn_learner_forward(cnn_learner *learner, const float *params, const uint8_t *images,
                         size_t count);
void cnn_learner_backward(cnn_learner *learner, float *grad);

#endif
