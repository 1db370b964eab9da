// SPDX-License-Identifier: MIT
// What the golden files of convolutional networks leave out because a formula gives it: the
// observations and the parameters before the update (tests/data/golden/README.md).
#ifndef PPO_TESTS_RL_GOLDEN_FORMULA_H
#define PPO_TESTS_RL_GOLDEN_FORMULA_H

#include "unit/rl/support/golden.h"

// The shape of a file's pictures called `what` ("obs", or with memory also "next_obs" and
// "final_obs"), of a dict with the part's key behind it (".eye"), else "": samples (steps times
// environments), channels, height, width.
typedef struct golden_shape {
    size_t samples, channels, height, width;
} golden_shape;
golden_shape golden_picture_shape(const golden_file *golden, const char *what, const char *key);

// Pictures with their channels innermost, [samples, height, width, channels], as an environment
// gives them; the formula counts them in PyTorch's order.
void golden_pictures(const golden_file *golden, const char *what, const char *key,
                     unsigned char *pictures);

// One of our parameters: its elements before the update.
void golden_formula_param(const golden_file *golden, const ppo_param *param, float *values);

#endif
