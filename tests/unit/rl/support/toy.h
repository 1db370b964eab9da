// SPDX-License-Identifier: MIT
// A toy environment for every kind of action: three places that actions push and noise moves, with
// terminations and truncations at random. Variants misbehave at a known place.
#ifndef PPO_TESTS_RL_TOY_H
#define PPO_TESTS_RL_TOY_H

#include "ppo/env.h"

enum {
    TOY_OBS = 3,
    TOY_TIME_LIMIT = 50,
    TOY_SEED = 100,    // give this to config.seed,
    TOY_BAD_ENV = 5,   // then this environment misbehaves
    TOY_BAD_STEP = 37, // in this one of its steps, from 0
};

typedef enum toy_kind {
    TOY_DISCRETE,
    TOY_MULTI_DISCRETE,
    TOY_MULTI_BINARY,
    TOY_BOX,
    TOY_BAD_REWARD,      // NaN
    TOY_BAD_OBSERVATION, // infinity in element 1
    TOY_FAILING,         // a status and a sentence of its own
    NUM_TOYS,
    TOY_PICTURE = NUM_TOYS, // bytes {36, 37}; these three as in toy_picture.h
    TOY_COLOURS,            // bytes {36, 40, 3}
    TOY_TINY_PICTURE,       // bytes {7, 9, 1}
    TOY_MIXED,              // dict observations, tuples of actions; these three as in toy_mixed.h
    TOY_MIXED_MASKED,       // with masks
    TOY_MIXED_PICTURE,      // with masks and a picture {37, 36, 2}
} toy_kind;

const ppo_env_class *toy_class(toy_kind kind);

#endif
