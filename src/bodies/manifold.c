// SPDX-License-Identifier: MIT
// See manifold.h. Edges: Box2D's b2CollideEdge with an edge without neighbours, whose two sides are
// alike. Blocks: its b2CollidePolygon before 2.3.1, which climbs from side to side.
#include "bodies/manifold.h"

#include "bodies/polygon.h"

#define RADIUS (2.0f * PPO_POLYGON_RADIUS) // of both shapes

// A face of the body is preferred to one of the ground, or the second shape's to the first's, only
// if it is clearly better, so that the choice does not flicker.
#define RELATIVE_TOLERANCE 0.98f
#define ABSOLUTE_TOLERANCE 0.001f

typedef struct clip_point {
    ppo_vec2 v;
    uint32_t key;
} clip_point;

// What a point is made of: a corner or a face of the first shape, and of the second. Points of
// different manifolds of a pair are the same if these numbers are, whichever face was the
// reference.
enum { CORNER = 0, FACE = 1 };

static uint32_t key_of(int first, int second, int first_kind, int second_kind)
{
    return (uint32_t)first | (uint32_t)second << 8 | (uint32_t)first_kind << 16 |
           (uint32_t)second_kind << 24;
}

static int second_of(uint32_t key)
{
    return (int)(key >> 8 & 0xFF);
}

// The same with the shapes exchanged.
static uint32_t swapped(uint32_t key)
{
    return (key & 0x00FF00FF) << 8 | (key >> 8 & 0x00FF00FF);
}

// The part of a segment with dot(normal, v) <= offset. Returns the number of points, 2 if any of
// the segment's length is left (Sutherland & Hodgman 1974).
static int clip(clip_point out[2], const clip_point in[2], ppo_vec2 normal, float offset,
                int plane_corner)
{
    const float d0 = ppo_vec_dot(normal, in[0].v) - offset;
    const float d1 = ppo_vec_dot(normal, in[1].v) - offset;
    int count = 0;
    if (d0 <= 0.0f)
        out[count++] = in[0];
    if (d1 <= 0.0f)
        out[count++] = in[1];
    if (d0 * d1 < 0.0f) {
        const float t = d0 / (d0 - d1);
        const ppo_vec2 along = ppo_vec_scale(t, ppo_vec_sub(in[1].v, in[0].v));
        out[count].v = ppo_vec_add(in[0].v, along);
        out[count].key = key_of(plane_corner, second_of(in[0].key), CORNER, FACE);
        count++;
    }
    return count;
}

static void add_point(ppo_manifold *m, ppo_vec2 local, uint32_t key)
{
    m->point[m->num_points++] = (ppo_manifold_point){.local = local, .key = key};
}

// --- edges -------------------------------------------------------------------------------------

// The side of the body from which the edge is furthest, of those that the edge's side lets count:
// -1 if there is none. `front` is the edge's normal towards the body.
static int best_side(float *best, const ppo_ground_piece *edge, const ppo_body *body,
                     const ppo_vec2 *corner, ppo_vec2 front)
{
    const ppo_vec2 back = ppo_vec_negate(front);
    int side = -1;
    *best = -FLT_MAX;
    for (int i = 0; i < body->shape.num_corners; i++) {
        const ppo_vec2 n = ppo_vec_negate(ppo_rotate(body->transform.q, body->shape.normal[i]));
        const float s0 = ppo_vec_dot(n, ppo_vec_sub(corner[i], edge->corner[0]));
        const float s1 = ppo_vec_dot(n, ppo_vec_sub(corner[i], edge->corner[1]));
        const float s = ppo_min(s0, s1);
        if (s > RADIUS) {
            *best = s;
            return i;
        }
        if (ppo_vec_dot(ppo_vec_sub(n, back), front) < -PPO_ANGULAR_SLOP)
            continue;
        if (s > *best) {
            *best = s;
            side = i;
        }
    }
    return side;
}

