// SPDX-License-Identifier: MIT
// A convolutional network of one backend with random parameters, images and gradients of features,
// the same for each backend; and how far its results are from those of another one.
#ifndef PPO_TESTS_NN_CNN_FIXTURE_H
#define PPO_TESTS_NN_CNN_FIXTURE_H

#include "unit/nn/support/cnn_learner.h"

typedef struct cnn_case {
    const char *name;
    ppo_network_kind kind;
    size_t channels, height, width, images;
    double bar; // how far from what it is compared with; 0: not compared
} cnn_case;

// A network with what it works on.
typedef struct cnn_fixture {
    const cnn_case *which;
    ppo_cnn cnn;
    ppo_params layout;
    ppo_arena arena;
    cnn_learner learner;
    float *params, *dfeatures, *grad;
    uint8_t *images;
} cnn_fixture;

// `device` NULL: the processor. The test fails if there can be no such network.
void cnn_fixture_create(cnn_fixture *f, const cnn_case *c, ppo_precision precision,
                        const ppo_gpu_device *device);
void cnn_fixture_release(cnn_fixture *f);

// What an update does with `count` of the images: m.features, and f->grad.
void cnn_fixture_learn(cnn_fixture *f, size_t count);

// Features of images [first, first + rows) as an acting policy computes them.
void cnn_fixture_act(const cnn_fixture *f, float *features, size_t first, size_t rows);

// Fails unless |got - wanted| < bar |wanted| and the angle between them is as small. Returns the
// relative distance.
double cnn_fixture_check(const cnn_case *c, const char *what, const float *got, const float *wanted,
                         size_t count, double bar);

// The same for each tensor's gradient; returns the largest distance.
double cnn_fixture_check_gradients(const cnn_fixture *own, const float *wanted, double bar);

#endif
