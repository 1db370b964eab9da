// SPDX-License-Identifier: MIT
// See position.h. The formulas are those of Box2D's b2RevoluteJoint, b2ContactSolver and b2Island.
#include "bodies/position.h"

#include "bodies/manifold.h"
#include "bodies/polygon.h"

#define MAX_TRANSLATION         2.0f // m a step
#define MAX_ROTATION            (0.5f * 3.14159265359f)
#define MAX_LINEAR_CORRECTION   0.2f
#define MAX_ANGULAR_CORRECTION  (8.0f / 180.0f * 3.14159265359f)
#define CORRECTION              0.2f  // share of an overlap that is corrected in a round
#define IMPACT_CORRECTION       0.75f // likewise, at a time of impact
#define TIME_TO_SLEEP           0.5f
#define LINEAR_SLEEP_TOLERANCE  0.01f // m/s
#define ANGULAR_SLEEP_TOLERANCE (2.0f / 180.0f * 3.14159265359f)

// A body's centre of mass and angle while they are corrected, and the angle's rotation.
typedef struct placement {
    ppo_vec2 c;
    float a;
    ppo_rotation q;
} placement;

static void turn(placement *p, float by)
{
    const float a = p->a + by;
    if (a != p->a)
        p->q = ppo_rotation_of(a);
    p->a = a;
}

static ppo_transform transform_of(const placement *p, const ppo_body *body)
{
    return (ppo_transform){ppo_vec_sub(p->c, ppo_rotate(p->q, body->sweep.local_center)), p->q};
}

void ppo_body_advance(ppo_body *body, float dt)
{
    const ppo_vec2 translation = ppo_vec_scale(dt, body->velocity);
    if (ppo_vec_dot(translation, translation) > MAX_TRANSLATION * MAX_TRANSLATION)
        body->velocity =
            ppo_vec_scale(MAX_TRANSLATION / ppo_vec_length(translation), body->velocity);
    const float rotation = dt * body->omega;
    if (rotation * rotation > MAX_ROTATION * MAX_ROTATION)
        body->omega *= MAX_ROTATION / ppo_abs(rotation);
    body->sweep.c = ppo_vec_add(body->sweep.c, ppo_vec_scale(dt, body->velocity));
    body->sweep.a += dt * body->omega;
}

// Moves a body along a contact's normal out of the ground. Returns the least separation.
static float correct_contact(placement *p, const ppo_body *body, const ppo_contact *contact,
                             float share, float least)
{
    const ppo_manifold *m = &contact->manifold;
    for (int j = 0; j < m->num_points; j++) {
        const ppo_transform at = transform_of(p, body);
        const ppo_transform at_face = m->on_body ? at : ppo_identity;
        const ppo_transform at_point = m->on_body ? ppo_identity : at;
        const ppo_vec2 face = ppo_rotate(at_face.q, m->normal);
        const ppo_vec2 plane = ppo_to_world(at_face, m->plane);
        const ppo_vec2 v = ppo_to_world(at_point, m->point[j].local);
        const float separation =
            ppo_vec_dot(ppo_vec_sub(v, plane), face) - PPO_POLYGON_RADIUS - PPO_POLYGON_RADIUS;
        const ppo_vec2 normal = m->on_body ? ppo_vec_negate(face) : face;
        const ppo_vec2 r = ppo_vec_sub(v, p->c);
        least = ppo_min(least, separation);
        const float c =
            ppo_clamp(share * (separation + PPO_LINEAR_SLOP), -MAX_LINEAR_CORRECTION, 0.0f);
        const float rn = ppo_vec_cross(r, normal);
        const float k = body->inv_mass + body->inv_inertia * rn * rn;
        const ppo_vec2 impulse = ppo_vec_scale(-c / k, normal);
        p->c = ppo_vec_add(p->c, ppo_vec_scale(body->inv_mass, impulse));
        turn(p, body->inv_inertia * ppo_vec_cross(r, impulse));
    }
    return least;
}

// What a hinge's correction needs and does not change.
typedef struct hinge_fixture {
    const ppo_hinge *hinge;
    ppo_vec2 arm_a, arm_b; // from the centres of mass to the anchors, in the bodies' coordinates
    float mass_a, mass_b, inertia_a, inertia_b; // inverse
    float motor_mass;
} hinge_fixture;

static hinge_fixture fixture_of(const ppo_world *world, const ppo_hinge *h)
{
    const ppo_body *a = &world->body[h->a], *b = &world->body[h->b];
    return (hinge_fixture){
        .hinge = h,
        .arm_a = ppo_vec_sub(h->anchor_a, a->sweep.local_center),
        .arm_b = ppo_vec_sub(h->anchor_b, b->sweep.local_center),
        .mass_a = a->inv_mass,
        .mass_b = b->inv_mass,
        .inertia_a = a->inv_inertia,
        .inertia_b = b->inv_inertia,
        .motor_mass = 1.0f / (a->inv_inertia + b->inv_inertia),
    };
}

