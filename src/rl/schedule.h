// SPDX-License-Identifier: MIT
// What varies during training, as plain numbers for one iteration.
#ifndef PPO_RL_SCHEDULE_H
#define PPO_RL_SCHEDULE_H

#include "ppo/config.h"

typedef struct ppo_step_params {
    double lr;        // actor, or everything
    double critic_lr; // critic; equal to lr with one optimiser
    double clip_coef;
    double ent_coef;
} ppo_step_params;

// The schedule's factor at `progress` in [0, 1].
double ppo_schedule_eval(const ppo_schedule *schedule, double progress);

// The values for iteration `iteration` (from 0) of `num_iterations`: progress is their quotient, so
// that a linear schedule starts at 1 and its last iteration still learns (CleanRL).
ppo_step_params ppo_schedule_step(const ppo_config *config, uint64_t iteration);

#endif
