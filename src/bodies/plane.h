// SPDX-License-Identifier: MIT
// Vectors, rotations and transforms in the plane, in single precision.
//
// Each function rounds after every operation and in the order in which it is written: bodies has to
// be compiled without contraction (cmake/CompilerFlags.cmake).
#ifndef PPO_BODIES_PLANE_H
#define PPO_BODIES_PLANE_H

#include <float.h>
#include <math.h>

typedef struct ppo_vec2 {
    float x, y;
} ppo_vec2;

// The sine and cosine of an angle.
typedef struct ppo_rotation {
    float s, c;
} ppo_rotation;

// From a body's own coordinates to the world's: rotation, then translation.
typedef struct ppo_transform {
    ppo_vec2 p;
    ppo_rotation q;
} ppo_transform;

static inline ppo_vec2 ppo_vec_add(ppo_vec2 a, ppo_vec2 b)
{
    return (ppo_vec2){a.x + b.x, a.y + b.y};
}

static inline ppo_vec2 ppo_vec_sub(ppo_vec2 a, ppo_vec2 b)
{
    return (ppo_vec2){a.x - b.x, a.y - b.y};
}

static inline ppo_vec2 ppo_vec_scale(float s, ppo_vec2 a)
{
    return (ppo_vec2){s * a.x, s * a.y};
}

static inline ppo_vec2 ppo_vec_negate(ppo_vec2 a)
{
    return (ppo_vec2){-a.x, -a.y};
}

static inline float ppo_vec_dot(ppo_vec2 a, ppo_vec2 b)
{
    return a.x * b.x + a.y * b.y;
}

static inline float ppo_vec_cross(ppo_vec2 a, ppo_vec2 b)
{
    return a.x * b.y - a.y * b.x;
}

// The vector turned by 90 degrees: clockwise and counterclockwise.
static inline ppo_vec2 ppo_vec_right(ppo_vec2 a)
{
    return (ppo_vec2){a.y, -a.x};
}

static inline ppo_vec2 ppo_vec_left(ppo_vec2 a)
{
    return (ppo_vec2){-a.y, a.x};
}

static inline float ppo_vec_length(ppo_vec2 a)
{
    return sqrtf(a.x * a.x + a.y * a.y);
}

// The vector of length 1 in the same direction; a vector of nearly no length stays as it is.
static inline ppo_vec2 ppo_vec_unit(ppo_vec2 a, float *length)
{
    *length = ppo_vec_length(a);
    if (*length < FLT_EPSILON) {
        *length = 0.0f;
        return a;
    }
    return ppo_vec_scale(1.0f / *length, a);
}

static inline ppo_vec2 ppo_vec_normalize(ppo_vec2 a)
{
    float length;
    return ppo_vec_unit(a, &length);
}

static inline float ppo_min(float a, float b)
{
    return a < b ? a : b;
}

static inline float ppo_max(float a, float b)
{
    return a > b ? a : b;
}

static inline float ppo_clamp(float x, float low, float high)
{
    return ppo_max(low, ppo_min(x, high));
}

static inline float ppo_abs(float x)
{
    return x > 0.0f ? x : -x;
}

static inline ppo_vec2 ppo_vec_min(ppo_vec2 a, ppo_vec2 b)
{
    return (ppo_vec2){ppo_min(a.x, b.x), ppo_min(a.y, b.y)};
}

static inline ppo_vec2 ppo_vec_max(ppo_vec2 a, ppo_vec2 b)
{
    return (ppo_vec2){ppo_max(a.x, b.x), ppo_max(a.y, b.y)};
}

static inline ppo_rotation ppo_rotation_of(float angle)
{
    return (ppo_rotation){sinf(angle), cosf(angle)};
}

static inline ppo_vec2 ppo_rotate(ppo_rotation q, ppo_vec2 v)
{
    return (ppo_vec2){q.c * v.x - q.s * v.y, q.s * v.x + q.c * v.y};
}

static inline ppo_vec2 ppo_rotate_back(ppo_rotation q, ppo_vec2 v)
{
    return (ppo_vec2){q.c * v.x + q.s * v.y, -q.s * v.x + q.c * v.y};
}

static inline ppo_vec2 ppo_to_world(ppo_transform t, ppo_vec2 v)
{
    return (ppo_vec2){(t.q.c * v.x - t.q.s * v.y) + t.p.x, (t.q.s * v.x + t.q.c * v.y) + t.p.y};
}

static inline ppo_vec2 ppo_to_local(ppo_transform t, ppo_vec2 v)
{
    return ppo_rotate_back(t.q, ppo_vec_sub(v, t.p));
}

static const ppo_transform ppo_identity = {{0.0f, 0.0f}, {0.0f, 1.0f}};

#endif
