// SPDX-License-Identifier: MIT
// See continuous.h. In the order of their times, contacts that are reached before the step's end
// stop their body there, which is moved out of the ground and goes on with what is left of the
// step, alone (Catto, "Continuous Collision", GDC 2013; Box2D's SolveTOI).
#include "bodies/continuous.h"

#include "bodies/body.h"
#include "bodies/contacts.h"
#include "bodies/impact.h"
#include "bodies/polygon.h"
#include "bodies/position.h"
#include "bodies/solver.h"

#include <string.h>

enum { MAX_IMPACTS = 8, POSITION_ROUNDS = 20 };

// How far a body may be from the ground without touching it in the step: the target of
// ppo_time_of_impact and its tolerance, and more than coordinates of 100 m are rounded by.
#define NEAR (0.00625f + 0.001f)

// Static bodies move in time only: they are brought to the time of an impact like any other.
typedef struct impacts {
    ppo_world *world;
    const ppo_body_before *before;
    float ground_alpha[PPO_MAX_GROUND]; // of the static body that begins with this piece
    uint32_t stopped; // a bit for each body that no longer comes from where it was before
} impacts;

static float *alpha_of(impacts *im, const ppo_contact *c)
{
    return &im->ground_alpha[im->world->slot[c->ground].piece.part_of];
}

// Whether all corners stay on one side of a line, further than `margin` from it.
static bool stays_beyond(const ppo_vec2 *before, const ppo_vec2 *after, int count, ppo_vec2 normal,
                         ppo_vec2 point, float margin)
{
    float least = FLT_MAX;
    for (int i = 0; i < count; i++) {
        least = ppo_min(ppo_vec_dot(normal, ppo_vec_sub(before[i], point)), least);
        least = ppo_min(ppo_vec_dot(normal, ppo_vec_sub(after[i], point)), least);
    }
    return least > margin;
}

// Whether a body that has not been stopped in this step is plainly away from a piece of ground all
// the time. Corners move on arcs, which are within the sagitta of the chord.
static bool stays_away(const impacts *im, const ppo_contact *c)
{
    const ppo_world *world = im->world;
    const ppo_body *body = &world->body[c->body];
    const ppo_ground_piece *piece = &world->slot[c->ground].piece;
    const ppo_vec2 *before = im->before[c->body].corner, *after = world->world_corner[c->body];
    const int count = body->shape.num_corners;
    const float turn = body->sweep.a - body->sweep.a0;
    const float margin = NEAR + 0.125f * turn * turn * body->reach;
    if (piece->num_corners == 2) {
        const ppo_vec2 n = piece->normal[0];
        if (stays_beyond(before, after, count, n, piece->corner[0], margin) ||
            stays_beyond(before, after, count, ppo_vec_negate(n), piece->corner[0], margin))
            return true;
    } else {
        for (int i = 0; i < piece->num_corners; i++)
            if (stays_beyond(before, after, count, piece->normal[i], piece->corner[i], margin))
                return true;
    }
    const ppo_box swept[2] = {ppo_corners_box(before, count), ppo_corners_box(after, count)};
    const ppo_box ground = ppo_corners_box(piece->corner, piece->num_corners);
    const float left = ppo_min(swept[0].lower.x, swept[1].lower.x) - ground.upper.x;
    const float right = ground.lower.x - ppo_max(swept[0].upper.x, swept[1].upper.x);
    const float below = ppo_min(swept[0].lower.y, swept[1].lower.y) - ground.upper.y;
    const float above = ground.lower.y - ppo_max(swept[0].upper.y, swept[1].upper.y);
    return ppo_max(ppo_max(left, right), ppo_max(below, above)) > margin;
}

// The time in the step at which the contact's shapes touch; 1 if they don't.
static float time_of(impacts *im, ppo_contact *c)
{
    ppo_body *body = &im->world->body[c->body];
    const ppo_ground_piece *piece = &im->world->slot[c->ground].piece;
    float *ground_alpha = alpha_of(im, c);
    if (*ground_alpha == 0.0f && body->sweep.alpha0 == 0.0f && !(im->stopped >> c->body & 1) &&
        stays_away(im, c))
        return 1.0f;
    if (*ground_alpha < body->sweep.alpha0)
        *ground_alpha = body->sweep.alpha0;
    else if (body->sweep.alpha0 < *ground_alpha)
        ppo_sweep_advance(&body->sweep, *ground_alpha);
    const float alpha0 = body->sweep.alpha0;
    const ppo_moving_corners moving = {{body->shape.corner, body->shape.num_corners}, &body->sweep};
    const ppo_moving_corners still = {{piece->corner, piece->num_corners}, NULL};
    const float t = c->body_is_first ? ppo_time_of_impact(&moving, &still)
                                     : ppo_time_of_impact(&still, &moving);
    return t < 0.0f ? 1.0f : ppo_min(alpha0 + (1.0f - alpha0) * t, 1.0f);
}

