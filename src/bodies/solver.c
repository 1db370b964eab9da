// SPDX-License-Identifier: MIT
// See solver.h. The formulas are those of Box2D's b2RevoluteJoint and b2ContactSolver, of which
// what does not change from round to round is computed once. The ground does not move, so a
// contact has one body: its normal points there whichever shape is Box2D's first, since exchanging
// the two changes signs only.
#include "bodies/solver.h"

#include "bodies/polygon.h"

#include <string.h>

#define MAX_CONDITION 1000.0f // of two points' matrix; above it the second point is left out

void ppo_solver_begin(ppo_solver *solver)
{
    solver->num_lanes = solver->num_rows = 0;
    memset(solver->rows_of, 0, sizeof solver->rows_of);
}

static bool has_same_order(const ppo_solver *s, const ppo_world *world, const ppo_island *island)
{
    const ppo_world *first_world = s->world[0];
    const ppo_island *first = s->island[0];
    if (first->num_bodies != island->num_bodies || first->num_hinges != island->num_hinges ||
        memcmp(first->body, island->body, sizeof island->body) != 0 ||
        memcmp(first->hinge, island->hinge, sizeof island->hinge) != 0)
        return false;
    for (int i = 0; i < island->num_hinges; i++) {
        const ppo_hinge *h = &world->hinge[island->hinge[i]];
        const ppo_hinge *other = &first_world->hinge[island->hinge[i]];
        if (h->a != other->a || h->b != other->b)
            return false;
    }
    return true;
}

bool ppo_solver_add(ppo_solver *solver, ppo_world *world, const ppo_island *island)
{
    int rows = 0;
    if (solver->num_lanes == PPO_LANE_COUNT)
        return false;
    if (solver->num_lanes > 0 && !has_same_order(solver, world, island))
        return false;
    for (int i = 0; i < island->num_bodies; i++) {
        const int most = solver->rows_of[i];
        rows += island->contacts_of[i] > most ? island->contacts_of[i] : most;
    }
    if (rows > PPO_SOLVER_ROWS)
        return false;
    for (int i = 0; i < island->num_bodies; i++)
        if (island->contacts_of[i] > solver->rows_of[i])
            solver->rows_of[i] = island->contacts_of[i];
    solver->num_rows = rows;
    solver->num_bodies = island->num_bodies;
    solver->num_hinges = island->num_hinges;
    solver->world[solver->num_lanes] = world;
    solver->island[solver->num_lanes++] = island;
    return true;
}

// --- what an island's lane begins with ----------------------------------------------------------

// One contact's constraint. Box2D: InitializeVelocityConstraints, without restitution.
static void load_contact(ppo_contact_lanes *row, int lane, const ppo_world *world,
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
        p->x[lane] = r.x;
        p->y[lane] = r.y;
        p->normal_mass[lane] = 1.0f / (mass + inertia * rn[j] * rn[j]);
        p->tangent_mass[lane] = 1.0f / (mass + inertia * rt * rt);
        p->normal[lane] = warm * m->point[j].normal_impulse;
        p->tangent[lane] = warm * m->point[j].tangent_impulse;
    }
    if (count == 2) {
        const float k11 = mass + inertia * rn[0] * rn[0], k22 = mass + inertia * rn[1] * rn[1];
        const float k12 = mass + inertia * rn[0] * rn[1];
        if (k11 * k11 < MAX_CONDITION * (k11 * k22 - k12 * k12)) {
            float det = k11 * k22 - k12 * k12;
            if (det != 0.0f)
                det = 1.0f / det;
            row->k11[lane] = k11;
            row->k12[lane] = k12;
            row->k22[lane] = k22;
            row->inv11[lane] = det * k22;
            row->inv12[lane] = -det * k12;
            row->inv22[lane] = det * k11;
        } else {
            count = 1;
        }
    }
    row->inv_mass[lane] = mass;
    row->inv_inertia[lane] = inertia;
    row->nx[lane] = normal.x;
    row->ny[lane] = normal.y;
    row->friction[lane] = contact->friction;
    row->is_there = ppo_lane_mask_with(row->is_there, lane);
    if (count == 2)
        row->has_two = ppo_lane_mask_with(row->has_two, lane);
    row->any_two = row->any_two || count == 2;
    row->all_two = row->all_two && count == 2;
}

