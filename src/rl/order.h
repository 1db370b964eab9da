// SPDX-License-Identifier: MIT
// Which samples an iteration's epochs visit, and in which order: each epoch shuffles the samples of
// each shard by themselves and deals them out to its minibatches, so that a minibatch has equally
// many samples of each shard. Also what minibatches normalise advantages by.
//
// Samples of environments that broke down are left out: a shard that has lost some runs out of them
// before the others, and its parts of the last minibatches are smaller, or empty.
//
// For networks with memory whole sequences (rollout_memory.h) are shuffled and dealt out instead,
// and a part's samples lie as ppo_sequences_lay_out puts them. Lost samples keep their places in
// their sequences then, and take no part in any mean. Owns nothing: rows of the arena.
#ifndef PPO_RL_ORDER_H
#define PPO_RL_ORDER_H

#include "core/pool.h"
#include "core/shards.h"
#include "rl/minibatch.h"

// What a minibatch has of one shard.
typedef struct ppo_minibatch_part {
    const uint32_t *index; // [count] samples of the rollout seen as [T*N, ...]
    size_t count;
    size_t total;      // samples of the whole minibatch: losses are means over them; with memory
                       // those that are not lost, perhaps none
    ppo_adv_norm norm; // of the whole minibatch's advantages
} ppo_minibatch_part;

typedef struct ppo_order {
    const ppo_config *config;
    const ppo_shards *shards;
    ppo_pool *pool;
    size_t shard_size;   // T * N / shards: samples of a shard, if none is lost
    size_t part_size;    // samples of a shard in a minibatch, if there are enough
    size_t most;         // minibatches of an epoch if none is lost
    size_t length;       // of a sequence with memory; else 0
    uint32_t *samples;   // [shards, shard_size] those that are learnt from
    uint32_t *perm;      // [update_epochs, shards, shard_size]
    uint32_t *sequences; // [update_epochs, shards, shard_size / length] with memory
    double *num_samples; // [S] of each shard
    double *totals;      // [update_epochs, most] with memory: samples of minibatches
    double *sums;        // [shards, update_epochs, most] over the advantages of parts
    double *means;       // [update_epochs, most] of minibatches
    ppo_adv_norm *norm;  // [update_epochs, most] likewise
    double *returns;     // [shards, 2]

    // The iteration under way.
    uint64_t first_epoch;   // counted from the beginning of training
    size_t num_minibatches; // of an epoch
    size_t total;           // samples of all shards
    const float *advantage;
    const uint8_t *lost; // with memory
    int power;           // of what is added up
} ppo_order;

// Samples of each shard in a full minibatch.
size_t ppo_order_part_size(const ppo_config *config);

// Adds its rows to the arena. `config` is that of what is computed here: its environments, samples
// and shards.
void ppo_order_plan(ppo_order *order, const ppo_config *config, const ppo_shards *shards,
                    ppo_pool *pool, ppo_arena *arena);

// Shuffles the epochs of iteration `iteration` (from 0). Normalises the rollout's advantages in
// place with norm_adv batch. Returns how many samples there are, over all shards; with none there
// is nothing else to ask for.
size_t ppo_order_begin(ppo_order *order, ppo_rollout *rollout, uint64_t iteration);

// The part of shard number `shard` of those computed here in minibatch `minibatch` of the epoch.
ppo_minibatch_part ppo_order_part(const ppo_order *order, size_t epoch, size_t minibatch,
                                  size_t shard);

// What of this iteration's returns the values explain: 1 - Var[ret - value] / Var[ret]; NAN if the
// returns don't vary.
double ppo_order_explained_variance(ppo_order *order, const ppo_rollout *rollout);

#endif
