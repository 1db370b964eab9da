// SPDX-License-Identifier: MIT
// See impact.h.
#include "bodies/impact.h"

#include "bodies/polygon.h"

#define TARGET    ppo_max(PPO_LINEAR_SLOP, 2.0f * PPO_POLYGON_RADIUS - 3.0f * PPO_LINEAR_SLOP)
#define TOLERANCE (0.25f * PPO_LINEAR_SLOP)

enum { MAX_ROUNDS = 20, MAX_ROOT_ROUNDS = 50, MAX_PUSHES = 16 };

static ppo_vec2 between(ppo_vec2 from, ppo_vec2 to, float beta)
{
    return ppo_vec_add(ppo_vec_scale(1.0f - beta, from), ppo_vec_scale(beta, to));
}

// This is the line in which the snapshot of Box2D 2.3 differs from 2.3.1.
void ppo_sweep_advance(ppo_sweep *sweep, float alpha)
{
    const float beta = (alpha - sweep->alpha0) / (1.0f - sweep->alpha0);
    sweep->c0 = between(sweep->c0, sweep->c, beta);
    sweep->a0 = (1.0f - beta) * sweep->a0 + beta * sweep->a;
    sweep->alpha0 = alpha;
}

// Turns the angles back by whole turns.
static void normalize(ppo_sweep *sweep)
{
    const float turn = 2.0f * 3.14159265359f;
    const float whole = turn * floorf(sweep->a0 / turn);
    sweep->a0 -= whole;
    sweep->a -= whole;
}

static ppo_transform transform_at(const ppo_sweep *sweep, float beta)
{
    if (!sweep)
        return ppo_identity;
    const ppo_rotation q = ppo_rotation_of((1.0f - beta) * sweep->a0 + beta * sweep->a);
    const ppo_vec2 c = between(sweep->c0, sweep->c, beta);
    return (ppo_transform){ppo_vec_sub(c, ppo_rotate(q, sweep->local_center)), q};
}

// An axis along which the two are apart: between two corners, fixed in the world, or the normal of
// a face of one of them.
typedef struct separation {
    const ppo_moving_corners *one, *other; // of a face: `one` has it; of two corners: a and b
    bool is_face;
    ppo_vec2 axis;  // of a face: in the coordinates of `one`
    ppo_vec2 plane; // a point on the face, likewise
} separation;

static float separation_of(const separation *s, ppo_transform at_one, int index_one,
                           ppo_transform at_other, int index_other)
{
    const ppo_vec2 normal = s->is_face ? ppo_rotate(at_one.q, s->axis) : s->axis;
    const ppo_vec2 from =
        ppo_to_world(at_one, s->is_face ? s->plane : s->one->corners.corner[index_one]);
    const ppo_vec2 to = ppo_to_world(at_other, s->other->corners.corner[index_other]);
    return ppo_vec_dot(ppo_vec_sub(to, from), normal);
}

static separation begin_separation(const ppo_simplex_cache *cache, const ppo_moving_corners *a,
                                   const ppo_moving_corners *b, float t)
{
    const ppo_transform at_a = transform_at(a->sweep, t), at_b = transform_at(b->sweep, t);
    if (cache->count == 1) {
        const ppo_vec2 from = ppo_to_world(at_a, a->corners.corner[cache->index_a[0]]);
        const ppo_vec2 to = ppo_to_world(at_b, b->corners.corner[cache->index_b[0]]);
        return (separation){.one = a, .other = b, .axis = ppo_vec_normalize(ppo_vec_sub(to, from))};
    }
    const bool on_b = cache->index_a[0] == cache->index_a[1];
    const int *index = on_b ? cache->index_b : cache->index_a;
    separation s = {.one = on_b ? b : a, .other = on_b ? a : b, .is_face = true};
    const ppo_vec2 first = s.one->corners.corner[index[0]];
    const ppo_vec2 second = s.one->corners.corner[index[1]];
    s.axis = ppo_vec_normalize(ppo_vec_right(ppo_vec_sub(second, first)));
    s.plane = ppo_vec_scale(0.5f, ppo_vec_add(first, second));
    const int other_index = on_b ? cache->index_a[0] : cache->index_b[0];
    if (separation_of(&s, on_b ? at_b : at_a, 0, on_b ? at_a : at_b, other_index) < 0.0f)
        s.axis = ppo_vec_negate(s.axis);
    return s;
}

