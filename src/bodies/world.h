// SPDX-License-Identifier: MIT
// Rigid bodies in a plane: convex polygons on hinges with motors and limits, which meet a ground of
// edges and blocks. The arithmetic, in value and order, is that of Box2D 2.3 as pybox2d carries it
// (docs/bodies.md names the sources of the algorithm), for the sizes of a few bodies.
//
// A world is a plain value without pointers: copy it to save it. Bodies, hinges and pieces of
// ground are numbered in the order in which they are added. Bodies meet the ground only, never one
// another, and rays see the ground only. Numbers come in as doubles and are rounded to float once.
//
// Workload: 3 to 5 bodies, 10 to 260 pieces of ground, 2 to 10 us a step; up to ppo_world_lanes()
// worlds are stepped at once. Nothing in this folder allocates, fails, or keeps anything outside
// the world. A world belongs to one thread at a time. Here are the data alone: build.h makes
// worlds, body.h pushes and asks bodies, step.h steps, rays.h looks, world_check.h checks what was
// loaded.
#ifndef PPO_BODIES_WORLD_H
#define PPO_BODIES_WORLD_H

#include "bodies/plane.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    PPO_MAX_CORNERS = 8,       // of a body's polygon
    PPO_MAX_BLOCK_CORNERS = 4, // of a piece of ground
    PPO_MAX_BODIES = 5,
    PPO_MAX_HINGES = 4,
    PPO_MAX_CONTACTS = 96, // pairs of body and ground whose boxes overlap
    PPO_MAX_GROUND = 256,  // pieces
    PPO_MAX_PROXIES = PPO_MAX_GROUND + PPO_MAX_BODIES,
};

// A box with sides parallel to the axes.
typedef struct ppo_box {
    ppo_vec2 lower, upper;
} ppo_box;

// A node of the tree of boxes (tree.h). A leaf's box belongs to a proxy: a piece of ground by its
// number, or body n as PPO_MAX_GROUND + n.
typedef struct ppo_node {
    ppo_box box;
    int16_t parent;   // of a free node: the next free one
    int16_t child[2]; // of a leaf: -1 and the proxy
    int16_t height;   // a leaf's: 0; a free node's: -1
} ppo_node;

typedef struct ppo_tree {
    int16_t root, free_node; // -1: none
} ppo_tree;

// An edge (two corners) or a convex block, in world coordinates.
typedef struct ppo_ground_piece {
    ppo_vec2 corner[PPO_MAX_BLOCK_CORNERS];
    ppo_vec2 normal[PPO_MAX_BLOCK_CORNERS]; // of the side from corner i; of an edge: normal[0]
    ppo_vec2 centroid;                      // of a block
    float friction;
    int16_t part_of; // the first piece of the same static body
    int16_t leaf;    // in the tree
    int32_t num_corners;
} ppo_ground_piece;

// A piece of ground, and nodes 2 i and 2 i + 1 of the tree: so a world with little ground is the
// beginning of this struct (ppo_world_bytes).
typedef struct ppo_slot {
    ppo_ground_piece piece;
    ppo_node node[2];
} ppo_slot;

typedef struct ppo_polygon {
    ppo_vec2 corner[PPO_MAX_CORNERS]; // counterclockwise
    ppo_vec2 normal[PPO_MAX_CORNERS]; // of the side from corner i
    ppo_vec2 centroid;
    int32_t num_corners;
} ppo_polygon;

// The motion of a centre of mass during a step: from (c0, a0) at time alpha0 to (c, a) at 1.
typedef struct ppo_sweep {
    ppo_vec2 local_center;
    ppo_vec2 c0, c;
    float a0, a;
    float alpha0;
} ppo_sweep;

