// SPDX-License-Identifier: MIT
// Convex polygons: their hull in Box2D's order of corners, their normals, mass and boxes.
//
// Workload: when a world is made. Owns nothing.
#ifndef PPO_BODIES_POLYGON_H
#define PPO_BODIES_POLYGON_H

#include "bodies/world.h"

// Half the skin that keeps shapes apart, and how deep they may sink into it (m).
#define PPO_LINEAR_SLOP    0.005f
#define PPO_POLYGON_RADIUS (2.0f * PPO_LINEAR_SLOP)

typedef struct ppo_mass {
    float mass;
    ppo_vec2 center;
    float inertia; // about the origin
} ppo_mass;

// The hull of 3 to PPO_MAX_CORNERS points.
void ppo_polygon_hull(ppo_polygon *polygon, const ppo_vec2 *point, int num_points);
void ppo_polygon_box(ppo_polygon *polygon, float half_width, float half_height);

ppo_mass ppo_polygon_mass(const ppo_polygon *polygon, float density);

// The box around corners in the world, with the skin.
ppo_box ppo_corners_box(const ppo_vec2 *corner, int num_corners);

#endif
