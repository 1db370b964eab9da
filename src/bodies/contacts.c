// SPDX-License-Identifier: MIT
// See contacts.h. Box2D's contact manager, whose list begins with the newest contact: here it is
// the array, read from its end.
#include "bodies/contacts.h"

#include "bodies/manifold.h"
#include "bodies/polygon.h"
#include "bodies/tree.h"

#include <string.h>

static void end_contact(ppo_world *world, int index)
{
    const ppo_contact *c = &world->contact[index];
    ppo_body *body = &world->body[c->body];
    if (c->is_touching)
        body->touches = 0;
    if (c->manifold.num_points > 0)
        ppo_body_wake(body);
    world->num_contacts--;
    const size_t behind = (size_t)(world->num_contacts - index);
    memmove(&world->contact[index], &world->contact[index + 1], behind * sizeof *c);
    memset(&world->contact[world->num_contacts], 0, sizeof *c);
}

void ppo_contact_update(ppo_world *world, ppo_contact *contact)
{
    ppo_body *body = &world->body[contact->body];
    const ppo_ground_piece *piece = &world->slot[contact->ground].piece;
    const ppo_manifold old = contact->manifold;
    ppo_manifold *m = &contact->manifold;
    if (piece->num_corners == 2)
        ppo_manifold_with_edge(m, piece, body, world->world_corner[contact->body]);
    else
        ppo_manifold_with_block(m, piece, body, contact->body_is_first);
    for (int i = 0; i < m->num_points; i++)
        for (int k = 0; k < old.num_points; k++)
            if (old.point[k].key == m->point[i].key) {
                m->point[i].normal_impulse = old.point[k].normal_impulse;
                m->point[i].tangent_impulse = old.point[k].tangent_impulse;
                break;
            }

    const bool is_touching = m->num_points > 0;
    if (is_touching != contact->is_touching) {
        ppo_body_wake(body);
        body->touches = is_touching;
        body->has_touched |= is_touching;
    }
    contact->is_touching = is_touching;
    contact->is_disabled = 0;
}

void ppo_contacts_collide(ppo_world *world)
{
    for (int i = world->num_contacts; i-- > 0;) {
        ppo_contact *c = &world->contact[i];
        const ppo_body *body = &world->body[c->body];
        if (!body->is_awake)
            continue;
        const ppo_box *box = &ppo_tree_peek(world, body->leaf)->box;
        const int leaf = world->slot[c->ground].piece.leaf;
        if (ppo_box_overlaps(box, &ppo_tree_peek(world, leaf)->box))
            ppo_contact_update(world, c);
        else
            end_contact(world, i);
    }
}

void ppo_contacts_move_leaf(ppo_world *world, int body, ppo_transform from)
{
    ppo_body *b = &world->body[body];
    ppo_vec2 corner[PPO_MAX_CORNERS];
    for (int i = 0; i < b->shape.num_corners; i++)
        corner[i] = ppo_to_world(from, b->shape.corner[i]);
    const ppo_box before = ppo_corners_box(corner, b->shape.num_corners);
    const ppo_box now = ppo_corners_box(world->world_corner[body], b->shape.num_corners);
    const ppo_box swept = ppo_box_union(&before, &now);
    const ppo_vec2 displacement = ppo_vec_sub(b->transform.p, from.p);
    if (ppo_tree_move(world, b->leaf, &swept, displacement))
        b->has_moved = 1;
}

// Two leaves that overlap, the lower number first.
typedef struct leaf_pair {
    int16_t low, high, body, ground;
} leaf_pair;

static bool comes_before(const leaf_pair *a, const leaf_pair *b)
{
    return a->low != b->low ? a->low < b->low : a->high < b->high;
}

static bool is_known(const ppo_world *world, int body, int ground)
{
    for (int i = 0; i < world->num_contacts; i++)
        if (world->contact[i].body == body && world->contact[i].ground == ground)
            return true;
    return false;
}

static void begin_pair(ppo_world *world, const leaf_pair *pair)
{
    const ppo_ground_piece *piece = &world->slot[pair->ground].piece;
    ppo_body *body = &world->body[pair->body];
    ppo_contact *c = &world->contact[world->num_contacts++];
    *c = (ppo_contact){
        .friction = sqrtf(piece->friction * body->friction),
        .ground = pair->ground,
        .body = pair->body,
        .body_is_first = piece->num_corners > 2 && body->leaf < piece->leaf,
    };
    ppo_body_wake(body);
}

// In the order of their leaves' numbers. A pair for which there is no room any more, of 96, is left
// out.
void ppo_contacts_find(ppo_world *world)
{
    leaf_pair pair[PPO_MAX_CONTACTS];
    int count = 0;
    for (int b = 0; b < world->num_bodies; b++) {
        int16_t piece[PPO_MAX_GROUND];
        ppo_body *body = &world->body[b];
        if (!body->has_moved)
            continue;
        body->has_moved = 0;
        const int found = ppo_tree_ground_in(world, &ppo_tree_peek(world, body->leaf)->box, piece);
        for (int i = 0; i < found; i++) {
            const int16_t leaf = world->slot[piece[i]].piece.leaf;
            if (world->num_contacts + count == PPO_MAX_CONTACTS || is_known(world, b, piece[i]))
                continue;
            const leaf_pair new = {.low = leaf < body->leaf ? leaf : body->leaf,
                                   .high = leaf < body->leaf ? body->leaf : leaf,
                                   .body = (int16_t)b,
                                   .ground = piece[i]};
            int at = count++;
            for (; at > 0 && comes_before(&new, &pair[at - 1]); at--)
                pair[at] = pair[at - 1];
            pair[at] = new;
        }
    }
    for (int i = 0; i < count; i++)
        begin_pair(world, &pair[i]);
}
