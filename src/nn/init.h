// SPDX-License-Identifier: MIT
// Initial weights.
#ifndef PPO_NN_INIT_H
#define PPO_NN_INIT_H

#include "ppo/base.h"

// Fills weight [rows, cols] with a random (semi-)orthogonal matrix times gain: rows orthonormal if
// rows <= cols, else columns (Saxe et al. 2014). The matrix is a function of (seed, stream) alone.
// Takes and frees memory of its own.
ppo_status ppo_init_orthogonal(float *weight, size_t rows, size_t cols, double gain, uint64_t seed,
                               uint32_t stream, ppo_error *error);

#endif
