// SPDX-License-Identifier: MIT
// See distance.h.
#include "bodies/distance.h"

#include <stdbool.h>
#include <string.h>

enum { MAX_ROUNDS = 20 };

// A point of the Minkowski difference b - a.
typedef struct vertex {
    ppo_vec2 a, b, w; // w = b - a
    float weight;     // barycentric coordinate of the closest point
    int index_a, index_b;
} vertex;

typedef struct simplex {
    vertex v[3];
    int count;
} simplex;

int ppo_support(const ppo_corners *corners, ppo_vec2 direction)
{
    int best = 0;
    float most = ppo_vec_dot(corners->corner[0], direction);
    for (int i = 1; i < corners->count; i++) {
        const float d = ppo_vec_dot(corners->corner[i], direction);
        if (d > most) {
            most = d;
            best = i;
        }
    }
    return best;
}

static vertex vertex_of(const ppo_corners *a, ppo_transform at_a, int index_a, const ppo_corners *b,
                        ppo_transform at_b, int index_b)
{
    vertex v = {.index_a = index_a, .index_b = index_b};
    v.a = ppo_to_world(at_a, a->corner[index_a]);
    v.b = ppo_to_world(at_b, b->corner[index_b]);
    v.w = ppo_vec_sub(v.b, v.a);
    return v;
}

static float metric_of(const simplex *s)
{
    if (s->count == 2)
        return ppo_vec_length(ppo_vec_sub(s->v[0].w, s->v[1].w));
    if (s->count == 3)
        return ppo_vec_cross(ppo_vec_sub(s->v[1].w, s->v[0].w), ppo_vec_sub(s->v[2].w, s->v[0].w));
    return 0.0f;
}

// Reduces the simplex to one vertex, or to an edge with weights in proportion to the distances from
// the other end.
static void keep_vertex(simplex *s, int i)
{
    s->v[0] = s->v[i];
    s->v[0].weight = 1.0f;
    s->count = 1;
}

static void keep_edge(simplex *s, int i, float weight_i, int k, float weight_k)
{
    const float inverse = 1.0f / (weight_i + weight_k);
    s->v[i].weight = weight_i * inverse;
    s->v[k].weight = weight_k * inverse;
    const vertex first = s->v[i], second = s->v[k];
    // Which of the two is first matters to the directions of later rounds.
    s->v[0] = k == 2 && i == 1 ? second : first;
    s->v[1] = k == 2 && i == 1 ? first : second;
    s->count = 2;
}

// The part of the edge 0, 1 that is closest to the origin.
static void solve_edge(simplex *s)
{
    const ppo_vec2 w0 = s->v[0].w, w1 = s->v[1].w, e = ppo_vec_sub(w1, w0);
    const float d1 = -ppo_vec_dot(w0, e), d0 = ppo_vec_dot(w1, e);
    if (d1 <= 0.0f)
        keep_vertex(s, 0);
    else if (d0 <= 0.0f)
        keep_vertex(s, 1);
    else
        keep_edge(s, 0, d0, 1, d1);
}

// The part of the triangle that is closest to the origin, by the signs of the barycentric
// coordinates of its edges (dij_k: of vertex k on edge ij) and its area.
static void solve_triangle(simplex *s)
{
    const ppo_vec2 w0 = s->v[0].w, w1 = s->v[1].w, w2 = s->v[2].w;
    const ppo_vec2 e01 = ppo_vec_sub(w1, w0), e02 = ppo_vec_sub(w2, w0), e12 = ppo_vec_sub(w2, w1);
    const float d01_0 = ppo_vec_dot(w1, e01), d01_1 = -ppo_vec_dot(w0, e01);
    const float d02_0 = ppo_vec_dot(w2, e02), d02_2 = -ppo_vec_dot(w0, e02);
    const float d12_1 = ppo_vec_dot(w2, e12), d12_2 = -ppo_vec_dot(w1, e12);
    const float area = ppo_vec_cross(e01, e02);
    const float d0 = area * ppo_vec_cross(w1, w2);
    const float d1 = area * ppo_vec_cross(w2, w0);
    const float d2 = area * ppo_vec_cross(w0, w1);
    if (d01_1 <= 0.0f && d02_2 <= 0.0f) {
        keep_vertex(s, 0);
    } else if (d01_0 > 0.0f && d01_1 > 0.0f && d2 <= 0.0f) {
        keep_edge(s, 0, d01_0, 1, d01_1);
    } else if (d02_0 > 0.0f && d02_2 > 0.0f && d1 <= 0.0f) {
        keep_edge(s, 0, d02_0, 2, d02_2);
    } else if (d01_0 <= 0.0f && d12_2 <= 0.0f) {
        keep_vertex(s, 1);
    } else if (d02_0 <= 0.0f && d12_1 <= 0.0f) {
        keep_vertex(s, 2);
    } else if (d12_1 > 0.0f && d12_2 > 0.0f && d0 <= 0.0f) {
        keep_edge(s, 1, d12_1, 2, d12_2);
    } else {
        const float inverse = 1.0f / (d0 + d1 + d2);
        s->v[0].weight = d0 * inverse;
        s->v[1].weight = d1 * inverse;
        s->v[2].weight = d2 * inverse;
    }
}

