// SPDX-License-Identifier: MIT
// See tree.h.
#include "bodies/tree.h"

#define MARGIN    0.1f // m, around a shape
#define LOOKAHEAD 2.0f // displacements

void ppo_tree_init(ppo_world *world)
{
    const int count = ppo_tree_capacity(world);
    world->tree = (ppo_tree){.root = PPO_NO_NODE, .free_node = 0};
    for (int i = 0; i < count; i++)
        *ppo_tree_node(world, i) =
            (ppo_node){.parent = (int16_t)(i + 1 < count ? i + 1 : PPO_NO_NODE), .height = -1};
}

static int take_node(ppo_world *world)
{
    const int index = world->tree.free_node;
    ppo_node *node = ppo_tree_node(world, index);
    world->tree.free_node = node->parent;
    *node = (ppo_node){.parent = PPO_NO_NODE, .child = {PPO_NO_NODE, PPO_NO_NODE}};
    return index;
}

static void free_node(ppo_world *world, int index)
{
    *ppo_tree_node(world, index) = (ppo_node){.parent = world->tree.free_node, .height = -1};
    world->tree.free_node = (int16_t)index;
}

static bool is_leaf(const ppo_node *node)
{
    return node->child[0] == PPO_NO_NODE;
}

static float perimeter(const ppo_box *box)
{
    const float width = box->upper.x - box->lower.x, height = box->upper.y - box->lower.y;
    return 2.0f * (width + height);
}

static float perimeter_with(const ppo_box *a, const ppo_box *b)
{
    const ppo_box both = ppo_box_union(a, b);
    return perimeter(&both);
}

// Puts `node` where `child` hangs below `parent`, or at the root.
static void replace_child(ppo_world *world, int parent, int child, int node)
{
    ppo_tree_node(world, node)->parent = (int16_t)parent;
    if (parent == PPO_NO_NODE) {
        world->tree.root = (int16_t)node;
        return;
    }
    ppo_node *p = ppo_tree_node(world, parent);
    p->child[p->child[0] == child ? 0 : 1] = (int16_t)node;
}

static void refit(ppo_world *world, ppo_node *node)
{
    const ppo_node *a = ppo_tree_node(world, node->child[0]);
    const ppo_node *b = ppo_tree_node(world, node->child[1]);
    node->height = (int16_t)(1 + (a->height > b->height ? a->height : b->height));
    node->box = ppo_box_union(&a->box, &b->box);
}

// If one child of a node is higher than the other by more than 1, it takes the node's place, and
// gives its lower child to the node. Returns what stands at the place afterwards.
static int balance(ppo_world *world, int index)
{
    ppo_node *node = ppo_tree_node(world, index);
    if (is_leaf(node) || node->height < 2)
        return index;
    const int difference =
        ppo_tree_node(world, node->child[1])->height - ppo_tree_node(world, node->child[0])->height;
    if (difference >= -1 && difference <= 1)
        return index;
    const int high = difference > 1 ? 1 : 0; // child of `node` that rises
    const int risen = node->child[high];
    ppo_node *up = ppo_tree_node(world, risen);
    const int first = up->child[0], second = up->child[1];
    const bool keep_first =
        ppo_tree_node(world, first)->height > ppo_tree_node(world, second)->height;
    const int kept = keep_first ? first : second, given = keep_first ? second : first;
    replace_child(world, node->parent, index, risen);
    up->child[0] = (int16_t)index;
    up->child[1] = (int16_t)kept;
    node->parent = (int16_t)risen;
    node->child[high] = (int16_t)given;
    ppo_tree_node(world, given)->parent = (int16_t)index;
    refit(world, node);
    refit(world, up);
    return risen;
}

// From a node up to the root.
static void rebalance(ppo_world *world, int index)
{
    while (index != PPO_NO_NODE) {
        index = balance(world, index);
        ppo_node *node = ppo_tree_node(world, index);
        refit(world, node);
        index = node->parent;
    }
}

