// SPDX-License-Identifier: MIT
// Sums over shards. A training's environments are cut into S equal groups, its shards. What is
// summed over samples or environments is summed over each shard by itself; the S sums are added in
// one fixed binary tree: neighbours, then neighbouring pairs, and so on. So a result depends on S,
// and never on who computes which shard.
//
// Workload: a few to some thousand numbers, between once per iteration and once per time step.
#ifndef PPO_CORE_SHARDS_H
#define PPO_CORE_SHARDS_H

#include "ppo/base.h"

typedef struct ppo_shards {
    size_t count; // S, a power of two
    size_t first; // of those that are computed here,
    size_t num;   // and how many these are
} ppo_shards;

// One shard: everything.
extern const ppo_shards ppo_shards_one;

// `count` shards, a power of two, all of which are computed here.
ppo_shards ppo_shards_of(size_t count);

// `blocks` [num, width] are the sums over the shards that are computed here. Afterwards the first
// block is the sum over all S; the others are undefined.
void ppo_shards_sum(const ppo_shards *shards, double *blocks, size_t width);

#endif
