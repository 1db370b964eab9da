// SPDX-License-Identifier: MIT
// Toys with dict observations and mixed actions: which of four lamps is on, where two points are,
// and bytes; one of them with a picture between. Some actions are forbidden.
#ifndef PPO_TESTS_RL_TOY_MIXED_H
#define PPO_TESTS_RL_TOY_MIXED_H

#include "unit/rl/support/toy.h"

const ppo_env_class *toy_mixed_class(toy_kind kind);

#endif
