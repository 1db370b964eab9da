// SPDX-License-Identifier: MIT
// The convolutional part of an update, divided among threads: from the pictures of a minibatch to
// the features that the heads work on, and from the features' gradient back to the weights.
//
// Convolutions go through groups of PPO_VISION_GROUP pictures, one task each, with a gradient of
// their own that is added up in the order of groups; the linear layer's products go through strips
// of columns over the whole minibatch (nn/linear.h). Neither depends on the number of threads.
#ifndef PPO_RL_VISION_H
#define PPO_RL_VISION_H

#include "core/pool.h"
#include "agent/policy.h"
#include "rl/rollout.h"

#define PPO_VISION_GROUP 16

typedef struct ppo_vision ppo_vision;

// For minibatches of up to `max_count` samples. Adds its arrays to the arena.
ppo_status ppo_vision_create(ppo_vision **vision, const ppo_policy *policy, size_t max_count,
                             ppo_pool *pool, ppo_arena *arena, ppo_error *error);
void ppo_vision_destroy(ppo_vision *vision); // NULL is allowed

// One line about precision bf16: what computes it here, or why nothing does.
void ppo_vision_describe_bf16(char *text, size_t size);

// Features of the samples `index` [count] of the rollout, for all networks.
void ppo_vision_forward(ppo_vision *vision, const ppo_rollout_view *rollout, const uint32_t *index,
                        size_t count);

// One network's features [count, FEATURES] after forward, and where their gradient belongs.
const float *ppo_vision_features(const ppo_vision *vision, size_t net);
float *ppo_vision_dfeatures(const ppo_vision *vision, size_t net);

// Gradients of all networks' vision tensors, written at their places in `grad`, laid out as
// policy->params.
void ppo_vision_backward(ppo_vision *vision, float *grad);

#endif
