// SPDX-License-Identifier: MIT
// A balanced binary tree of boxes, by which pairs of shapes that may touch are found. Leaves are a
// little larger than their shapes, so that most movements leave the tree as it is (Catto, "Dynamic
// Bounding Volume Hierarchies", GDC 2019; Box2D's b2DynamicTree).
//
// The order in which contacts come to exist is that of the leaves' numbers, so nodes are numbered,
// freed and used again as in Box2D.
//
// Workload: an insertion 0.2 us; 260 of them when a world is made, 1 in some steps. Lives in the
// world's slots.
#ifndef PPO_BODIES_TREE_H
#define PPO_BODIES_TREE_H

#include "bodies/world.h"

enum { PPO_NO_NODE = -1 };

static inline ppo_node *ppo_tree_node(ppo_world *world, int index)
{
    return &world->slot[index / 2].node[index % 2];
}

static inline const ppo_node *ppo_tree_peek(const ppo_world *world, int index)
{
    return &world->slot[index / 2].node[index % 2];
}

static inline bool ppo_box_overlaps(const ppo_box *a, const ppo_box *b)
{
    return !(b->lower.x - a->upper.x > 0.0f || b->lower.y - a->upper.y > 0.0f ||
             a->lower.x - b->upper.x > 0.0f || a->lower.y - b->upper.y > 0.0f);
}

static inline ppo_box ppo_box_union(const ppo_box *a, const ppo_box *b)
{
    return (ppo_box){ppo_vec_min(a->lower, b->lower), ppo_vec_max(a->upper, b->upper)};
}

// Nodes that the world has room for.
static inline int ppo_tree_capacity(const ppo_world *world)
{
    return 2 * (world->max_ground + PPO_MAX_BODIES);
}

void ppo_tree_init(ppo_world *world);

// A leaf around a box, with a margin. Returns its number.
int ppo_tree_insert(ppo_world *world, const ppo_box *box, int proxy);
void ppo_tree_remove(ppo_world *world, int leaf);

// Moves a leaf if the box has left it: to where it is, and on by twice the displacement. Returns
// whether it did.
bool ppo_tree_move(ppo_world *world, int leaf, const ppo_box *box, ppo_vec2 displacement);

// The pieces of ground whose leaves overlap the box, at most PPO_MAX_GROUND; in no order.
int ppo_tree_ground_in(const ppo_world *world, const ppo_box *box, int16_t *piece);

#endif