// A body's velocity from the impulses of its contact in the last step.
static void warm_contact(const ppo_contact_lanes *row, int lane, ppo_body *body)
{
    const ppo_vec2 normal = {row->nx[lane], row->ny[lane]}, tangent = ppo_vec_right(normal);
    for (int j = 0; j < (ppo_lane_mask_has(row->has_two, lane) ? 2 : 1); j++) {
        const ppo_point_lanes *p = &row->point[j];
        const ppo_vec2 impulse = ppo_vec_add(ppo_vec_scale(p->normal[lane], normal),
                                             ppo_vec_scale(p->tangent[lane], tangent));
        const ppo_vec2 r = {p->x[lane], p->y[lane]};
        body->omega += body->inv_inertia * ppo_vec_cross(r, impulse);
        body->velocity = ppo_vec_add(body->velocity, ppo_vec_scale(body->inv_mass, impulse));
    }
}

// Which limit a hinge stands at. An impulse of the limit is kept as long as it is the same one.
static void update_limit(ppo_hinge *h, float angle)
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
static void load_hinge(ppo_hinge_lanes *lanes, int lane, ppo_world *world, ppo_hinge *h, float dt,
                       float warm)
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

    lanes->inv_mass_a[lane] = ma;
    lanes->inv_mass_b[lane] = mb;
    lanes->inv_inertia_a[lane] = ia;
    lanes->inv_inertia_b[lane] = ib;
    lanes->ax[lane] = ra.x;
    lanes->ay[lane] = ra.y;
    lanes->bx[lane] = rb.x;
    lanes->by[lane] = rb.y;
    lanes->k11[lane] = k11;
    lanes->k12[lane] = k12;
    lanes->k22[lane] = k22;
    lanes->k13[lane] = k13;
    lanes->k23[lane] = k23;
    lanes->k33[lane] = k33;
    lanes->cross_x[lane] = cx;
    lanes->cross_y[lane] = cy;
    lanes->cross_z[lane] = cz;
    lanes->inv_det3[lane] = det3;
    lanes->inv_det2[lane] = det2;
    lanes->motor_mass[lane] = k33 > 0.0f ? 1.0f / k33 : k33;
    lanes->motor_speed[lane] = h->motor_speed;
    lanes->motor_max[lane] = dt * h->motor_torque;
    lanes->x[lane] = h->impulse[0];
    lanes->y[lane] = h->impulse[1];
    lanes->z[lane] = h->impulse[2];
    lanes->motor[lane] = h->motor_impulse;
    if (h->limit != PPO_LIMIT_NONE)
        lanes->is_limited = ppo_lane_mask_with(lanes->is_limited, lane);
    if (h->limit == PPO_LIMIT_UPPER)
        lanes->is_upper = ppo_lane_mask_with(lanes->is_upper, lane);
    lanes->any_limited = lanes->any_limited || h->limit != PPO_LIMIT_NONE;
}

static int place_of(const ppo_island *island, int body)
{
    int place = 0;
    while (island->body[place] != body)
        place++;
    return place;
}

static void load(ppo_solver *s, float dt, bool is_impact)
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
    for (int i = 0; i < s->num_bodies; i++)
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
            s->vx[k][lane] = body->velocity.x;
            s->vy[k][lane] = body->velocity.y;
            s->omega[k][lane] = body->omega;
        }
    }
}

