// SPDX-License-Identifier: MIT
// Where a body touches a piece of ground: the face of the two along which they are furthest apart,
// and up to two points of the other shape, clipped to it (Catto, "Contact Manifolds", GDC 2007).
//
// Workload: 10 to 60 ns a pair. Owns nothing.
#ifndef PPO_BODIES_MANIFOLD_H
#define PPO_BODIES_MANIFOLD_H

#include "bodies/world.h"

#define PPO_ANGULAR_SLOP (2.0f / 180.0f * 3.14159265359f)

// Writes everything but the points' impulses. `corner` are the body's in the world.
void ppo_manifold_with_edge(ppo_manifold *manifold, const ppo_ground_piece *edge,
                            const ppo_body *body, const ppo_vec2 *corner);
void ppo_manifold_with_block(ppo_manifold *manifold, const ppo_ground_piece *block,
                             const ppo_body *body, bool body_is_first);

#endif
