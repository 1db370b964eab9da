// SPDX-License-Identifier: MIT
// The distance of two convex polygons by Gilbert, Johnson and Keerthi's algorithm (1988), with
// barycentric coordinates of the simplex (Catto, "Computing Distance", GDC 2010).
//
// Workload: 0.1 to 0.3 us a call. Owns nothing.
#ifndef PPO_BODIES_DISTANCE_H
#define PPO_BODIES_DISTANCE_H

#include "bodies/plane.h"

#include <stdint.h>

typedef struct ppo_corners {
    const ppo_vec2 *corner;
    int count;
} ppo_corners;

// The corners that were closest, with which the next call of the pair begins; zeroed at first.
typedef struct ppo_simplex_cache {
    float metric; // length or area of the simplex
    int count;
    int index_a[3], index_b[3];
} ppo_simplex_cache;

// The corner that lies furthest in a direction.
int ppo_support(const ppo_corners *corners, ppo_vec2 direction);

float ppo_distance(ppo_simplex_cache *cache, const ppo_corners *a, ppo_transform at_a,
                   const ppo_corners *b, ppo_transform at_b);

#endif
