// SPDX-License-Identifier: MIT
// What a solver works on: the constraints of islands whose bodies and hinges have the same order,
// each in a lane, and how they are taken from their worlds and given back. For lanes of any width
// (lanes.h): solver.c and solver_alone.c include it.
//
// The formulas are those of Box2D's b2RevoluteJoint and b2ContactSolver, of which what does not
// change from round to round is computed once. The ground does not move, so a contact has one body:
// its normal points there whichever shape is Box2D's first, since exchanging the two changes signs
// only.
#ifndef PPO_BODIES_SOLVER_ROWS_H
#define PPO_BODIES_SOLVER_ROWS_H

#include "bodies/island.h"
#include "bodies/lanes.h"
#include "bodies/polygon.h"

#include <string.h>

enum { PPO_SOLVER_ROWS = 40 }; // at least PPO_ISLAND_CONTACTS

#define MAX_CONDITION 1000.0f // of two points' matrix; above it the second point is left out

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

// --- which islands -------------------------------------------------------------------------------

// Takes an island into the next lane, whose bodies and hinges are in the order of the first one's;
// false if there is no room for it. Worlds and islands must stay where they are.
static inline bool add(ppo_solver *s, ppo_world *world, const ppo_island *island)
{
    int rows = 0;
    if (s->num_lanes == PPO_LANE_COUNT)
        return false;
    for (int i = 0; i < island->num_bodies; i++) {
        const int most = s->rows_of[i];
        rows += island->contacts_of[i] > most ? island->contacts_of[i] : most;
    }
    if (rows > PPO_SOLVER_ROWS)
        return false;
    for (int i = 0; i < island->num_bodies; i++)
        if (island->contacts_of[i] > s->rows_of[i])
            s->rows_of[i] = island->contacts_of[i];
    s->num_rows = rows;
    s->world[s->num_lanes] = world;
    s->island[s->num_lanes++] = island;
    return true;
}

// A solver with this island in its first lane.
static inline void begin(ppo_solver *s, ppo_world *world, const ppo_island *island)
{
    memset(s->rows_of, 0, sizeof s->rows_of);
    memset(s->row_of, 0, sizeof s->row_of);
    s->num_bodies = island->num_bodies;
    s->num_hinges = island->num_hinges;
    s->num_rows = island->num_contacts;
    for (int i = 0; i < island->num_bodies; i++)
        s->rows_of[i] = island->contacts_of[i];
    s->world[0] = world;
    s->island[0] = island;
    s->num_lanes = 1;
}

// --- what an island's lane begins with ----------------------------------------------------------

