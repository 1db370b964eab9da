// SPDX-License-Identifier: MIT
// One round of the solver over its hinges and contacts, for lanes of any width (lanes.h): solver.c
// and solver_alone.c include it.
#ifndef PPO_BODIES_SOLVER_ROUND_H
#define PPO_BODIES_SOLVER_ROUND_H

#include "bodies/solver_rows.h"

// Motor, then point and limit together; where the limit would pull, the point alone, without what
// the limit has given so far. Catto, "Modeling and Solving Constraints", GDC 2009.
static inline void solve_hinge(ppo_solver *s, ppo_hinge_lanes *h)
{
    const int a = h->a, b = h->b;
    ppo_lanes vax = s->vx[a], vay = s->vy[a], wa = s->omega[a];
    ppo_lanes vbx = s->vx[b], vby = s->vy[b], wb = s->omega[b];

    const ppo_lanes motor = -h->motor_mass * (wb - wa - h->motor_speed);
    const ppo_lanes new_motor = ppo_lanes_clamp(h->motor + motor, -h->motor_max, h->motor_max);
    const ppo_lanes turn = new_motor - h->motor;
    h->motor = new_motor;
    wa -= h->inv_inertia_a * turn;
    wb += h->inv_inertia_b * turn;

    const ppo_lanes cx = vbx + -wb * h->by - vax - -wa * h->ay;
    const ppo_lanes cy = vby + wb * h->bx - vay - wa * h->ax;
    if (!h->any_limited) {
        const ppo_lanes px = h->inv_det2 * (h->k22 * -cx - h->k12 * -cy);
        const ppo_lanes py = h->inv_det2 * (h->k11 * -cy - h->k12 * -cx);
        const ppo_lanes turn_a = h->ax * py - h->ay * px, turn_b = h->bx * py - h->by * px;
        h->x += px;
        h->y += py;
        s->vx[a] = vax - h->inv_mass_a * px;
        s->vy[a] = vay - h->inv_mass_a * py;
        s->omega[a] = wa - h->inv_inertia_a * turn_a;
        s->vx[b] = vbx + h->inv_mass_b * px;
        s->vy[b] = vby + h->inv_mass_b * py;
        s->omega[b] = wb + h->inv_inertia_b * turn_b;
        return;
    }

    const ppo_lane_mask limited = h->is_limited;
    const ppo_lanes cz = wb - wa, zero = {0.0f};
    const ppo_lanes k11 = h->k11, k12 = h->k12, k13 = h->k13, k22 = h->k22, k23 = h->k23;
    const ppo_lanes k33 = h->k33;
    // Cramer's rule.
    ppo_lanes px = -h->inv_det3 * (cx * h->cross_x + cy * h->cross_y + cz * h->cross_z);
    ppo_lanes py = -h->inv_det3 * (k11 * (cy * k33 - cz * k23) + k12 * (cz * k13 - cx * k33) +
                                   k13 * (cx * k23 - cy * k13));
    const ppo_lanes pz = -h->inv_det3 * (k11 * (k22 * cz - k23 * cy) + k12 * (k23 * cx - k12 * cz) +
                                         k13 * (k12 * cy - k22 * cx));
    ppo_lanes turn_a = (h->ax * py - h->ay * px) + pz, turn_b = (h->bx * py - h->by * px) + pz;
    const ppo_lanes z = h->z + pz;
    const ppo_lane_mask pulls =
        (h->is_upper & ppo_lanes_less(zero, z)) | (~h->is_upper & ppo_lanes_less(z, zero));
    const ppo_lane_mask reduced = pulls | ~limited;
    if (ppo_lane_mask_any(reduced)) {
        const ppo_lanes bx = ppo_lanes_select(limited, -cx + h->z * k13, -cx);
        const ppo_lanes by = ppo_lanes_select(limited, -cy + h->z * k23, -cy);
        const ppo_lanes rx = h->inv_det2 * (k22 * bx - k12 * by);
        const ppo_lanes ry = h->inv_det2 * (k11 * by - k12 * bx);
        const ppo_lanes ra = h->ax * ry - h->ay * rx, rb = h->bx * ry - h->by * rx;
        px = ppo_lanes_select(reduced, rx, px);
        py = ppo_lanes_select(reduced, ry, py);
        turn_a = ppo_lanes_select(reduced, ppo_lanes_select(limited, ra + -h->z, ra), turn_a);
        turn_b = ppo_lanes_select(reduced, ppo_lanes_select(limited, rb + -h->z, rb), turn_b);
    }
    s->vx[a] = vax - h->inv_mass_a * px;
    s->vy[a] = vay - h->inv_mass_a * py;
    s->omega[a] = wa - h->inv_inertia_a * turn_a;
    s->vx[b] = vbx + h->inv_mass_b * px;
    s->vy[b] = vby + h->inv_mass_b * py;
    s->omega[b] = wb + h->inv_inertia_b * turn_b;
    h->x += px;
    h->y += py;
    h->z = ppo_lanes_select(limited, ppo_lanes_select(pulls, zero, z), h->z);
}

// A body's velocity in the lanes, as a contact's row changes it.
typedef struct motion {
    ppo_lanes x, y, w;
} motion;

static inline motion selected(ppo_lane_mask mask, motion yes, motion no)
{
    return (motion){ppo_lanes_select(mask, yes.x, no.x), ppo_lanes_select(mask, yes.y, no.y),
                    ppo_lanes_select(mask, yes.w, no.w)};
}

// The velocity after an impulse (px, py) at a contact's point.
static inline motion pushed(const ppo_contact_lanes *c, const ppo_point_lanes *p, motion v,
                            ppo_lanes px, ppo_lanes py)
{
    return (motion){v.x + c->inv_mass * px, v.y + c->inv_mass * py,
                    v.w + c->inv_inertia * (p->x * py - p->y * px)};
}

