// SPDX-License-Identifier: MIT
// See polygon.h. Sums run in the order of Box2D's b2PolygonShape, on which their last bits depend.
#include "bodies/polygon.h"

#include <assert.h>

// The normals of the sides and the centroid: a sum over triangles from the origin.
static void finish(ppo_polygon *p)
{
    const int n = p->num_corners;
    const float third = 1.0f / 3.0f;
    ppo_vec2 sum = {0.0f, 0.0f};
    float area = 0.0f;
    for (int i = 0; i < n; i++) {
        const ppo_vec2 a = p->corner[i], b = p->corner[i + 1 < n ? i + 1 : 0];
        p->normal[i] = ppo_vec_normalize(ppo_vec_right(ppo_vec_sub(b, a)));
        const float triangle = 0.5f * ppo_vec_cross(a, b);
        area += triangle;
        sum = ppo_vec_add(sum, ppo_vec_scale(triangle * third, ppo_vec_add(a, b)));
    }
    p->centroid = ppo_vec_scale(1.0f / area, sum);
}

// Gift wrapping (Jarvis 1973), from the rightmost corner counterclockwise.
void ppo_polygon_hull(ppo_polygon *polygon, const ppo_vec2 *point, int num_points)
{
    assert(num_points >= 3 && num_points <= PPO_MAX_CORNERS);
    int first = 0;
    for (int i = 1; i < num_points; i++)
        if (point[i].x > point[first].x ||
            (point[i].x == point[first].x && point[i].y < point[first].y))
            first = i;
    *polygon = (ppo_polygon){.num_corners = 0};
    int last = first;
    do {
        const ppo_vec2 from = point[last];
        polygon->corner[polygon->num_corners++] = from;
        int next = 0;
        for (int i = 1; i < num_points; i++) {
            const ppo_vec2 r = ppo_vec_sub(point[next], from), v = ppo_vec_sub(point[i], from);
            const float side = ppo_vec_cross(r, v);
            if (next == last || side < 0.0f ||
                (side == 0.0f && ppo_vec_dot(v, v) > ppo_vec_dot(r, r)))
                next = i;
        }
        last = next;
    } while (last != first && polygon->num_corners < num_points);
    finish(polygon);
}

void ppo_polygon_box(ppo_polygon *polygon, float half_width, float half_height)
{
    const float x = half_width, y = half_height;
    *polygon = (ppo_polygon){.corner = {{-x, -y}, {x, -y}, {x, y}, {-x, y}},
                             .normal = {{0.0f, -1.0f}, {1.0f, 0.0f}, {0.0f, 1.0f}, {-1.0f, 0.0f}},
                             .num_corners = 4};
}

// Sums over the triangles from the mean corner, whose second moments are those of Green's theorem.
ppo_mass ppo_polygon_mass(const ppo_polygon *polygon, float density)
{
    const int n = polygon->num_corners;
    const float third = 1.0f / 3.0f;
    ppo_vec2 mean = {0.0f, 0.0f}, center = {0.0f, 0.0f};
    float area = 0.0f, inertia = 0.0f;
    for (int i = 0; i < n; i++)
        mean = ppo_vec_add(mean, polygon->corner[i]);
    mean = ppo_vec_scale(1.0f / (float)n, mean);
    for (int i = 0; i < n; i++) {
        const ppo_vec2 a = ppo_vec_sub(polygon->corner[i], mean);
        const ppo_vec2 b = ppo_vec_sub(polygon->corner[i + 1 < n ? i + 1 : 0], mean);
        const float twice = ppo_vec_cross(a, b), triangle = 0.5f * twice;
        area += triangle;
        center = ppo_vec_add(center, ppo_vec_scale(triangle * third, ppo_vec_add(a, b)));
        const float xx = a.x * a.x + b.x * a.x + b.x * b.x;
        const float yy = a.y * a.y + b.y * a.y + b.y * b.y;
        inertia += (0.25f * third * twice) * (xx + yy);
    }
    center = ppo_vec_scale(1.0f / area, center);
    ppo_mass m = {.mass = density * area, .center = ppo_vec_add(center, mean)};
    m.inertia = density * inertia;
    m.inertia += m.mass * (ppo_vec_dot(m.center, m.center) - ppo_vec_dot(center, center));
    return m;
}

ppo_box ppo_corners_box(const ppo_vec2 *corner, int num_corners)
{
    const ppo_vec2 skin = {PPO_POLYGON_RADIUS, PPO_POLYGON_RADIUS};
    ppo_vec2 lower = corner[0], upper = corner[0];
    for (int i = 1; i < num_corners; i++) {
        lower = ppo_vec_min(lower, corner[i]);
        upper = ppo_vec_max(upper, corner[i]);
    }
    return (ppo_box){ppo_vec_sub(lower, skin), ppo_vec_add(upper, skin)};
}