// One contact's constraint. Box2D: InitializeVelocityConstraints, without restitution.
static inline void load_contact(ppo_contact_lanes *row, int lane, const ppo_world *world,
                                const ppo_contact *contact, float warm)
{
    const ppo_body *body = &world->body[contact->body];
    const ppo_manifold *m = &contact->manifold;
    const float mass = body->inv_mass, inertia = body->inv_inertia;
    const ppo_transform at_face = m->on_body ? body->transform : ppo_identity;
    const ppo_transform at_point = m->on_body ? ppo_identity : body->transform;
    const ppo_vec2 face = ppo_rotate(at_face.q, m->normal);
    const ppo_vec2 plane = ppo_to_world(at_face, m->plane);
    const ppo_vec2 normal = m->on_body ? ppo_vec_negate(face) : face;
    const ppo_vec2 tangent = ppo_vec_right(normal);
    float rn[2] = {0.0f, 0.0f};
    int count = m->num_points;
    for (int j = 0; j < m->num_points; j++) {
        // Half way between the two skins.
        const ppo_vec2 v = ppo_to_world(at_point, m->point[j].local);
        const float depth = PPO_POLYGON_RADIUS - ppo_vec_dot(ppo_vec_sub(v, plane), face);
        const ppo_vec2 on_face = ppo_vec_add(v, ppo_vec_scale(depth, face));
        const ppo_vec2 on_point = ppo_vec_sub(v, ppo_vec_scale(PPO_POLYGON_RADIUS, face));
        const ppo_vec2 middle = ppo_vec_scale(0.5f, ppo_vec_add(on_face, on_point));
        const ppo_vec2 r = ppo_vec_sub(middle, body->sweep.c);
        rn[j] = ppo_vec_cross(r, normal);
        const float rt = ppo_vec_cross(r, tangent);
        ppo_point_lanes *p = &row->point[j];
        PPO_LANE(p->x, lane) = r.x;
        PPO_LANE(p->y, lane) = r.y;
        PPO_LANE(p->normal_mass, lane) = 1.0f / (mass + inertia * rn[j] * rn[j]);
        PPO_LANE(p->tangent_mass, lane) = 1.0f / (mass + inertia * rt * rt);
        PPO_LANE(p->normal, lane) = warm * m->point[j].normal_impulse;
        PPO_LANE(p->tangent, lane) = warm * m->point[j].tangent_impulse;
    }
    if (count == 2) {
        const float k11 = mass + inertia * rn[0] * rn[0], k22 = mass + inertia * rn[1] * rn[1];
        const float k12 = mass + inertia * rn[0] * rn[1];
        if (k11 * k11 < MAX_CONDITION * (k11 * k22 - k12 * k12)) {
            float det = k11 * k22 - k12 * k12;
            if (det != 0.0f)
                det = 1.0f / det;
            PPO_LANE(row->k11, lane) = k11;
            PPO_LANE(row->k12, lane) = k12;
            PPO_LANE(row->k22, lane) = k22;
            PPO_LANE(row->inv11, lane) = det * k22;
            PPO_LANE(row->inv12, lane) = -det * k12;
            PPO_LANE(row->inv22, lane) = det * k11;
        } else {
            count = 1;
        }
    }
    PPO_LANE(row->inv_mass, lane) = mass;
    PPO_LANE(row->inv_inertia, lane) = inertia;
    PPO_LANE(row->nx, lane) = normal.x;
    PPO_LANE(row->ny, lane) = normal.y;
    PPO_LANE(row->friction, lane) = contact->friction;
    row->is_there = ppo_lane_mask_with(row->is_there, lane);
    if (count == 2)
        row->has_two = ppo_lane_mask_with(row->has_two, lane);
    row->any_two = row->any_two || count == 2;
    row->all_two = row->all_two && count == 2;
}

// A body's velocity from the impulses of its contact in the last step.
static inline void warm_contact(const ppo_contact_lanes *row, int lane, ppo_body *body)
{
    const ppo_vec2 normal = {PPO_LANE(row->nx, lane), PPO_LANE(row->ny, lane)},
                   tangent = ppo_vec_right(normal);
    for (int j = 0; j < (ppo_lane_mask_has(row->has_two, lane) ? 2 : 1); j++) {
        const ppo_point_lanes *p = &row->point[j];
        const ppo_vec2 impulse = ppo_vec_add(ppo_vec_scale(PPO_LANE(p->normal, lane), normal),
                                             ppo_vec_scale(PPO_LANE(p->tangent, lane), tangent));
        const ppo_vec2 r = {PPO_LANE(p->x, lane), PPO_LANE(p->y, lane)};
        body->omega += body->inv_inertia * ppo_vec_cross(r, impulse);
        body->velocity = ppo_vec_add(body->velocity, ppo_vec_scale(body->inv_mass, impulse));
    }
}

// Which limit a hinge stands at. An impulse of the limit is kept as long as it is the same one.
static inline void update_limit(ppo_hinge *h, float angle)
{
    const int32_t limit = angle <= h->lower   ? PPO_LIMIT_LOWER
                          : angle >= h->upper ? PPO_LIMIT_UPPER
                                              : PPO_LIMIT_NONE;
    if (limit != h->limit || limit == PPO_LIMIT_NONE)
        h->impulse[2] = 0.0f;
    h->limit = limit;
}