// Turns the bodies back to the limit and moves the anchors together. Returns whether both errors
// were small.
static bool correct_hinge(placement *a, placement *b, const hinge_fixture *f)
{
    const ppo_hinge *h = f->hinge;
    const float ma = f->mass_a, mb = f->mass_b, ia = f->inertia_a, ib = f->inertia_b;
    float angular_error = 0.0f;
    if (h->limit != PPO_LIMIT_NONE) {
        const float angle = b->a - a->a - h->reference_angle;
        float c;
        if (h->limit == PPO_LIMIT_LOWER) {
            c = angle - h->lower;
            angular_error = -c;
            c = ppo_clamp(c + PPO_ANGULAR_SLOP, -MAX_ANGULAR_CORRECTION, 0.0f);
        } else {
            c = angle - h->upper;
            angular_error = c;
            c = ppo_clamp(c - PPO_ANGULAR_SLOP, 0.0f, MAX_ANGULAR_CORRECTION);
        }
        const float impulse = -f->motor_mass * c;
        turn(a, -(ia * impulse));
        turn(b, ib * impulse);
    }

    const ppo_vec2 ra = ppo_rotate(a->q, f->arm_a), rb = ppo_rotate(b->q, f->arm_b);
    const ppo_vec2 gap = ppo_vec_sub(ppo_vec_sub(ppo_vec_add(b->c, rb), a->c), ra);
    const float k11 = ma + mb + ia * ra.y * ra.y + ib * rb.y * rb.y;
    const float k12 = -ia * ra.x * ra.y - ib * rb.x * rb.y;
    const float k22 = ma + mb + ia * ra.x * ra.x + ib * rb.x * rb.x;
    float det = k11 * k22 - k12 * k12;
    if (det != 0.0f)
        det = 1.0f / det;
    const ppo_vec2 impulse = {-(det * (k22 * gap.x - k12 * gap.y)),
                              -(det * (k11 * gap.y - k12 * gap.x))};
    a->c = ppo_vec_sub(a->c, ppo_vec_scale(ma, impulse));
    turn(a, -(ia * ppo_vec_cross(ra, impulse)));
    b->c = ppo_vec_add(b->c, ppo_vec_scale(mb, impulse));
    turn(b, ib * ppo_vec_cross(rb, impulse));
    return ppo_vec_length(gap) <= PPO_LINEAR_SLOP && angular_error <= PPO_ANGULAR_SLOP;
}

// Puts all to sleep once the most restless has been slow for long enough.
static void rest(ppo_world *world, const ppo_island *island, float dt, bool is_solved)
{
    float least = FLT_MAX;
    for (int i = 0; i < island->num_bodies; i++) {
        ppo_body *b = &world->body[island->body[i]];
        if (b->omega * b->omega > ANGULAR_SLEEP_TOLERANCE * ANGULAR_SLEEP_TOLERANCE ||
            ppo_vec_dot(b->velocity, b->velocity) > LINEAR_SLEEP_TOLERANCE * LINEAR_SLEEP_TOLERANCE)
            b->sleep_time = 0.0f;
        else
            b->sleep_time += dt;
        least = ppo_min(least, b->sleep_time);
    }
    if (!(least >= TIME_TO_SLEEP && is_solved))
        return;
    for (int i = 0; i < island->num_bodies; i++) {
        ppo_body *b = &world->body[island->body[i]];
        b->is_awake = 0;
        b->sleep_time = b->omega = b->torque = 0.0f;
        b->velocity = b->force = (ppo_vec2){0.0f, 0.0f};
    }
}

static void put(ppo_world *world, int index, const placement *p)
{
    ppo_body *b = &world->body[index];
    b->sweep.c = p->c;
    b->sweep.a = p->a;
    b->transform = transform_of(p, b);
    for (int i = 0; i < b->shape.num_corners; i++)
        world->world_corner[index][i] = ppo_to_world(b->transform, b->shape.corner[i]);
}

void ppo_island_move(ppo_world *world, const ppo_island *island, float dt, int rounds)
{
    placement at[PPO_MAX_BODIES];
    for (int i = 0; i < island->num_bodies; i++) {
        ppo_body *b = &world->body[island->body[i]];
        b->sweep.c0 = b->sweep.c;
        b->sweep.a0 = b->sweep.a;
        ppo_body_advance(b, dt);
        at[island->body[i]] = (placement){b->sweep.c, b->sweep.a, ppo_rotation_of(b->sweep.a)};
    }
    hinge_fixture hinge[PPO_MAX_HINGES];
    for (int i = 0; i < island->num_hinges; i++)
        hinge[i] = fixture_of(world, &world->hinge[island->hinge[i]]);
    bool is_solved = false;
    for (int round = 0; round < rounds && !is_solved; round++) {
        float least = 0.0f;
        for (int i = 0; i < island->num_contacts; i++) {
            const ppo_contact *c = &world->contact[island->contact[i]];
            least = correct_contact(&at[c->body], &world->body[c->body], c, CORRECTION, least);
        }
        is_solved = least >= -3.0f * PPO_LINEAR_SLOP;
        for (int i = 0; i < island->num_hinges; i++) {
            const ppo_hinge *h = hinge[i].hinge;
            const bool is_good = correct_hinge(&at[h->a], &at[h->b], &hinge[i]);
            is_solved = is_solved && is_good;
        }
    }
    for (int i = 0; i < island->num_bodies; i++)
        put(world, island->body[i], &at[island->body[i]]);
    rest(world, island, dt, is_solved);
}

void ppo_island_separate(ppo_world *world, const ppo_island *island, int rounds)
{
    ppo_body *b = &world->body[island->body[0]];
    placement at = {b->sweep.c, b->sweep.a, b->transform.q};
    for (int round = 0; round < rounds; round++) {
        float least = 0.0f;
        for (int i = 0; i < island->num_contacts; i++)
            least = correct_contact(&at, b, &world->contact[island->contact[i]], IMPACT_CORRECTION,
                                    least);
        if (least >= -1.5f * PPO_LINEAR_SLOP)
            break;
    }
    put(world, island->body[0], &at);
}
