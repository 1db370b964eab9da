// SPDX-License-Identifier: MIT
// Whether a world that comes from a file can be stepped: every number in its range, every index at
// something that exists, the tree a tree. What passes is safe, whatever it is.
//
// Workload: 10 us, when a run is resumed.
#ifndef PPO_BODIES_WORLD_CHECK_H
#define PPO_BODIES_WORLD_CHECK_H

#include "bodies/world.h"

// What the world's owner put into it.
typedef struct ppo_world_size {
    int ground;     // room
    int min_ground; // pieces, at least
    int bodies, hinges;
} ppo_world_size;

// NULL if all is well, else what is wrong. Reads PPO_WORLD_BYTES(size->ground) bytes.
const char *ppo_world_check(const ppo_world *world, const ppo_world_size *size);

#endif
