// SPDX-License-Identifier: MIT
// See world_check.h.
#include "bodies/world_check.h"

#include "bodies/tree.h"

#include <string.h>

#define FAR 1e6f // more than any number of a world that is simulated

static bool in_range(const float *value, size_t bytes)
{
    for (size_t i = 0; i < bytes / sizeof *value; i++)
        if (!(value[i] >= -FAR && value[i] <= FAR))
            return false;
    return true;
}

// A member that is made of floats alone: one, a vector, a polygon's corners.
#define IN_RANGE(member) in_range((const float *)&(member), sizeof(member))

static bool is_flag(uint8_t value)
{
    return value <= 1;
}

// --- the tree ------------------------------------------------------------------------------------

typedef struct visit {
    const ppo_world *world;
    uint8_t seen[2 * PPO_MAX_PROXIES];
    int num_leaves;
} visit;

static bool takes(visit *v, int index)
{
    if (index < 0 || index >= ppo_tree_capacity(v->world) || v->seen[index])
        return false;
    v->seen[index] = 1;
    return true;
}

// Whether a leaf is the one of its piece of ground or body.
static bool leaf_is_known(const ppo_world *world, const ppo_node *node, int index)
{
    const int proxy = node->child[1], body = proxy - PPO_MAX_GROUND;
    if (node->height != 0)
        return false;
    if (proxy >= 0 && proxy < world->num_ground)
        return world->slot[proxy].piece.leaf == index;
    return body >= 0 && body < world->num_bodies && world->body[body].leaf == index;
}

// The nodes below and including the root, each once; then the free ones, which are the rest.
static bool tree_is_whole(const ppo_world *world)
{
    visit v = {.world = world};
    int16_t stack[2 * PPO_MAX_PROXIES];
    int depth = 0, count = 0;
    if (!takes(&v, world->tree.root) || ppo_tree_peek(world, world->tree.root)->parent != -1)
        return false;
    stack[depth++] = world->tree.root;
    while (depth > 0) {
        const int index = stack[--depth];
        const ppo_node *node = ppo_tree_peek(world, index);
        count++;
        if (!IN_RANGE(node->box))
            return false;
        if (node->child[0] == PPO_NO_NODE) {
            v.num_leaves++;
            if (!leaf_is_known(world, node, index))
                return false;
            continue;
        }
        int height = 0;
        for (int i = 0; i < 2; i++) {
            if (!takes(&v, node->child[i]))
                return false;
            const ppo_node *child = ppo_tree_peek(world, node->child[i]);
            if (child->parent != index)
                return false;
            height = child->height >= height ? child->height + 1 : height;
            stack[depth++] = node->child[i];
        }
        if (node->height != height)
            return false;
    }
    for (int index = world->tree.free_node; index != PPO_NO_NODE; count++) {
        if (!takes(&v, index))
            return false;
        index = ppo_tree_peek(world, index)->parent;
    }
    return count == ppo_tree_capacity(world) &&
           v.num_leaves == world->num_ground + world->num_bodies;
}

// --- what stands in it
// ----------------------------------------------------------------------------

static bool piece_is_good(const ppo_world *world, int index)
{
    const ppo_ground_piece *p = &world->slot[index].piece;
    return IN_RANGE(p->corner) && IN_RANGE(p->normal) && IN_RANGE(p->centroid) &&
           p->friction >= 0.0f && p->friction <= FAR && p->num_corners >= 2 &&
           p->num_corners <= PPO_MAX_BLOCK_CORNERS && p->part_of >= 0 && p->part_of <= index;
}

