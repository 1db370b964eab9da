// SPDX-License-Identifier: MIT
// How worlds come to be.
//
// Workload: 50 us for a world with 200 pieces of ground, most of it the tree.
#ifndef PPO_BODIES_BUILD_H
#define PPO_BODIES_BUILD_H

#include "bodies/world.h"

typedef struct ppo_body_def {
    double x, y; // m, of the origin
    double angle;
    double density;
    double friction;
} ppo_body_def;

// The angle between the bodies at creation counts as 0. The limits must be 4 degrees apart.
typedef struct ppo_hinge_def {
    int a, b;
    double anchor_a[2], anchor_b[2]; // in each body's own coordinates
    double lower, upper;             // limits of the angle
    double motor_speed, motor_torque;
} ppo_hinge_def;

// An empty world that has room for so many pieces of ground, at most PPO_MAX_GROUND. Writes
// PPO_WORLD_BYTES(max_ground) bytes.
void ppo_world_init(ppo_world *world, double gravity, int max_ground);

// Removes everything: the ground from the last piece to the first, then the bodies from the first
// to the last. The order in which the tree's nodes are free stays; contacts depend on it.
void ppo_world_clear(ppo_world *world);

// Adds a piece as a static body of its own, or to the static body of the piece before it. The
// corners of a block are those of a convex polygon, in any order.
void ppo_world_add_edge(ppo_world *world, const double corner[2][2], double friction,
                        bool is_own_body);
void ppo_world_add_block(ppo_world *world, const double (*corner)[2], int num_corners,
                         double friction, bool is_own_body);

// A body from a convex polygon with 3 to PPO_MAX_CORNERS corners in any order, or a box around its
// origin. Returns its number.
int ppo_world_add_polygon(ppo_world *world, const ppo_body_def *def, const double (*corner)[2],
                          int num_corners);
int ppo_world_add_box(ppo_world *world, const ppo_body_def *def, double half_width,
                      double half_height);
int ppo_world_add_hinge(ppo_world *world, const ppo_hinge_def *def);

#endif