// Friction at a point: at most the coefficient times the normal impulse so far.
static inline motion solve_tangent(const ppo_contact_lanes *c, const ppo_point_lanes *p, motion v,
                                   ppo_lanes *impulse)
{
    const ppo_lanes tx = c->ny, ty = -c->nx;
    const ppo_lanes vt = (v.x + -v.w * p->y) * tx + (v.y + v.w * p->x) * ty;
    const ppo_lanes most = c->friction * p->normal;
    *impulse = ppo_lanes_clamp(p->tangent + p->tangent_mass * -vt, -most, most);
    const ppo_lanes change = *impulse - p->tangent;
    return pushed(c, p, v, change * tx, change * ty);
}

static inline ppo_lanes normal_speed(const ppo_contact_lanes *c, const ppo_point_lanes *p, motion v)
{
    return (v.x + -v.w * p->y) * c->nx + (v.y + v.w * p->x) * c->ny;
}

static inline motion solve_normal(const ppo_contact_lanes *c, motion v, ppo_lanes *impulse)
{
    const ppo_point_lanes *p = &c->point[0];
    const ppo_lanes zero = {0.0f};
    *impulse = ppo_lanes_max(p->normal + -p->normal_mass * normal_speed(c, p, v), zero);
    const ppo_lanes change = *impulse - p->normal;
    return pushed(c, p, v, change * c->nx, change * c->ny);
}

// Two points at once: the linear complementarity problem v = K x + b with v, x >= 0 and v x = 0, by
// trying its four cases; where none fits, nothing changes. Box2D: the block solver of
// b2ContactSolver.
static inline motion solve_two_normals(const ppo_contact_lanes *c, motion v, ppo_lanes impulse[2])
{
    const ppo_point_lanes *p = &c->point[0], *q = &c->point[1];
    const ppo_lanes zero = {0.0f}, a1 = p->normal, a2 = q->normal;
    const ppo_lanes b1 = normal_speed(c, p, v) - (c->k11 * a1 + c->k12 * a2);
    const ppo_lanes b2 = normal_speed(c, q, v) - (c->k12 * a1 + c->k22 * a2);
    const ppo_lanes both1 = -(c->inv11 * b1 + c->inv12 * b2);
    const ppo_lanes both2 = -(c->inv12 * b1 + c->inv22 * b2);
    const ppo_lanes first = -p->normal_mass * b1, second = -q->normal_mass * b2;
    const ppo_lane_mask is_both = ppo_lanes_at_least(both1, zero) & ppo_lanes_at_least(both2, zero);
    const ppo_lane_mask is_first =
        ppo_lanes_at_least(first, zero) & ppo_lanes_at_least(c->k12 * first + b2, zero);
    const ppo_lane_mask is_second =
        ppo_lanes_at_least(second, zero) & ppo_lanes_at_least(c->k12 * second + b1, zero);
    const ppo_lane_mask is_none = ppo_lanes_at_least(b1, zero) & ppo_lanes_at_least(b2, zero);
    const ppo_lanes x1 = ppo_lanes_select(is_both, both1, ppo_lanes_select(is_first, first, zero));
    const ppo_lanes x2 = ppo_lanes_select(
        is_both, both2,
        ppo_lanes_select(is_first, zero, ppo_lanes_select(is_second, second, zero)));
    const ppo_lane_mask fits = is_both | is_first | is_second | is_none;
    impulse[0] = ppo_lanes_select(fits, x1, a1);
    impulse[1] = ppo_lanes_select(fits, x2, a2);
    const ppo_lanes d1 = x1 - a1, d2 = x2 - a2;
    const ppo_lanes p1x = d1 * c->nx, p1y = d1 * c->ny, p2x = d2 * c->nx, p2y = d2 * c->ny;
    const motion changed = {v.x + c->inv_mass * (p1x + p2x), v.y + c->inv_mass * (p1y + p2y),
                            v.w + c->inv_inertia *
                                      ((p->x * p1y - p->y * p1x) + (q->x * p2y - q->y * p2x))};
    return selected(fits, changed, v);
}

static inline void solve_contact(ppo_solver *s, ppo_contact_lanes *c)
{
    const motion before = {s->vx[c->body], s->vy[c->body], s->omega[c->body]};
    ppo_point_lanes *p = &c->point[0], *q = &c->point[1];
    ppo_lanes impulse, pair[2];
    motion v = solve_tangent(c, p, before, &impulse);
    p->tangent = ppo_lanes_select(c->is_there, impulse, p->tangent);
    if (c->any_two) {
        const motion with_two = solve_tangent(c, q, v, &impulse);
        v = selected(c->has_two, with_two, v);
        q->tangent = ppo_lanes_select(c->has_two, impulse, q->tangent);
    }
    motion one = v, two = v;
    impulse = pair[0] = pair[1] = p->normal;
    if (!c->all_two)
        one = solve_normal(c, v, &impulse);
    if (c->any_two) {
        two = solve_two_normals(c, v, pair);
        q->normal = ppo_lanes_select(c->has_two, pair[1], q->normal);
    }
    p->normal =
        ppo_lanes_select(c->is_there, ppo_lanes_select(c->has_two, pair[0], impulse), p->normal);
    v = selected(c->is_there, selected(c->has_two, two, one), before);
    s->vx[c->body] = v.x;
    s->vy[c->body] = v.y;
    s->omega[c->body] = v.w;
}

static inline void solve_round(ppo_solver *s)
{
    for (int i = 0; i < s->num_hinges; i++)
        solve_hinge(s, &s->hinge[i]);
    for (int i = 0; i < s->num_rows; i++)
        solve_contact(s, &s->row[i]);
}

#endif