// One hinge's constraint, and the velocities from its impulses in the last step. The point and the
// limit are solved together: K = J M^-1 J^T with the rows x, y and angle. Box2D:
// InitVelocityConstraints.
static inline void load_hinge(ppo_hinge_lanes *lanes, int lane, ppo_world *world, ppo_hinge *h,
                              float dt, float warm)
{
    ppo_body *a = &world->body[h->a], *b = &world->body[h->b];
    const float ma = a->inv_mass, mb = b->inv_mass, ia = a->inv_inertia, ib = b->inv_inertia;
    const ppo_vec2 ra = ppo_rotate(a->transform.q, ppo_vec_sub(h->anchor_a, a->sweep.local_center));
    const ppo_vec2 rb = ppo_rotate(b->transform.q, ppo_vec_sub(h->anchor_b, b->sweep.local_center));
    const float k11 = ma + mb + ra.y * ra.y * ia + rb.y * rb.y * ib;
    const float k12 = -ra.y * ra.x * ia - rb.y * rb.x * ib;
    const float k13 = -ra.y * ia - rb.y * ib;
    const float k22 = ma + mb + ra.x * ra.x * ia + rb.x * rb.x * ib;
    const float k23 = ra.x * ia + rb.x * ib;
    const float k33 = ia + ib;
    const float cx = k22 * k33 - k23 * k23, cy = k23 * k13 - k12 * k33, cz = k12 * k23 - k22 * k13;
    float det3 = k11 * cx + k12 * cy + k13 * cz, det2 = k11 * k22 - k12 * k12;
    if (det3 != 0.0f)
        det3 = 1.0f / det3;
    if (det2 != 0.0f)
        det2 = 1.0f / det2;

    update_limit(h, b->sweep.a - a->sweep.a - h->reference_angle);
    for (int i = 0; i < 3; i++)
        h->impulse[i] *= warm;
    h->motor_impulse *= warm;
    const ppo_vec2 p = {h->impulse[0], h->impulse[1]};
    a->velocity = ppo_vec_sub(a->velocity, ppo_vec_scale(ma, p));
    a->omega -= ia * (ppo_vec_cross(ra, p) + h->motor_impulse + h->impulse[2]);
    b->velocity = ppo_vec_add(b->velocity, ppo_vec_scale(mb, p));
    b->omega += ib * (ppo_vec_cross(rb, p) + h->motor_impulse + h->impulse[2]);

    PPO_LANE(lanes->inv_mass_a, lane) = ma;
    PPO_LANE(lanes->inv_mass_b, lane) = mb;
    PPO_LANE(lanes->inv_inertia_a, lane) = ia;
    PPO_LANE(lanes->inv_inertia_b, lane) = ib;
    PPO_LANE(lanes->ax, lane) = ra.x;
    PPO_LANE(lanes->ay, lane) = ra.y;
    PPO_LANE(lanes->bx, lane) = rb.x;
    PPO_LANE(lanes->by, lane) = rb.y;
    PPO_LANE(lanes->k11, lane) = k11;
    PPO_LANE(lanes->k12, lane) = k12;
    PPO_LANE(lanes->k22, lane) = k22;
    PPO_LANE(lanes->k13, lane) = k13;
    PPO_LANE(lanes->k23, lane) = k23;
    PPO_LANE(lanes->k33, lane) = k33;
    PPO_LANE(lanes->cross_x, lane) = cx;
    PPO_LANE(lanes->cross_y, lane) = cy;
    PPO_LANE(lanes->cross_z, lane) = cz;
    PPO_LANE(lanes->inv_det3, lane) = det3;
    PPO_LANE(lanes->inv_det2, lane) = det2;
    PPO_LANE(lanes->motor_mass, lane) = k33 > 0.0f ? 1.0f / k33 : k33;
    PPO_LANE(lanes->motor_speed, lane) = h->motor_speed;
    PPO_LANE(lanes->motor_max, lane) = dt * h->motor_torque;
    PPO_LANE(lanes->x, lane) = h->impulse[0];
    PPO_LANE(lanes->y, lane) = h->impulse[1];
    PPO_LANE(lanes->z, lane) = h->impulse[2];
    PPO_LANE(lanes->motor, lane) = h->motor_impulse;
    if (h->limit != PPO_LIMIT_NONE)
        lanes->is_limited = ppo_lane_mask_with(lanes->is_limited, lane);
    if (h->limit == PPO_LIMIT_UPPER)
        lanes->is_upper = ppo_lane_mask_with(lanes->is_upper, lane);
    lanes->any_limited = lanes->any_limited || h->limit != PPO_LIMIT_NONE;
}

