// SPDX-License-Identifier: MIT
// Continuous collision, the second half of a step.
//
// Workload: 10 ns a contact, and 2 to 5 us a body that hits the ground.
#ifndef PPO_BODIES_CONTINUOUS_H
#define PPO_BODIES_CONTINUOUS_H

#include "bodies/world.h"

// A body before the step: its transform, and its corners in the world.
typedef struct ppo_body_before {
    ppo_transform transform;
    ppo_vec2 corner[PPO_MAX_CORNERS];
} ppo_body_before;

// Stops bodies at the ground that they have passed through, and lets them go on from there.
void ppo_world_impacts(ppo_world *world, const ppo_body_before *before, float dt,
                       int velocity_rounds);

#endif
