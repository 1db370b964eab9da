// SPDX-License-Identifier: MIT
// The gradient of PPO's loss over one minibatch, or over one shard's part of it: gather, forward,
// loss, backward.
//
// A part is cut into chunks of PPO_CHUNK_ROWS samples, or for networks with memory of some whole
// sequences; a chunk and a network are one task with a gradient of its own, so the result does not
// depend on how many threads work. The chunks are added by the optimiser.
#ifndef PPO_RL_GRADIENT_H
#define PPO_RL_GRADIENT_H

#include "core/pool.h"
#include "rl/loss.h"
#include "agent/policy.h"
#include "rl/order.h"
#include "rl/schedule.h"

typedef struct ppo_gradient ppo_gradient;

// Adds its arrays to the arena.
ppo_status ppo_gradient_create(ppo_gradient **gradient, const ppo_config *config,
                               const ppo_policy *policy, ppo_pool *pool, ppo_arena *arena,
                               ppo_error *error);
void ppo_gradient_destroy(ppo_gradient *gradient); // NULL is allowed

// Tasks of a full part: how many threads can work on it at once.
size_t ppo_gradient_num_tasks(const ppo_config *config, const ppo_policy *policy);

// Sums over the samples of a part; doubles only, so that shards' can be added as blocks.
typedef struct ppo_gradient_sums {
    ppo_loss_sums loss;
    double std; // a Gaussian policy's mean standard deviation, over the minibatch's samples; else 0
} ppo_gradient_sums;

// What workers call for a network: before each of its chunks, unless that is NULL; and once, by the
// one that has finished its last chunk, so that its gradient can be added up while other networks'
// chunks are still computed.
typedef struct ppo_gradient_sink {
    void (*network_needed)(void *context, size_t net);
    void (*network_done)(void *context, size_t net);
    void *context;
} ppo_gradient_sink;

// `sink` may be NULL. The gradients of convolutional networks go to their places in `vision_grad`,
// laid out as policy->params; it may be NULL without them. The part must not be empty.
ppo_gradient_sums ppo_gradient_compute(ppo_gradient *gradient, const ppo_rollout_view *rollout,
                                       const ppo_minibatch_part *part, const ppo_step_params *step,
                                       const ppo_gradient_sink *sink, float *vision_grad);

// Where the chunks' gradients of a part of `count` samples go: [num_chunks, ppo_policy_chunk_size];
// their sum is the part's gradient of all heads.
float *ppo_gradient_chunks(ppo_gradient *gradient, size_t count, size_t *num_chunks);

#endif
