// SPDX-License-Identifier: MIT
// See update_set_ups.h.
#include "unit/rl/support/update_set_ups.h"

#include "unit/rl/support/dists.h"

const update_set_up update_set_ups[] = {
    {"one optimiser", 1, {2, {17, 9}}, false, false, 0.5, 64},
    {"shared", 9, {2, {17, 9}}, true, false, 0.5, 100},
    {"two optimisers", 1, {2, {17, 9}}, false, true, 0.5, 64},
    {"two optimisers, box", 9, {1, {33}}, false, true, 0.3, 37},
    {"no clipping", 10, {1, {8}}, false, false, 0.0, 256},
    {"linear", 3, {0}, false, true, 1e-3, 129},
    {"several slices", 5, {2, {130, 70}}, false, true, 0.5, 200},
};
const size_t num_update_set_ups = sizeof update_set_ups / sizeof *update_set_ups;

void update_set_up_create(problem *p, const update_set_up *s, uint32_t threads)
{
    ppo_config config;
    ppo_config_defaults(&config);
    config.seed = 3;
    config.num_envs = 2;
    config.num_steps = 128;
    config.hidden_sizes = s->hidden;
    config.shared_network = s->shared;
    config.separate_optimizers = s->separate;
    config.critic_learning_rate = s->separate ? 3e-3 : 0.0;
    config.learning_rate = 1e-3;
    config.max_grad_norm = s->max_grad_norm;
    config.minibatch_size = s->minibatch_size;
    config.update_epochs = 3;
    problem_create(p, &config, &dist_cases[s->dist], 5, threads);
}