static bool body_is_good(const ppo_world *world, int index)
{
    const ppo_body *b = &world->body[index];
    return IN_RANGE(b->shape.corner) && IN_RANGE(b->shape.normal) && IN_RANGE(b->shape.centroid) &&
           b->shape.num_corners >= 3 && b->shape.num_corners <= PPO_MAX_CORNERS &&
           IN_RANGE(b->transform) && IN_RANGE(b->sweep) && IN_RANGE(b->velocity) &&
           IN_RANGE(b->omega) && IN_RANGE(b->force) && IN_RANGE(b->torque) && b->inv_mass > 0.0f &&
           b->inv_mass <= FAR && b->inv_inertia > 0.0f && b->inv_inertia <= FAR &&
           b->friction >= 0.0f && b->friction <= FAR && b->sleep_time >= 0.0f &&
           b->sleep_time <= FAR && b->reach >= 0.0f && b->reach <= FAR && is_flag(b->is_awake) &&
           is_flag(b->has_moved) && is_flag(b->touches) && is_flag(b->has_touched) &&
           IN_RANGE(world->world_corner[index]);
}

static bool hinge_is_good(const ppo_world *world, const ppo_hinge *h)
{
    return IN_RANGE(h->anchor_a) && IN_RANGE(h->anchor_b) && IN_RANGE(h->reference_angle) &&
           IN_RANGE(h->lower) && IN_RANGE(h->upper) && IN_RANGE(h->motor_speed) &&
           h->motor_torque >= 0.0f && h->motor_torque <= FAR && IN_RANGE(h->impulse) &&
           IN_RANGE(h->motor_impulse) && h->limit >= PPO_LIMIT_NONE &&
           h->limit <= PPO_LIMIT_UPPER && h->a >= 0 && h->a < world->num_bodies && h->b >= 0 &&
           h->b < world->num_bodies && h->a != h->b;
}

static bool contact_is_good(const ppo_world *world, const ppo_contact *c)
{
    const ppo_manifold *m = &c->manifold;
    bool is_good = IN_RANGE(m->normal) && IN_RANGE(m->plane) && m->num_points >= 0 &&
                   m->num_points <= 2 && (m->on_body == 0 || m->on_body == 1);
    for (int i = 0; i < 2; i++)
        is_good = is_good && IN_RANGE(m->point[i].local) && IN_RANGE(m->point[i].normal_impulse) &&
                  IN_RANGE(m->point[i].tangent_impulse);
    return is_good && c->friction >= 0.0f && c->friction <= FAR && c->impact >= 0.0f &&
           c->impact <= 1.0f && c->num_impacts >= 0 && c->num_impacts <= 100 && c->ground >= 0 &&
           c->ground < world->num_ground && c->body >= 0 && c->body < world->num_bodies &&
           is_flag(c->body_is_first) && is_flag(c->is_touching) && is_flag(c->is_disabled) &&
           is_flag(c->is_timed) && c->is_touching == (m->num_points > 0);
}

const char *ppo_world_check(const ppo_world *world, const ppo_world_size *size)
{
    if (world->max_ground != size->ground || world->num_ground < size->min_ground ||
        world->num_ground > size->ground || world->num_bodies != size->bodies ||
        world->num_hinges != size->hinges || world->num_contacts < 0 ||
        world->num_contacts > PPO_MAX_CONTACTS)
        return "its world has other bodies, hinges, ground or contacts";
    if (!IN_RANGE(world->gravity) || !(world->last_inv_dt >= 0.0f && world->last_inv_dt <= FAR))
        return "its gravity or time step is out of range";
    for (int i = 0; i < world->num_ground; i++)
        if (!piece_is_good(world, i))
            return "a piece of its ground is out of range";
    for (int i = 0; i < world->num_bodies; i++)
        if (!body_is_good(world, i))
            return "one of its bodies is out of range";
    for (int i = 0; i < world->num_hinges; i++)
        if (!hinge_is_good(world, &world->hinge[i]))
            return "one of its hinges is out of range";
    for (int i = 0; i < world->num_contacts; i++)
        if (!contact_is_good(world, &world->contact[i]))
            return "one of its contacts is out of range";
    if (!tree_is_whole(world))
        return "its tree of boxes is not whole";
    return NULL;
}
