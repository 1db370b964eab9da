// SPDX-License-Identifier: MIT
// Where velocities move bodies to, and what is corrected there: joints that have come apart, shapes
// that overlap, by non-linear Gauss-Seidel (Catto, "Modeling and Solving Constraints", GDC 2009).
//
// Workload: 0.3 us an island and round, mostly sines and cosines; 1 or 2 rounds of 60.
#ifndef PPO_BODIES_POSITION_H
#define PPO_BODIES_POSITION_H

#include "bodies/island.h"

// The motion of a body in so much time, with a speed limit: at most 2 m and a quarter turn.
void ppo_body_advance(ppo_body *body, float dt);

// Moves the bodies and corrects them in at most so many rounds; puts them to sleep if all have been
// slow for half a second.
void ppo_island_move(ppo_world *world, const ppo_island *island, float dt, int rounds);

// At a time of impact: moves one body out of the ground by at most so many rounds.
void ppo_island_separate(ppo_world *world, const ppo_island *island, int rounds);

#endif
