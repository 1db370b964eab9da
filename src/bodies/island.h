// SPDX-License-Identifier: MIT
// Bodies that move each other by hinges, with their contacts, in the order in which Box2D's island
// builder finds them: on it depends the order in which constraints are solved.
#ifndef PPO_BODIES_ISLAND_H
#define PPO_BODIES_ISLAND_H

#include "bodies/world.h"

enum { PPO_ISLAND_CONTACTS = 32 }; // that touch, at most; further ones are left out

typedef struct ppo_island {
    int num_bodies, num_hinges, num_contacts;
    int16_t body[PPO_MAX_BODIES];
    int16_t hinge[PPO_MAX_HINGES];
    int16_t contact[PPO_ISLAND_CONTACTS]; // body by body, in the order above
    int16_t contacts_of[PPO_MAX_BODIES];  // contacts of body[i]
} ppo_island;

// The next island with a body that is awake, all of whose bodies wake. `found` has a bit for each
// body that has been in an island in this step. False when there is none left.
bool ppo_island_next(ppo_island *island, ppo_world *world, uint32_t *found);

#endif
