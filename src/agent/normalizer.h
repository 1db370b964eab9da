// SPDX-License-Identifier: MIT
// Running mean and variance of a stream of vectors (Chan et al. 1979), and normalising by them, as
// Stable-Baselines3's VecNormalize: the estimate starts as mean 0, variance 1 with the weight of
// 1e-4 samples.
#ifndef PPO_AGENT_NORMALIZER_H
#define PPO_AGENT_NORMALIZER_H

#include "core/arena.h"
#include "core/shards.h"

typedef struct ppo_normalizer {
    const ppo_shards *shards;
    size_t width;     // D
    double *mean;     // [D]
    double *variance; // [D]
    double *count;    // [1] samples so far
    float *shift;     // [D] mean and 1 / sqrt(variance + 1e-8) as they are applied
    float *scale;
    double *sums;  // [shards, D] over the batch that is taken in
    double *means; // [D] of it
} ppo_normalizer;

// Adds rows "<name>.mean", "<name>.variance" and "<name>.count" with this role to the plan.
// `shards`, over which batches are summed, must outlive the normaliser.
void ppo_normalizer_plan(ppo_normalizer *normalizer, const char *name, ppo_role role, size_t width,
                         const ppo_shards *shards, ppo_arena *arena);

// The starting estimate. Call once the arena is bound.
void ppo_normalizer_init(ppo_normalizer *normalizer);

// Refreshes shift and scale after the estimate has been filled from a checkpoint.
void ppo_normalizer_thaw(ppo_normalizer *normalizer);

// Takes in a batch of which x [rows, D] is what the shards here have, equally many rows each, one
// shard after the other.
void ppo_normalizer_update(ppo_normalizer *normalizer, const float *x, size_t rows);

// Takes in a batch of `rows` numbers, over all shards, with this mean and sum of squared
// differences from it, as element i; the caller then adds `rows` to the count and calls _thaw.
void ppo_normalizer_merge(ppo_normalizer *normalizer, size_t i, double mean, double squares,
                          double rows);

// x = clip((x - mean) / sqrt(variance + 1e-8), -limit, limit) for the elements first ..
// first+count-1 of D, in `rows` rows that are `stride` floats apart.
void ppo_normalizer_apply(const ppo_normalizer *normalizer, float *x, size_t stride, size_t first,
                          size_t count, size_t rows, float limit);

#endif
