// SPDX-License-Identifier: MIT
// Toy environments seen as pictures: a bright square among noise, pushed by the action. Episodes
// end at random, and some of those ends are lost lives of a game that goes on.
#ifndef PPO_TESTS_RL_TOY_PICTURE_H
#define PPO_TESTS_RL_TOY_PICTURE_H

#include "unit/rl/support/toy.h"

const ppo_env_class *toy_picture_class(toy_kind kind);

#endif