static float evaluate(const separation *s, int index_one, int index_other, float t)
{
    return separation_of(s, transform_at(s->one->sweep, t), index_one,
                         transform_at(s->other->sweep, t), index_other);
}

// The corners that are deepest along the axis at time t.
static float min_separation(const separation *s, int *index_one, int *index_other, float t)
{
    const ppo_transform at_one = transform_at(s->one->sweep, t);
    const ppo_transform at_other = transform_at(s->other->sweep, t);
    const ppo_vec2 normal = s->is_face ? ppo_rotate(at_one.q, s->axis) : s->axis;
    *index_one = s->is_face ? 0 : ppo_support(&s->one->corners, ppo_rotate_back(at_one.q, normal));
    *index_other =
        ppo_support(&s->other->corners, ppo_rotate_back(at_other.q, ppo_vec_negate(normal)));
    return separation_of(s, at_one, *index_one, at_other, *index_other);
}

// When the corners' separation, s1 at t1 and s2 at t2, is the target: by bisection and the secant
// in turns.
static float find_root(const separation *s, int index_one, int index_other, float t1, float s1,
                       float t2, float s2)
{
    const float target = TARGET, end = t2;
    for (int round = 0; round < MAX_ROOT_ROUNDS; round++) {
        const float t = round % 2 ? t1 + (target - s1) * (t2 - t1) / (s2 - s1) : 0.5f * (t1 + t2);
        const float now = evaluate(s, index_one, index_other, t);
        if (ppo_abs(now - target) < TOLERANCE)
            return t;
        if (now > target) {
            t1 = t;
            s1 = now;
        } else {
            t2 = t;
            s2 = now;
        }
    }
    return end;
}

typedef enum outcome { GO_ON, TOUCHES, MISSES } outcome;

// Moves *t1 on to where the polygons may touch along the axis.
static outcome advance(const separation *s, float *t1)
{
    const float target = TARGET;
    float t2 = 1.0f;
    for (int push = 0; push < MAX_PUSHES; push++) {
        int index_one, index_other;
        const float s2 = min_separation(s, &index_one, &index_other, t2);
        if (s2 > target + TOLERANCE)
            return MISSES;
        if (s2 > target - TOLERANCE) {
            *t1 = t2;
            return GO_ON;
        }
        const float s1 = evaluate(s, index_one, index_other, *t1);
        if (s1 < target - TOLERANCE)
            return MISSES; // they overlap to begin with
        if (s1 <= target + TOLERANCE)
            return TOUCHES;
        t2 = find_root(s, index_one, index_other, *t1, s1, t2, s2);
    }
    return GO_ON;
}

float ppo_time_of_impact(const ppo_moving_corners *a, const ppo_moving_corners *b)
{
    ppo_sweep sweep[2];
    ppo_moving_corners moving[2] = {*a, *b};
    for (int i = 0; i < 2; i++)
        if (moving[i].sweep) {
            sweep[i] = *moving[i].sweep;
            normalize(&sweep[i]);
            moving[i].sweep = &sweep[i];
        }
    ppo_simplex_cache cache = {.count = 0};
    float t = 0.0f;
    for (int round = 0; round < MAX_ROUNDS; round++) {
        const float distance =
            ppo_distance(&cache, &moving[0].corners, transform_at(moving[0].sweep, t),
                         &moving[1].corners, transform_at(moving[1].sweep, t));
        if (distance <= 0.0f)
            return -1.0f; // they overlap already
        if (distance < TARGET + TOLERANCE)
            return t;
        if (cache.count == 3)
            return -1.0f; // only where coordinates are not finite
        const separation s = begin_separation(&cache, &moving[0], &moving[1], t);
        const outcome out = advance(&s, &t);
        if (out != GO_ON)
            return out == TOUCHES ? t : -1.0f;
    }
    return -1.0f;
}