typedef struct ppo_body {
    ppo_polygon shape;
    ppo_transform transform; // of the origin
    ppo_sweep sweep;
    ppo_vec2 velocity; // of the centre of mass
    float omega;
    ppo_vec2 force; // until the next step ends, as the torque
    float torque;
    float inv_mass, inv_inertia;
    float friction;
    float sleep_time;    // s, for how long it has been slow
    float reach;         // from the centre of mass to the furthest corner
    int16_t leaf;        // in the tree
    uint8_t is_awake;    // 0 or 1, as the following
    uint8_t has_moved;   // its box in the tree is new: contacts have to be looked for
    uint8_t touches;     // a contact has begun and none has ended since
    uint8_t has_touched; // anything, ever
    uint8_t unused[2];
} ppo_body;

typedef enum ppo_limit { PPO_LIMIT_NONE, PPO_LIMIT_LOWER, PPO_LIMIT_UPPER } ppo_limit;

typedef struct ppo_hinge {
    ppo_vec2 anchor_a, anchor_b; // in each body's own coordinates
    float reference_angle;       // of b against a where the joint's angle counts as 0
    float lower, upper;          // limits of the angle
    float motor_speed, motor_torque;
    float impulse[3]; // of the last step: x, y, and the limit's turn
    float motor_impulse;
    int32_t limit; // ppo_limit: which limit the joint stands at
    int16_t a, b;  // bodies
} ppo_hinge;

typedef struct ppo_manifold_point {
    ppo_vec2 local; // in the coordinates of the shape without the reference face
    float normal_impulse, tangent_impulse;
    uint32_t key; // of the corner or side that makes the point, to find it again in the next step
} ppo_manifold_point;

// Where two shapes touch: a face of one of them, and up to two points of the other.
typedef struct ppo_manifold {
    ppo_vec2 normal, plane; // of the face, and a point on it, in its shape's coordinates
    ppo_manifold_point point[2];
    int32_t num_points;
    int32_t on_body; // 1: the face is the body's; 0: the ground's
} ppo_manifold;

typedef struct ppo_contact {
    ppo_manifold manifold;
    float friction;
    float impact;        // time of impact in the step, in [0, 1], if `is_timed`
    int32_t num_impacts; // in this step
    int16_t ground;
    int16_t body;
    uint8_t body_is_first; // its leaf's number is lower than the ground's, and the ground a block
    uint8_t is_touching;
    uint8_t is_disabled; // for the rest of the step: at its time of impact it did not touch
    uint8_t is_timed;
} ppo_contact;

typedef struct ppo_world {
    ppo_vec2 gravity;
    float last_inv_dt;  // 1 / the last step's duration; 0: no step yet
    int32_t max_ground; // pieces for which there is room
    int32_t num_ground, num_bodies, num_hinges, num_contacts;
    ppo_tree tree;
    ppo_body body[PPO_MAX_BODIES];
    ppo_hinge hinge[PPO_MAX_HINGES];
    ppo_contact contact[PPO_MAX_CONTACTS];                  // the newest last
    ppo_vec2 world_corner[PPO_MAX_BODIES][PPO_MAX_CORNERS]; // of the bodies, by their transforms
    ppo_slot slot[PPO_MAX_PROXIES]; // [max_ground + PPO_MAX_BODIES] are used
} ppo_world;

// Bytes from the beginning of a world with so much room for ground that hold all of it.
#define PPO_WORLD_BYTES(max_ground) \
    (offsetof(ppo_world, slot) + ((max_ground) + PPO_MAX_BODIES) * sizeof(ppo_slot))

// Equal worlds are equal bytes.
_Static_assert(sizeof(ppo_slot) == 84 + 2 * 24, "no padding");
_Static_assert(sizeof(ppo_body) == 244, "no padding");
_Static_assert(sizeof(ppo_hinge) == 60, "no padding");
_Static_assert(sizeof(ppo_contact) == 84, "no padding");

static inline void ppo_body_wake(ppo_body *body)
{
    if (!body->is_awake) {
        body->is_awake = 1;
        body->sleep_time = 0.0f;
    }
}

#endif
