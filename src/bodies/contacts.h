// SPDX-License-Identifier: MIT
// Contacts: pairs of a body and a piece of ground whose boxes in the tree overlap. They come to be
// when a body's box moves, are updated once a step and at times of impact, and end when the boxes
// part.
//
// Workload: 5 to 30 contacts, 10 ns each and step, a few of which touch.
#ifndef PPO_BODIES_CONTACTS_H
#define PPO_BODIES_CONTACTS_H

#include "bodies/world.h"

// Ends the contacts whose boxes have parted and updates the others of bodies that are awake.
void ppo_contacts_collide(ppo_world *world);

// The manifold as the body stands now, with the impulses of points that it had before.
void ppo_contact_update(ppo_world *world, ppo_contact *contact);

// Moves a body's leaf to where the body has come from `from` in this step.
void ppo_contacts_move_leaf(ppo_world *world, int body, ppo_transform from);

// Adds the contacts of all bodies whose leaves have moved.
void ppo_contacts_find(ppo_world *world);

#endif
