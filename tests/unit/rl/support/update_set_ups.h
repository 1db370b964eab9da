// SPDX-License-Identifier: MIT
// Small problems on which the update phase and its optimiser are tested: one and two optimisers,
// shared and separate networks, minibatches that do and don't divide the batch.
#ifndef PPO_TEST_RL_UPDATE_SET_UPS_H
#define PPO_TEST_RL_UPDATE_SET_UPS_H

#include "unit/rl/support/problem.h"

typedef struct update_set_up {
    const char *name;
    size_t dist;
    ppo_widths hidden;
    bool shared, separate;
    double max_grad_norm;
    uint32_t minibatch_size;
} update_set_up;

extern const update_set_up update_set_ups[];
extern const size_t num_update_set_ups;

// A problem of 2 x 128 samples with this set-up; problem_destroy frees it.
void update_set_up_create(problem *p, const update_set_up *s, uint32_t threads);

#endif
