// SPDX-License-Identifier: MIT
// Observations as the networks see them: floats. A float box as it is; bytes over 255; an integer
// of n values as n zeros with a one in its place; bits as 0 and 1.
#ifndef PPO_RL_FEATURES_H
#define PPO_RL_FEATURES_H

#include "ppo/space.h"

// D, the floats of one observation.
size_t ppo_features_count(const ppo_space *space);

// True if observations are the features already.
bool ppo_features_are_raw(const ppo_space *space);

// features [rows, D] from observations, one after another in memory.
void ppo_features_encode(const ppo_space *space, float *features, const void *observations,
                         size_t rows);

#endif
