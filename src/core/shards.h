// SPDX-License-Identifier: MIT
// Sums over shards. A training's environments are cut into S equal groups, its shards. What is
// summed over samples or environments is summed over each shard by itself; the S sums are added in
// one fixed binary tree: neighbours, then neighbouring pairs, and so on. So a result depends on S,
// and never on who computes which shard: one process all of them, or R ranks S / R neighbours each.
//
// Workload: a few to some thousand numbers, between once per iteration and once per time step.
#ifndef PPO_CORE_SHARDS_H
#define PPO_CORE_SHARDS_H

#include "core/ranks.h"

typedef struct ppo_shards {
    size_t count;     // S, a power of two
    size_t first;     // of those that are computed here,
    size_t num;       // and how many these are
    ppo_ranks *ranks; // who computes the others; NULL: nobody
} ppo_shards;

// One shard: everything.
extern const ppo_shards ppo_shards_one;

// `count` shards, a power of two, of which each rank computes equally many; `ranks` NULL: all are
// computed here. PPO_INVALID if there are fewer shards than ranks.
ppo_status ppo_shards_share(ppo_shards *shards, size_t count, ppo_ranks *ranks, ppo_error *error);

// Where this process begins, of `total` things that belong to shards in equal parts.
size_t ppo_shards_begin(const ppo_shards *shards, size_t total);

// `blocks` [num, width] are the sums over the shards that are computed here. Afterwards the first
// block is the sum over all S; the others are undefined.
void ppo_shards_sum(const ppo_shards *shards, double *blocks, size_t width);

// The same, and in the same messages the sum over all ranks of x [count].
void ppo_shards_sum_with(const ppo_shards *shards, double *blocks, size_t width, float *x,
                         size_t count);

// PPO_OK, or why sums with other ranks have failed; look before a sum is used.
ppo_status ppo_shards_check(const ppo_shards *shards, ppo_error *error);

#endif
