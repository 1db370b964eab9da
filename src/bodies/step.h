// SPDX-License-Identifier: MIT
// Steps of worlds, up to ppo_world_lanes() of them at once.
//
// Workload: 1.5 us a step of a lander and 3 us of a walker where the lanes are filled.
#ifndef PPO_BODIES_STEP_H
#define PPO_BODIES_STEP_H

#include "bodies/world.h"

typedef struct ppo_step_def {
    double dt; // s
    int velocity_rounds, position_rounds;
} ppo_step_def;

// How many worlds a step solves at once on this processor.
int ppo_world_lanes(void);

// Steps any number of different worlds. What becomes of a world does not depend on the others.
void ppo_worlds_step(ppo_world *const *world, int count, const ppo_step_def *def);

#endif