static ppo_vec2 weighted(float p, ppo_vec2 a, float q, ppo_vec2 b)
{
    return ppo_vec_add(ppo_vec_scale(p, a), ppo_vec_scale(q, b));
}

// From the simplex towards the origin.
static ppo_vec2 search_direction(const simplex *s)
{
    if (s->count == 1)
        return ppo_vec_negate(s->v[0].w);
    const ppo_vec2 e = ppo_vec_sub(s->v[1].w, s->v[0].w);
    const bool is_left = ppo_vec_cross(e, ppo_vec_negate(s->v[0].w)) > 0.0f;
    return is_left ? ppo_vec_left(e) : ppo_vec_right(e);
}

static float closest_distance(const simplex *s)
{
    const vertex *v = s->v;
    if (s->count == 3)
        return 0.0f;
    if (s->count == 1)
        return ppo_vec_length(ppo_vec_sub(v[0].a, v[0].b));
    const ppo_vec2 a = weighted(v[0].weight, v[0].a, v[1].weight, v[1].a);
    const ppo_vec2 b = weighted(v[0].weight, v[0].b, v[1].weight, v[1].b);
    return ppo_vec_length(ppo_vec_sub(a, b));
}

float ppo_distance(ppo_simplex_cache *cache, const ppo_corners *a, ppo_transform at_a,
                   const ppo_corners *b, ppo_transform at_b)
{
    // The cached simplex, if it has kept its size.
    simplex s = {.count = cache->count};
    for (int i = 0; i < s.count; i++)
        s.v[i] = vertex_of(a, at_a, cache->index_a[i], b, at_b, cache->index_b[i]);
    if (s.count > 1) {
        const float metric = metric_of(&s);
        if (metric < 0.5f * cache->metric || 2.0f * cache->metric < metric || metric < FLT_EPSILON)
            s.count = 0;
    }
    if (s.count == 0) {
        s.v[0] = vertex_of(a, at_a, 0, b, at_b, 0);
        s.v[0].weight = 1.0f;
        s.count = 1;
    }

    for (int round = 0; round < MAX_ROUNDS; round++) {
        int seen_a[3], seen_b[3];
        const int seen = s.count;
        for (int i = 0; i < seen; i++) {
            seen_a[i] = s.v[i].index_a;
            seen_b[i] = s.v[i].index_b;
        }
        if (s.count == 2)
            solve_edge(&s);
        else if (s.count == 3)
            solve_triangle(&s);
        if (s.count == 3)
            break; // the origin is inside
        const ppo_vec2 d = search_direction(&s);
        if (ppo_vec_dot(d, d) < FLT_EPSILON * FLT_EPSILON)
            break; // the origin is on the simplex
        const int index_a = ppo_support(a, ppo_rotate_back(at_a.q, ppo_vec_negate(d)));
        const int index_b = ppo_support(b, ppo_rotate_back(at_b.q, d));
        s.v[s.count] = vertex_of(a, at_a, index_a, b, at_b, index_b);
        bool is_known = false;
        for (int i = 0; i < seen; i++)
            is_known = is_known || (index_a == seen_a[i] && index_b == seen_b[i]);
        if (is_known)
            break;
        s.count++;
    }

    cache->metric = metric_of(&s);
    cache->count = s.count;
    for (int i = 0; i < s.count; i++) {
        cache->index_a[i] = s.v[i].index_a;
        cache->index_b[i] = s.v[i].index_b;
    }
    return closest_distance(&s);
}
