// SPDX-License-Identifier: MIT
// The convolutional networks of an update for one picture of the observations: from the images of a
// minibatch to features, and from the features' gradient back to that of the weights.
//
// The work is the phases of nn/cnn_backend.h, run one after the other by all threads of the pool.
// Results do not depend on the number of threads.
#ifndef PPO_RL_VISION_H
#define PPO_RL_VISION_H

#include "agent/policy.h"
#include "core/pool.h"
#include "rl/rollout.h"

typedef struct ppo_vision ppo_vision;

// For the `picture`th vision of the policy's extractors and minibatches of up to `max_count`
// samples. Adds its arrays to the arena.
ppo_status ppo_vision_create(ppo_vision **vision, const ppo_policy *policy, size_t picture,
                             size_t max_count, ppo_pool *pool, ppo_arena *arena, ppo_error *error);
void ppo_vision_destroy(ppo_vision *vision); // NULL is allowed

// One line about precision bf16: what computes it here, or why nothing does; and the same about
// device gpu.
void ppo_vision_describe_bf16(char *text, size_t size);
void ppo_vision_describe_gpu(char *text, size_t size);

// Features of the samples `index` [count] of the rollout, for both actor and critic. Both have to
// stay until ppo_vision_backward.
void ppo_vision_forward(ppo_vision *vision, const ppo_rollout_view *rollout, const uint32_t *index,
                        size_t count);

// One network's features [count, FEATURES] after forward, and where their gradient, that before the
// features' ReLU, is to be written before backward.
const float *ppo_vision_features(const ppo_vision *vision, size_t net);
float *ppo_vision_dfeatures(ppo_vision *vision, size_t net);

// Gradients of these networks' tensors, written at their places in `grad`, which is laid out
// as policy->params.
void ppo_vision_backward(ppo_vision *vision, float *grad);

#endif
