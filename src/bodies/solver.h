// SPDX-License-Identifier: MIT
// The velocities of islands after a step, by sequential impulses: hinges and contacts are solved
// one after the other, many times over, each with the impulses of the last step to begin with
// (Catto, "Iterative Dynamics with Temporal Coherence", GDC 2005).
//
// The functions read and write the bodies' velocities, and the hinges' and contacts' impulses.
// Workload: 180 rounds over up to 4 hinges and a few contacts: 10 us for an island by itself, in
// scratch memory of 5 kB; 0.7 us each where 16 share lanes, in 60 kB.
#ifndef PPO_BODIES_SOLVER_H
#define PPO_BODIES_SOLVER_H

#include "bodies/island.h"

// Islands of different worlds, up to ppo_world_lanes() of them: those whose bodies and hinges have
// the same order lie in the lanes of vectors and are solved at once. Each gets the bits that it
// would get by itself.
void ppo_islands_solve(ppo_world *const *world, const ppo_island *const *island, int count,
                       float dt, int rounds);

// One island by itself.
void ppo_island_solve(ppo_world *world, const ppo_island *island, float dt, int rounds);

// A body and its contacts at a time of impact: nothing of the last step's impulses is used, and
// none are kept.
void ppo_island_solve_impact(ppo_world *world, const ppo_island *island, float dt, int rounds);

#endif