static void store(const ppo_solver *s, bool is_impact)
{
    for (int lane = 0; lane < s->num_lanes; lane++) {
        ppo_world *world = s->world[lane];
        const ppo_island *island = s->island[lane];
        for (int k = 0; k < s->num_bodies; k++) {
            ppo_body *body = &world->body[island->body[k]];
            body->velocity = (ppo_vec2){s->vx[k][lane], s->vy[k][lane]};
            body->omega = s->omega[k][lane];
        }
        if (is_impact)
            continue;
        for (int i = 0; i < s->num_hinges; i++) {
            ppo_hinge *h = &world->hinge[island->hinge[i]];
            h->impulse[0] = s->hinge[i].x[lane];
            h->impulse[1] = s->hinge[i].y[lane];
            h->impulse[2] = s->hinge[i].z[lane];
            h->motor_impulse = s->hinge[i].motor[lane];
        }
        for (int k = 0, next = 0; k < s->num_bodies; k++)
            for (int i = 0; i < island->contacts_of[k]; i++) {
                const ppo_contact_lanes *c = &s->row[s->row_of[k][i]];
                ppo_manifold *m = &world->contact[island->contact[next++]].manifold;
                for (int j = 0; j < (ppo_lane_mask_has(c->has_two, lane) ? 2 : 1); j++) {
                    m->point[j].normal_impulse = c->point[j].normal[lane];
                    m->point[j].tangent_impulse = c->point[j].tangent[lane];
                }
            }
    }
}

// --- a round -------------------------------------------------------------------------------------

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

    // Both ways as far as the velocities, one of which is selected at the end: whether the limit
    // pulls is known last.
    const ppo_lane_mask limited = h->is_limited;
    const ppo_lanes cz = wb - wa, zero = {0.0f};
    const ppo_lanes k11 = h->k11, k12 = h->k12, k13 = h->k13, k22 = h->k22, k23 = h->k23;
    const ppo_lanes k33 = h->k33;
    // Cramer's rule.
    const ppo_lanes fx = -h->inv_det3 * (cx * h->cross_x + cy * h->cross_y + cz * h->cross_z);
    const ppo_lanes fy = -h->inv_det3 * (k11 * (cy * k33 - cz * k23) + k12 * (cz * k13 - cx * k33) +
                                         k13 * (cx * k23 - cy * k13));
    const ppo_lanes fz = -h->inv_det3 * (k11 * (k22 * cz - k23 * cy) + k12 * (k23 * cx - k12 * cz) +
                                         k13 * (k12 * cy - k22 * cx));
    const ppo_lanes z = h->z + fz;
    const ppo_lane_mask pulls =
        (h->is_upper & ppo_lanes_less(zero, z)) | (~h->is_upper & ppo_lanes_less(z, zero));
    const ppo_lane_mask reduced = pulls | ~limited;

    const ppo_lanes bx = ppo_lanes_select(limited, -cx + h->z * k13, -cx);
    const ppo_lanes by = ppo_lanes_select(limited, -cy + h->z * k23, -cy);
    const ppo_lanes rx = h->inv_det2 * (k22 * bx - k12 * by);
    const ppo_lanes ry = h->inv_det2 * (k11 * by - k12 * bx);
    const ppo_lanes full_a = (h->ax * fy - h->ay * fx) + fz,
                    full_b = (h->bx * fy - h->by * fx) + fz;
    const ppo_lanes turn_a = h->ax * ry - h->ay * rx, turn_b = h->bx * ry - h->by * rx;
    const ppo_lanes part_a = ppo_lanes_select(limited, turn_a + -h->z, turn_a);
    const ppo_lanes part_b = ppo_lanes_select(limited, turn_b + -h->z, turn_b);

    const ppo_lanes ma = h->inv_mass_a, mb = h->inv_mass_b;
    const ppo_lanes ia = h->inv_inertia_a, ib = h->inv_inertia_b;
    s->vx[a] = ppo_lanes_select(reduced, vax - ma * rx, vax - ma * fx);
    s->vy[a] = ppo_lanes_select(reduced, vay - ma * ry, vay - ma * fy);
    s->omega[a] = ppo_lanes_select(reduced, wa - ia * part_a, wa - ia * full_a);
    s->vx[b] = ppo_lanes_select(reduced, vbx + mb * rx, vbx + mb * fx);
    s->vy[b] = ppo_lanes_select(reduced, vby + mb * ry, vby + mb * fy);
    s->omega[b] = ppo_lanes_select(reduced, wb + ib * part_b, wb + ib * full_b);
    h->x = ppo_lanes_select(reduced, h->x + rx, h->x + fx);
    h->y = ppo_lanes_select(reduced, h->y + ry, h->y + fy);
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

