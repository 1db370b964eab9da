// SPDX-License-Identifier: MIT
// One distribution of each kind and size that tests go through.
#ifndef PPO_TESTS_RL_DISTS_H
#define PPO_TESTS_RL_DISTS_H

#include "agent/dist.h"

typedef struct dist_case {
    const char *name;
    const ppo_space *space;
    ppo_std_source std_source;
    ppo_action_bound bound;
} dist_case;

extern const dist_case dist_cases[];
extern const size_t num_dist_cases;

// A discrete space of n values, n up to 24.
const ppo_space *dist_discrete(size_t n);

ppo_dist dist_of(const dist_case *c);

#endif