void ppo_manifold_with_edge(ppo_manifold *manifold, const ppo_ground_piece *edge,
                            const ppo_body *body, const ppo_vec2 *corner)
{
    const int count = body->shape.num_corners;
    const ppo_vec2 v0 = edge->corner[0], v1 = edge->corner[1];
    const ppo_vec2 centroid = ppo_to_world(body->transform, body->shape.centroid);
    const bool in_front = ppo_vec_dot(edge->normal[0], ppo_vec_sub(centroid, v0)) >= 0.0f;
    const ppo_vec2 front = in_front ? edge->normal[0] : ppo_vec_negate(edge->normal[0]);
    manifold->num_points = 0;

    float edge_separation = FLT_MAX;
    for (int i = 0; i < count; i++)
        edge_separation = ppo_min(ppo_vec_dot(front, ppo_vec_sub(corner[i], v0)), edge_separation);
    if (edge_separation > RADIUS)
        return;
    float side_separation;
    const int side = best_side(&side_separation, edge, body, corner, front);
    if (side >= 0 && side_separation > RADIUS)
        return;
    const bool on_body =
        side >= 0 && side_separation > RELATIVE_TOLERANCE * edge_separation + ABSOLUTE_TOLERANCE;

    // The reference face, from `a` to `b`, and the segment of the other shape that meets it.
    clip_point segment[2];
    ppo_vec2 a, b, normal;
    int corner_a, corner_b;
    if (on_body) {
        corner_a = side;
        corner_b = side + 1 < count ? side + 1 : 0;
        a = corner[corner_a];
        b = corner[corner_b];
        normal = ppo_rotate(body->transform.q, body->shape.normal[side]);
        segment[0] = (clip_point){v0, key_of(0, side, CORNER, FACE)};
        segment[1] = (clip_point){v1, key_of(0, side, CORNER, FACE)};
    } else {
        int facing = 0;
        float least = FLT_MAX;
        for (int i = 0; i < count; i++) {
            const float d =
                ppo_vec_dot(front, ppo_rotate(body->transform.q, body->shape.normal[i]));
            if (i == 0 || d < least) {
                least = d;
                facing = i;
            }
        }
        const int next = facing + 1 < count ? facing + 1 : 0;
        corner_a = in_front ? 0 : 1;
        corner_b = in_front ? 1 : 0;
        a = in_front ? v0 : v1;
        b = in_front ? v1 : v0;
        normal = front;
        segment[0] = (clip_point){corner[facing], key_of(0, facing, FACE, CORNER)};
        segment[1] = (clip_point){corner[next], key_of(0, next, FACE, CORNER)};
    }
    const ppo_vec2 side_a = ppo_vec_right(normal), side_b = ppo_vec_negate(side_a);
    clip_point first[2], second[2];
    if (clip(first, segment, side_a, ppo_vec_dot(side_a, a), corner_a) < 2 ||
        clip(second, first, side_b, ppo_vec_dot(side_b, b), corner_b) < 2)
        return;

    manifold->on_body = on_body;
    manifold->normal = on_body ? body->shape.normal[side] : normal;
    manifold->plane = on_body ? body->shape.corner[side] : a;
    for (int i = 0; i < 2; i++)
        if (ppo_vec_dot(normal, ppo_vec_sub(second[i].v, a)) <= RADIUS)
            add_point(manifold, on_body ? second[i].v : ppo_to_local(body->transform, second[i].v),
                      on_body ? swapped(second[i].key) : second[i].key);
}

// --- blocks ------------------------------------------------------------------------------------

// A convex polygon and where it stands.
typedef struct placed_hull {
    const ppo_vec2 *corner, *normal;
    ppo_vec2 centroid;
    int count;
    ppo_transform at;
} placed_hull;

// How far the other polygon is in front of a side.
static float side_separation(const placed_hull *one, int side, const placed_hull *other)
{
    const ppo_vec2 world_normal = ppo_rotate(one->at.q, one->normal[side]);
    const ppo_vec2 normal = ppo_rotate_back(other->at.q, world_normal);
    int deepest = 0;
    float least = FLT_MAX;
    for (int i = 0; i < other->count; i++) {
        const float d = ppo_vec_dot(other->corner[i], normal);
        if (d < least) {
            least = d;
            deepest = i;
        }
    }
    const ppo_vec2 v1 = ppo_to_world(one->at, one->corner[side]);
    const ppo_vec2 v2 = ppo_to_world(other->at, other->corner[deepest]);
    return ppo_vec_dot(ppo_vec_sub(v2, v1), world_normal);
}

static int next_side(const placed_hull *hull, int side, int step)
{
    if (step > 0)
        return side + 1 < hull->count ? side + 1 : 0;
    return side > 0 ? side - 1 : hull->count - 1;
}