// Friction at a point: at most the coefficient times the normal impulse so far.
static inline motion solve_tangent(const ppo_contact_lanes *c, const ppo_point_lanes *p, motion v,
                                   ppo_lanes *impulse)
{
    const ppo_lanes tx = c->ny, ty = -c->nx;
    const ppo_lanes vt = (v.x + -v.w * p->y) * tx + (v.y + v.w * p->x) * ty;
    const ppo_lanes most = c->friction * p->normal;
    *impulse = ppo_lanes_clamp(p->tangent + p->tangent_mass * -vt, -most, most);
    const ppo_lanes change = *impulse - p->tangent;
    const ppo_lanes px = change * tx, py = change * ty;
    return (motion){v.x + c->inv_mass * px, v.y + c->inv_mass * py,
                    v.w + c->inv_inertia * (p->x * py - p->y * px)};
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
    const ppo_lanes px = change * c->nx, py = change * c->ny;
    return (motion){v.x + c->inv_mass * px, v.y + c->inv_mass * py,
                    v.w + c->inv_inertia * (p->x * py - p->y * px)};
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

// Where a lone body and its contacts stand after a round.
typedef struct snapshot {
    ppo_lanes body[3];
    ppo_lanes impulse[PPO_ISLAND_CONTACTS][4];
} snapshot;

static void take_snapshot(snapshot *shot, const ppo_solver *s)
{
    shot->body[0] = s->vx[0];
    shot->body[1] = s->vy[0];
    shot->body[2] = s->omega[0];
    for (int i = 0; i < s->num_rows; i++) {
        const ppo_point_lanes *p = s->row[i].point;
        const ppo_lanes impulse[4] = {p[0].normal, p[0].tangent, p[1].normal, p[1].tangent};
        memcpy(shot->impulse[i], impulse, sizeof impulse);
    }
}

// Bit for bit, so that nothing that follows can differ.
static bool is_same(const snapshot *a, const snapshot *b, int num_rows)
{
    const void *const one = a, *const other = b;
    return memcmp(one, other, sizeof a->body + (size_t)num_rows * sizeof a->impulse[0]) == 0;
}

// At an impact there are no hinges, and after a dozen rounds most often nothing changes any more,
// or two states take turns: then the rest of the rounds is known.
static void run_impact(ppo_solver *s, int rounds)
{
    snapshot shot[2]; // after the round before, and the one before that
    for (int round = 0; round < rounds; round++) {
        snapshot *older = &shot[round % 2];
        for (int i = 0; i < s->num_rows; i++)
            solve_contact(s, &s->row[i]);
        snapshot now;
        take_snapshot(&now, s);
        if (round >= 2 && is_same(&now, older, s->num_rows))
            rounds = round + 1 + (rounds - round - 1) % 2;
        memcpy(older->body, now.body, sizeof now.body);
        memcpy(older->impulse, now.impulse, (size_t)s->num_rows * sizeof now.impulse[0]);
    }
}

void ppo_solver_run(ppo_solver *solver, float dt, int rounds, bool is_impact)
{
    load(solver, dt, is_impact);
    if (is_impact) {
        run_impact(solver, rounds);
    } else {
        for (int round = 0; round < rounds; round++) {
            for (int i = 0; i < solver->num_hinges; i++)
                solve_hinge(solver, &solver->hinge[i]);
            for (int i = 0; i < solver->num_rows; i++)
                solve_contact(solver, &solver->row[i]);
        }
    }
    store(solver, is_impact);
}
