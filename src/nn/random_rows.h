// SPDX-License-Identifier: MIT
// Random numbers for up to PPO_CHUNK_ROWS rows at once: the bits of core/rng.h, and of libm where
// it is Arm's (glibc from 2.28 on, musl), at a quarter of the time.
#ifndef PPO_NN_RANDOM_ROWS_H
#define PPO_NN_RANDOM_ROWS_H

#include "core/rng.h"

#include <stddef.h>

// ppo_rng_draw(seed, purpose, index[i], step) for each of `count` rows; word w of the blocks lies
// in words[w * PPO_CHUNK_ROWS ...].
void ppo_random_rows_draw(uint32_t *words, uint64_t seed, ppo_rng_purpose purpose,
                          const uint32_t *index, uint64_t step, size_t count);

// Two standard normal deviates from two words (Box & Muller 1958), for each of `count` rows.
void ppo_random_rows_normal(float *first, float *second, const uint32_t *u, const uint32_t *v,
                            size_t count);

#endif