// Climbs from the side that faces the other polygon's centroid to a side that is a local maximum.
static float max_separation(int *best_side, const placed_hull *one, const placed_hull *other)
{
    const ppo_vec2 towards =
        ppo_vec_sub(ppo_to_world(other->at, other->centroid), ppo_to_world(one->at, one->centroid));
    const ppo_vec2 local = ppo_rotate_back(one->at.q, towards);
    int side = 0;
    float most = -FLT_MAX;
    for (int i = 0; i < one->count; i++) {
        const float d = ppo_vec_dot(one->normal[i], local);
        if (d > most) {
            most = d;
            side = i;
        }
    }
    float best = side_separation(one, side, other);
    const int back = next_side(one, side, -1), on = next_side(one, side, 1);
    const float s_back = side_separation(one, back, other);
    const float s_on = side_separation(one, on, other);
    int step = 0;
    if (s_back > best && s_back > s_on) {
        step = -1;
        side = back;
        best = s_back;
    } else if (s_on > best) {
        step = 1;
        side = on;
        best = s_on;
    }
    while (step != 0) {
        const int candidate = next_side(one, side, step);
        const float s = side_separation(one, candidate, other);
        if (!(s > best))
            break;
        side = candidate;
        best = s;
    }
    *best_side = side;
    return best;
}

// The side of `other` that looks most against a side of `one`.
static int incident_side(const placed_hull *one, int side, const placed_hull *other)
{
    const ppo_vec2 normal = ppo_rotate_back(other->at.q, ppo_rotate(one->at.q, one->normal[side]));
    int index = 0;
    float least = FLT_MAX;
    for (int i = 0; i < other->count; i++) {
        const float d = ppo_vec_dot(normal, other->normal[i]);
        if (d < least) {
            least = d;
            index = i;
        }
    }
    return index;
}

void ppo_manifold_with_block(ppo_manifold *manifold, const ppo_ground_piece *block,
                             const ppo_body *body, bool body_is_first)
{
    const placed_hull ground = {block->corner, block->normal, block->centroid, block->num_corners,
                                ppo_identity};
    const placed_hull moving = {body->shape.corner, body->shape.normal, body->shape.centroid,
                                body->shape.num_corners, body->transform};
    const placed_hull *first = body_is_first ? &moving : &ground;
    const placed_hull *second = body_is_first ? &ground : &moving;
    int first_side, second_side;
    manifold->num_points = 0;
    const float s1 = max_separation(&first_side, first, second);
    if (s1 > RADIUS)
        return;
    const float s2 = max_separation(&second_side, second, first);
    if (s2 > RADIUS)
        return;

    // The reference face, and the side of the other shape that meets it, from corner to corner.
    const bool swap = s2 > RELATIVE_TOLERANCE * s1 + ABSOLUTE_TOLERANCE;
    const placed_hull *one = swap ? second : first, *other = swap ? first : second;
    const int side = swap ? second_side : first_side, side_end = next_side(one, side, 1);
    const int incident = incident_side(one, side, other);
    const int incident_end = next_side(other, incident, 1);
    const clip_point segment[2] = {
        {ppo_to_world(other->at, other->corner[incident]), key_of(side, incident, FACE, CORNER)},
        {ppo_to_world(other->at, other->corner[incident_end]),
         key_of(side, incident_end, FACE, CORNER)}};

    const ppo_vec2 a = one->corner[side], b = one->corner[side_end];
    const ppo_vec2 local_tangent = ppo_vec_normalize(ppo_vec_sub(b, a));
    const ppo_vec2 tangent = ppo_rotate(one->at.q, local_tangent), normal = ppo_vec_right(tangent);
    const ppo_vec2 world_a = ppo_to_world(one->at, a), world_b = ppo_to_world(one->at, b);
    const float front = ppo_vec_dot(normal, world_a);
    const float left = -ppo_vec_dot(tangent, world_a) + RADIUS;
    const float right = ppo_vec_dot(tangent, world_b) + RADIUS;
    clip_point once[2], twice[2];
    if (clip(once, segment, ppo_vec_negate(tangent), left, side) < 2 ||
        clip(twice, once, tangent, right, side_end) < 2)
        return;

    manifold->on_body = one == &moving;
    manifold->normal = ppo_vec_right(local_tangent);
    manifold->plane = ppo_vec_scale(0.5f, ppo_vec_add(a, b));
    for (int i = 0; i < 2; i++)
        if (ppo_vec_dot(normal, twice[i].v) - front <= RADIUS)
            add_point(manifold, ppo_to_local(other->at, twice[i].v),
                      swap ? swapped(twice[i].key) : twice[i].key);
}
