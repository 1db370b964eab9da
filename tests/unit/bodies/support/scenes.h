// SPDX-License-Identifier: MIT
// Worlds that several tests of src/bodies/ use.
#ifndef PPO_TEST_SCENES_H
#define PPO_TEST_SCENES_H

#include "bodies/world.h"

#include <math.h>

// A ground of edges from x = 0 to 20 m, uneven where `is_rough`, with a block in the middle.
void scene_ground(ppo_world *world, bool is_rough);

// A ground of one edge from (-5, 0) to (5, 0), with room for four pieces.
void scene_edge(ppo_world *world);

// A box of 1 m by 1 m with its centre at (x, y). Returns its number.
int scene_box(ppo_world *world, double x, double y, double angle);

// Five bodies on four hinges above a rough ground; a different pose and motion for each seed.
void scene_walker(ppo_world *world, unsigned seed);

// Sets the walker's motors anew, at random by the seed and the step.
void scene_drive(ppo_world *world, unsigned seed, int step);

// One step as the environments make it.
void scene_step(ppo_world *world);

static inline bool is_near(float value, double wanted, double within)
{
    return fabs((double)value - wanted) <= within;
}

#endif
