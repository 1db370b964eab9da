// SPDX-License-Identifier: MIT
// The velocities of islands after a step, by sequential impulses: hinges and contacts are solved
// one after the other, many times over, each with the impulses of the last step to begin with
// (Catto, "Iterative Dynamics with Temporal Coherence", GDC 2005). Islands of different worlds lie
// in the lanes of vectors and are solved at once; a lane's result does not depend on the others.
//
// Workload: 180 rounds over 4 hinges and a few contacts, 0.7 us a lane when all are filled. A
// solver is scratch memory of about 60 kB.
#ifndef PPO_BODIES_SOLVER_H
#define PPO_BODIES_SOLVER_H

#include "bodies/island.h"
#include "bodies/lanes.h"

enum { PPO_SOLVER_ROWS = 40 }; // at least PPO_ISLAND_CONTACTS

typedef struct ppo_hinge_lanes {
    ppo_lanes inv_mass_a, inv_mass_b, inv_inertia_a, inv_inertia_b;
    ppo_lanes ax, ay, bx, by;                     // from the centres of mass to the anchors
    ppo_lanes k11, k12, k22, k13, k23, k33;       // effective mass of the point and the limit
    ppo_lanes cross_x, cross_y, cross_z;          // of K's second and third column
    ppo_lanes inv_det3, inv_det2;                 // of K, and of its first two rows and columns
    ppo_lanes motor_mass, motor_speed, motor_max; // motor_max: an impulse
    ppo_lanes x, y, z, motor;                     // impulses so far
    ppo_lane_mask is_limited, is_upper;
    bool any_limited;
    int a, b; // places in the island
} ppo_hinge_lanes;

typedef struct ppo_point_lanes {
    ppo_lanes x, y; // from the centre of mass
    ppo_lanes normal_mass, tangent_mass;
    ppo_lanes normal, tangent; // impulses so far
} ppo_point_lanes;

// The n-th contact of a body in each lane.
typedef struct ppo_contact_lanes {
    ppo_lanes inv_mass, inv_inertia;
    ppo_lanes nx, ny; // towards the body
    ppo_lanes friction;
    ppo_point_lanes point[2];
    ppo_lanes k11, k12, k22;       // of two points
    ppo_lanes inv11, inv12, inv22; // its inverse
    ppo_lane_mask is_there, has_two;
    bool any_two, all_two; // of those that are there
    int body;              // place in the island
} ppo_contact_lanes;

typedef struct ppo_solver {
    ppo_lanes vx[PPO_MAX_BODIES], vy[PPO_MAX_BODIES], omega[PPO_MAX_BODIES];
    ppo_hinge_lanes hinge[PPO_MAX_HINGES];
    ppo_contact_lanes row[PPO_SOLVER_ROWS];
    int num_lanes, num_bodies, num_hinges, num_rows;
    int rows_of[PPO_MAX_BODIES]; // the most contacts of the body in any lane
    int16_t row_of[PPO_MAX_BODIES][PPO_ISLAND_CONTACTS]; // the row of a body's n-th contacts
    ppo_world *world[PPO_LANE_COUNT];
    const ppo_island *island[PPO_LANE_COUNT];
} ppo_solver;

void ppo_solver_begin(ppo_solver *solver);

// Takes an island into the next lane; false if there is none left, or the island's bodies and
// hinges are not in the order of the others'. The island must stay where it is.
bool ppo_solver_add(ppo_solver *solver, ppo_world *world, const ppo_island *island);

// Solves for so many rounds. With `is_impact` nothing of the last step's impulses is used, and none
// are kept. Reads and writes the bodies' velocities, and the hinges' and contacts' impulses.
void ppo_solver_run(ppo_solver *solver, float dt, int rounds, bool is_impact);

#endif
