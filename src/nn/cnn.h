// SPDX-License-Identifier: MIT
// Convolutional networks from images of bytes to features, on the backend that the configuration
// asks for. cnn_shape.h says what they consist of, cnn_backend.h how they are computed.
#ifndef PPO_NN_CNN_H
#define PPO_NN_CNN_H

#include "nn/cnn_backend.h"

// Lays out a network for images [channels, height, width] with so many `features` (0: the network's
// own number; else a multiple of 16, in bf16 of 64): tensors go to `params`, named
// "<name>.0.weight" and so on, other arrays to the arena. To be released, after failures too.
// PPO_INVALID if images are too small; PPO_UNSUPPORTED if this precision can't be had here. With a
// device that isn't none the network is computed there, in fp32; it must outlast the network.
ppo_status ppo_cnn_plan(ppo_cnn *cnn, const char *name, ppo_network_kind kind, size_t features,
                        ppo_precision precision, const ppo_gpu_device *device, size_t channels,
                        size_t height, size_t width, ppo_params *params, ppo_arena *arena,
                        ppo_error *error);
void ppo_cnn_release(ppo_cnn *cnn); // a network of zeros is allowed

// Takes in all parameters, after they have been set from outside: packs all weights, for acting and
// as a minibatch's first phase expects them, or puts them on the device; and the parts of packing,
// which are the backend's functions of these names (cnn_backend.h).
void ppo_cnn_pack(ppo_cnn *cnn, const float *params);
void ppo_cnn_pack_conv(ppo_cnn *cnn, const float *params, size_t step, size_t first, size_t last);
size_t ppo_cnn_acting_tasks(const ppo_cnn *cnn);
void ppo_cnn_pack_acting(ppo_cnn *cnn, const float *params, size_t task);

// features [rows, FEATURES] of images [rows, image bytes], rows <= PPO_CNN_ACTING_ROWS, in working
// memory of cnn->acting_bytes.
void ppo_cnn_features(const ppo_cnn *cnn, float *features, void *working, const float *params,
                      const uint8_t *images, size_t rows);

// Plans a minibatch of up to max_count images; arrays go to the arena, named "<name>.<array>".
// `same_images` may be NULL (cnn_backend.h).
ppo_status ppo_cnn_minibatch_plan(ppo_cnn_minibatch *m, const ppo_cnn *cnn,
                                  const ppo_cnn_minibatch *same_images, const char *name,
                                  size_t max_count, ppo_arena *arena, ppo_error *error);
void ppo_cnn_minibatch_release(ppo_cnn_minibatch *m); // a minibatch of zeros is allowed

// The tasks of a phase, and one of them.
size_t ppo_cnn_minibatch_tasks(const ppo_cnn_minibatch *m, ppo_cnn_phase phase);
void ppo_cnn_minibatch_run(ppo_cnn_minibatch *m, ppo_cnn_phase phase, size_t task, void *working);

// What is done with parameters on a device; NULL if they are in host memory (cnn_backend.h).
const ppo_cnn_resident *ppo_cnn_resident_of(const ppo_cnn *cnn);

// Plans features of up to max_count images ahead, on a device.
ppo_status ppo_cnn_ahead_plan(ppo_cnn_ahead *ahead, const ppo_cnn *cnn, const char *name,
                              size_t max_count, ppo_arena *arena, ppo_error *error);
void ppo_cnn_ahead_release(ppo_cnn_ahead *ahead); // one of zeros is allowed

#endif
