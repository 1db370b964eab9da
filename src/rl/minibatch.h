// SPDX-License-Identifier: MIT
// Which samples an epoch visits in which order, and fetching them.
#ifndef PPO_RL_MINIBATCH_H
#define PPO_RL_MINIBATCH_H

#include "rl/rollout.h"

// A random permutation of 0 .. count-1 (Fisher-Yates), a function of (seed, shard, epoch) alone;
// `epoch`, less than 2^48, counts from the beginning of training.
void ppo_minibatch_shuffle(uint32_t *perm, size_t count, uint64_t seed, size_t shard,
                           uint64_t epoch);

// How to normalise advantages: (a - mean) * inv_std.
typedef struct ppo_adv_norm {
    float mean;
    float inv_std;
} ppo_adv_norm;

// Sum of (advantage - shift)^power over the samples `index` [count] (NULL: samples 0 .. count-1),
// power 1 or 2.
double ppo_minibatch_adv_sum(const float *advantage, const uint32_t *index, size_t count,
                             double shift, int power);

// Normalising by mean and unbiased standard deviation plus 1e-8, as CleanRL: from `count` samples'
// mean and sum of squared differences from it. A single sample is left as it is.
ppo_adv_norm ppo_minibatch_adv_norm(double mean, double squares, size_t count);

// Normalises the advantages of the samples `index` [count] in place.
void ppo_minibatch_normalize(float *advantage, const uint32_t *index, size_t count,
                             const ppo_adv_norm *norm);

// Rows of x [.., width] for the samples `index` [count], one after another.
void ppo_minibatch_gather(float *rows, const float *x, const uint32_t *index, size_t count,
                          size_t width);

// One part of the stacks of the samples `index` [count], put together from frames that are stored
// once each, in rows that are `stride` bytes apart.
void ppo_minibatch_gather_frames(unsigned char *rows, size_t stride, const ppo_frames_view *frames,
                                 size_t part, const uint32_t *index, size_t count);

// Rows of x, but column by column with PPO_CHUNK_ROWS elements in each; the padding up to a whole
// vector repeats the last sample.
void ppo_minibatch_gather_columns(float *columns, const float *x, const uint32_t *index,
                                  size_t count, size_t width);

#endif