// The contact that is reached first, or -1.
static int first_impact(impacts *im)
{
    ppo_world *world = im->world;
    int first = -1;
    float least = 1.0f;
    for (int i = world->num_contacts; i-- > 0;) {
        ppo_contact *c = &world->contact[i];
        if (c->is_disabled || c->num_impacts > MAX_IMPACTS)
            continue;
        if (!c->is_timed) {
            if (!world->body[c->body].is_awake)
                continue;
            c->impact = time_of(im, c);
            c->is_timed = 1;
        }
        if (c->impact < least) {
            least = c->impact;
            first = i;
        }
    }
    return 1.0f - 10.0f * FLT_EPSILON < least ? -1 : first;
}

// Brings a body to a time in the step.
static void advance_body(ppo_world *world, int index, float alpha)
{
    ppo_sweep *sweep = &world->body[index].sweep;
    ppo_sweep_advance(sweep, alpha);
    sweep->c = sweep->c0;
    sweep->a = sweep->a0;
    ppo_body_place(world, index);
}

static bool has_ground(const ppo_world *world, const ppo_island *island, int part_of)
{
    for (int i = 0; i < island->num_contacts; i++)
        if (world->slot[world->contact[island->contact[i]].ground].piece.part_of == part_of)
            return true;
    return false;
}

// The body of a contact with all of its contacts that touch at this time, the given one first.
static void gather(ppo_island *island, impacts *im, int contact, float alpha)
{
    ppo_world *world = im->world;
    const int body = world->contact[contact].body;
    *island = (ppo_island){
        .num_bodies = 1, .num_contacts = 1, .body = {(int16_t)body}, .contact = {(int16_t)contact}};
    for (int i = world->num_contacts; i-- > 0 && island->num_contacts < PPO_ISLAND_CONTACTS;) {
        ppo_contact *c = &world->contact[i];
        if (c->body != body || i == contact)
            continue;
        float *ground_alpha = alpha_of(im, c);
        ppo_contact_update(world, c);
        if (!c->is_touching)
            continue;
        if (!has_ground(world, island, world->slot[c->ground].piece.part_of))
            *ground_alpha = alpha;
        island->contact[island->num_contacts++] = (int16_t)i;
    }
    island->contacts_of[0] = (int16_t)island->num_contacts;
}

// Lets the body go on from the impact for what is left of the step.
static void solve(ppo_world *world, const ppo_island *island, float dt, int velocity_rounds)
{
    const int index = island->body[0];
    ppo_body *body = &world->body[index];
    ppo_island_separate(world, island, POSITION_ROUNDS);
    body->sweep.c0 = body->sweep.c;
    body->sweep.a0 = body->sweep.a;
    ppo_island_solve_impact(world, island, dt, velocity_rounds);
    ppo_body_advance(body, dt);
    const ppo_transform from = body->transform;
    ppo_body_place(world, index);
    ppo_contacts_move_leaf(world, index, from);
}

void ppo_world_impacts(ppo_world *world, const ppo_body_before *before, float dt,
                       int velocity_rounds)
{
    impacts im;
    im.world = world;
    im.before = before;
    im.stopped = 0;
    memset(im.ground_alpha, 0, (size_t)world->num_ground * sizeof im.ground_alpha[0]);
    for (int i = 0; i < world->num_bodies; i++)
        world->body[i].sweep.alpha0 = 0.0f;
    for (int i = 0; i < world->num_contacts; i++) {
        world->contact[i].is_timed = 0;
        world->contact[i].num_impacts = 0;
        world->contact[i].impact = 1.0f;
    }
    for (int first = first_impact(&im); first >= 0; first = first_impact(&im)) {
        ppo_contact *c = &world->contact[first];
        ppo_body *body = &world->body[c->body];
        const float alpha = c->impact, ground_alpha = *alpha_of(&im, c);
        const ppo_sweep sweep = body->sweep;
        advance_body(world, c->body, alpha);
        *alpha_of(&im, c) = alpha;
        ppo_contact_update(world, c);
        c->is_timed = 0;
        c->num_impacts++;
        if (!c->is_touching) {
            c->is_disabled = 1;
            body->sweep = sweep;
            *alpha_of(&im, c) = ground_alpha;
            ppo_body_place(world, c->body);
            continue;
        }
        ppo_island island;
        im.stopped |= 1u << c->body;
        ppo_body_wake(body);
        gather(&island, &im, first, alpha);
        solve(world, &island, (1.0f - alpha) * dt, velocity_rounds);
        for (int i = 0; i < world->num_contacts; i++)
            if (world->contact[i].body == island.body[0])
                world->contact[i].is_timed = 0;
        ppo_contacts_find(world);
    }
}
