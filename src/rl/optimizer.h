// SPDX-License-Identifier: MIT
// From chunks of gradient to new parameters: add, clip by the global norm, Adam, refresh the packed
// weights. With several shards, each shard's chunks are added, then the shards' gradients, in their
// tree (core/shards.h).
//
// The parameter block is cut into slices, one task each; norms are added in the order of slices.
// Convolutional networks on a device are no slices: their part is added, normed and stepped there.
//
// There are one or two groups of slices, each with its own learning rate and norm: everything, or
// actor and critic apart.
#ifndef PPO_RL_OPTIMIZER_H
#define PPO_RL_OPTIMIZER_H

#include "core/arena.h"
#include "core/pool.h"
#include "core/shards.h"
#include "agent/policy.h"
#include "rl/schedule.h"

typedef struct ppo_optimizer ppo_optimizer;

// Adds its arrays to the arena (Adam's moments and step count as state).
ppo_status ppo_optimizer_create(ppo_optimizer **optimizer, const ppo_config *config,
                                const ppo_shards *shards, ppo_policy *policy, ppo_pool *pool,
                                ppo_arena *arena, ppo_error *error);
void ppo_optimizer_destroy(ppo_optimizer *optimizer); // NULL is allowed

// Begins shard number `shard` of those computed here; number 0 begins a minibatch. Its gradient
// will be the sum of chunks [num_chunks, ppo_policy_chunk_size], in their order, or 0 without any;
// that of convolutional networks is made at its place in ppo_optimizer_sum. A single chunk of a
// single shard is used where it is.
void ppo_optimizer_begin(ppo_optimizer *optimizer, size_t shard, float *chunks, size_t num_chunks);

// Of a single shard, adds up the part of one network, whose chunks are complete. Different networks
// may be added by different threads at once. Does nothing for large networks, which are added by
// all threads in ppo_optimizer_norm, nor with several shards.
void ppo_optimizer_add_network(ppo_optimizer *optimizer, size_t net);

// Adds the gradient of the shard under way to those before it, once its chunks are complete. Does
// nothing if there is one shard.
void ppo_optimizer_add_shard(ppo_optimizer *optimizer);

// The norm of the whole gradient, over both groups, once all networks and shards have been added.
double ppo_optimizer_norm(ppo_optimizer *optimizer);

// Clips the gradient and steps.
void ppo_optimizer_step(ppo_optimizer *optimizer, const ppo_step_params *step);

// The same in parts, where ppo_optimizer_may_wait: each network steps when it is next needed, by
// the thread that needs it, and what has not stepped by then when that is finished. Threads meet
// once for a minibatch instead of twice.
bool ppo_optimizer_may_wait(const ppo_optimizer *optimizer);
void ppo_optimizer_begin_step(ppo_optimizer *optimizer, const ppo_step_params *step);
void ppo_optimizer_step_network(ppo_optimizer *optimizer, size_t net);
void ppo_optimizer_finish_step(ppo_optimizer *optimizer);

// Adam's moments that are on a device: brought into the arena's rows, and back after these have
// been set.
void ppo_optimizer_freeze(ppo_optimizer *optimizer);
void ppo_optimizer_thaw(ppo_optimizer *optimizer);

// [params] where what doesn't come in chunks of the gradient of the shard under way belongs.
float *ppo_optimizer_sum(ppo_optimizer *optimizer);

// The gradient that has been added up, before clipping, in the layout of policy->params. Before
// ppo_optimizer_norm, what other ranks have may be added to that of several shards. What is on a
// device is there after fetching it.
float *ppo_optimizer_gradient(ppo_optimizer *optimizer);
void ppo_optimizer_fetch_gradient(ppo_optimizer *optimizer);

#endif
