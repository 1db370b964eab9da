// SPDX-License-Identifier: MIT
// Observations encoded as features: floats. A float box as it is, row by row; bytes scaled from
// their bounds to [0, 1]; an integer of n values as n zeros with a one in its place; bits as 0 and
// 1. Of a tuple or dict this is about its leaves (input.h puts them together).
#ifndef PPO_AGENT_FEATURES_H
#define PPO_AGENT_FEATURES_H

#include "ppo/space.h"

// Floats of one value of a leaf.
size_t ppo_features_count(const ppo_space *leaf);

// True if values are the features already.
bool ppo_features_are_raw(const ppo_space *leaf);

// features [rows, ppo_features_count] from values, one after another in memory.
void ppo_features_encode(const ppo_space *leaf, float *features, const void *values, size_t rows);

#endif