// Where a leaf costs the least by the surface area heuristic, whose areas are perimeters here.
static int best_sibling(const ppo_world *world, const ppo_box *box)
{
    int index = world->tree.root;
    for (;;) {
        const ppo_node *node = ppo_tree_peek(world, index);
        if (is_leaf(node))
            return index;
        const float with = perimeter_with(&node->box, box);
        const float here = 2.0f * with, inherited = 2.0f * (with - perimeter(&node->box));
        float below[2];
        for (int i = 0; i < 2; i++) {
            const ppo_node *child = ppo_tree_peek(world, node->child[i]);
            const float grown = perimeter_with(box, &child->box);
            below[i] = (is_leaf(child) ? grown : grown - perimeter(&child->box)) + inherited;
        }
        if (here < below[0] && here < below[1])
            return index;
        index = node->child[below[0] < below[1] ? 0 : 1];
    }
}

static void hang_leaf(ppo_world *world, int leaf)
{
    ppo_node *node = ppo_tree_node(world, leaf);
    if (world->tree.root == PPO_NO_NODE) {
        world->tree.root = (int16_t)leaf;
        node->parent = PPO_NO_NODE;
        return;
    }
    const int sibling = best_sibling(world, &node->box);
    const int parent = ppo_tree_node(world, sibling)->parent;
    const int joint = take_node(world);
    replace_child(world, parent, sibling, joint);
    ppo_node *above = ppo_tree_node(world, joint);
    above->child[0] = (int16_t)sibling;
    above->child[1] = (int16_t)leaf;
    ppo_tree_node(world, sibling)->parent = node->parent = (int16_t)joint;
    refit(world, above);
    rebalance(world, joint);
}

static void unhang_leaf(ppo_world *world, int leaf)
{
    if (leaf == world->tree.root) {
        world->tree.root = PPO_NO_NODE;
        return;
    }
    const int joint = ppo_tree_node(world, leaf)->parent;
    const ppo_node *above = ppo_tree_node(world, joint);
    const int parent = above->parent;
    replace_child(world, parent, joint, above->child[above->child[0] == leaf ? 1 : 0]);
    free_node(world, joint);
    rebalance(world, parent);
}

int ppo_tree_insert(ppo_world *world, const ppo_box *box, int proxy)
{
    const ppo_vec2 margin = {MARGIN, MARGIN};
    const int leaf = take_node(world);
    ppo_node *node = ppo_tree_node(world, leaf);
    node->box = (ppo_box){ppo_vec_sub(box->lower, margin), ppo_vec_add(box->upper, margin)};
    node->child[1] = (int16_t)proxy;
    hang_leaf(world, leaf);
    return leaf;
}

void ppo_tree_remove(ppo_world *world, int leaf)
{
    unhang_leaf(world, leaf);
    free_node(world, leaf);
}

bool ppo_tree_move(ppo_world *world, int leaf, const ppo_box *box, ppo_vec2 displacement)
{
    ppo_node *node = ppo_tree_node(world, leaf);
    const ppo_box *old = &node->box;
    if (old->lower.x <= box->lower.x && old->lower.y <= box->lower.y &&
        box->upper.x <= old->upper.x && box->upper.y <= old->upper.y)
        return false;
    unhang_leaf(world, leaf);
    const ppo_vec2 margin = {MARGIN, MARGIN}, ahead = ppo_vec_scale(LOOKAHEAD, displacement);
    ppo_box fat = {ppo_vec_sub(box->lower, margin), ppo_vec_add(box->upper, margin)};
    *(ahead.x < 0.0f ? &fat.lower.x : &fat.upper.x) += ahead.x;
    *(ahead.y < 0.0f ? &fat.lower.y : &fat.upper.y) += ahead.y;
    node->box = fat;
    hang_leaf(world, leaf);
    return true;
}

int ppo_tree_ground_in(const ppo_world *world, const ppo_box *box, int16_t *piece)
{
    int16_t stack[2 * PPO_MAX_PROXIES];
    int depth = 0, count = 0;
    if (world->tree.root != PPO_NO_NODE)
        stack[depth++] = world->tree.root;
    while (depth > 0) {
        const ppo_node *node = ppo_tree_peek(world, stack[--depth]);
        if (!ppo_box_overlaps(&node->box, box))
            continue;
        if (!is_leaf(node)) {
            stack[depth++] = node->child[0];
            stack[depth++] = node->child[1];
        } else if (node->child[1] < PPO_MAX_GROUND) {
            piece[count++] = node->child[1];
        }
    }
    return count;
}