static inline int place_of(const ppo_island *island, int body)
{
    int place = 0;
    while (island->body[place] != body)
        place++;
    return place;
}

static inline void load(ppo_solver *s, float dt, bool is_impact)
{
    memset(s->hinge, 0, (size_t)s->num_hinges * sizeof s->hinge[0]);
    memset(s->row, 0, (size_t)s->num_rows * sizeof s->row[0]);
    // The bodies' first contacts, then their second ones, ...: those of different bodies have
    // nothing to do with each other, so that the processor can work on several at a time.
    for (int i = 0, row = 0; row < s->num_rows; i++)
        for (int k = 0; k < s->num_bodies; k++)
            if (i < s->rows_of[k]) {
                s->row[row].body = k;
                s->row[row].all_two = true;
                s->row_of[k][i] = (int16_t)row++;
            }
    for (int i = 0; i < PPO_MAX_BODIES; i++)
        s->vx[i] = s->vy[i] = s->omega[i] = (ppo_lanes){0.0f};

    for (int lane = 0; lane < s->num_lanes; lane++) {
        ppo_world *world = s->world[lane];
        const ppo_island *island = s->island[lane];
        const float warm = is_impact ? 0.0f : world->last_inv_dt * dt;
        for (int k = 0, next = 0; k < s->num_bodies; k++)
            for (int i = 0; i < island->contacts_of[k]; i++) {
                ppo_contact_lanes *row = &s->row[s->row_of[k][i]];
                const ppo_contact *c = &world->contact[island->contact[next++]];
                load_contact(row, lane, world, c, warm);
                if (!is_impact)
                    warm_contact(row, lane, &world->body[c->body]);
            }
        for (int i = 0; i < s->num_hinges; i++) {
            ppo_hinge *h = &world->hinge[island->hinge[i]];
            s->hinge[i].a = place_of(island, h->a);
            s->hinge[i].b = place_of(island, h->b);
            load_hinge(&s->hinge[i], lane, world, h, dt, warm);
        }
        for (int k = 0; k < s->num_bodies; k++) {
            const ppo_body *body = &world->body[island->body[k]];
            PPO_LANE(s->vx[k], lane) = body->velocity.x;
            PPO_LANE(s->vy[k], lane) = body->velocity.y;
            PPO_LANE(s->omega[k], lane) = body->omega;
        }
    }
}

static inline void store(const ppo_solver *s, bool is_impact)
{
    for (int lane = 0; lane < s->num_lanes; lane++) {
        ppo_world *world = s->world[lane];
        const ppo_island *island = s->island[lane];
        for (int k = 0; k < s->num_bodies; k++) {
            ppo_body *body = &world->body[island->body[k]];
            body->velocity = (ppo_vec2){PPO_LANE(s->vx[k], lane), PPO_LANE(s->vy[k], lane)};
            body->omega = PPO_LANE(s->omega[k], lane);
        }
        if (is_impact)
            continue;
        for (int i = 0; i < s->num_hinges; i++) {
            ppo_hinge *h = &world->hinge[island->hinge[i]];
            h->impulse[0] = PPO_LANE(s->hinge[i].x, lane);
            h->impulse[1] = PPO_LANE(s->hinge[i].y, lane);
            h->impulse[2] = PPO_LANE(s->hinge[i].z, lane);
            h->motor_impulse = PPO_LANE(s->hinge[i].motor, lane);
        }
        for (int k = 0, next = 0; k < s->num_bodies; k++)
            for (int i = 0; i < island->contacts_of[k]; i++) {
                const ppo_contact_lanes *c = &s->row[s->row_of[k][i]];
                ppo_manifold *m = &world->contact[island->contact[next++]].manifold;
                for (int j = 0; j < (ppo_lane_mask_has(c->has_two, lane) ? 2 : 1); j++) {
                    m->point[j].normal_impulse = PPO_LANE(c->point[j].normal, lane);
                    m->point[j].tangent_impulse = PPO_LANE(c->point[j].tangent, lane);
                }
            }
    }
}

#endif
