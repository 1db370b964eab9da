// SPDX-License-Identifier: MIT
// See rays.h. A piece's hit does not depend on what else has been hit, so pieces may be asked in
// any order, and for all rays at once.
#include "bodies/rays.h"

#include "bodies/lanes.h"
#include "bodies/tree.h"

// Rays from (x, y), by their lengths along the axes, and how far they are open.
typedef struct rays {
    float x, y;
    ppo_lanes dx, dy, fraction;
} rays;

static void meet_edge(rays *r, const ppo_ground_piece *edge)
{
    const ppo_vec2 v = edge->corner[0], n = edge->normal[0], e = ppo_vec_sub(edge->corner[1], v);
    const float square = ppo_vec_dot(e, e);
    if (square == 0.0f)
        return;
    const ppo_lanes zero = {0.0f}, one = zero + 1.0f;
    const float numerator = n.x * (v.x - r->x) + n.y * (v.y - r->y);
    const ppo_lanes denominator = n.x * r->dx + n.y * r->dy;
    const ppo_lanes t = numerator / denominator;
    const ppo_lanes qx = r->x + t * r->dx - v.x, qy = r->y + t * r->dy - v.y;
    const ppo_lanes s = (qx * e.x + qy * e.y) / square;
    // A ray along the edge has t infinite or NaN, which is no hit either.
    const ppo_lane_mask hit = ppo_lanes_at_least(t, zero) & ppo_lanes_at_least(r->fraction, t) &
                              ppo_lanes_at_least(s, zero) & ppo_lanes_at_least(one, s);
    r->fraction = ppo_lanes_select(hit, t, r->fraction);
}

// Where the ray enters the last of the sides' half planes, if it has not left one by then.
static void meet_block(rays *r, const ppo_ground_piece *block)
{
    const ppo_lanes zero = {0.0f};
    ppo_lanes lower = zero, upper = r->fraction;
    ppo_lane_mask enters = ppo_lanes_less(zero, zero), misses = enters;
    for (int i = 0; i < block->num_corners; i++) {
        const ppo_vec2 n = block->normal[i], v = block->corner[i];
        const ppo_lanes numerator = zero + (n.x * (v.x - r->x) + n.y * (v.y - r->y));
        const ppo_lanes denominator = n.x * r->dx + n.y * r->dy, t = numerator / denominator;
        const ppo_lane_mask before = ppo_lanes_less(denominator, zero);
        const ppo_lane_mask behind = ppo_lanes_less(zero, denominator);
        const ppo_lane_mask in = before & ppo_lanes_less(numerator, lower * denominator);
        const ppo_lane_mask out = behind & ppo_lanes_less(numerator, upper * denominator);
        misses |= ~before & ~behind & ppo_lanes_less(numerator, zero);
        lower = ppo_lanes_select(in, t, lower);
        upper = ppo_lanes_select(out, t, upper);
        enters |= in;
        misses |= ppo_lanes_less(upper, lower);
    }
    r->fraction = ppo_lanes_select(enters & ~misses, lower, r->fraction);
}

void ppo_world_cast(const ppo_world *world, const double from[2], const double (*to)[2], int count,
                    float *fraction)
{
    for (int first = 0; first < count; first += PPO_LANE_COUNT) {
        const int here = count - first < PPO_LANE_COUNT ? count - first : PPO_LANE_COUNT;
        rays r = {.x = (float)from[0], .y = (float)from[1], .fraction = (ppo_lanes){0.0f} + 1.0f};
        const ppo_vec2 origin = {r.x, r.y};
        ppo_box box = {origin, origin};
        for (int i = 0; i < here; i++) {
            const ppo_vec2 end = {(float)to[first + i][0], (float)to[first + i][1]};
            r.dx[i] = end.x - r.x;
            r.dy[i] = end.y - r.y;
            box = (ppo_box){ppo_vec_min(box.lower, end), ppo_vec_max(box.upper, end)};
        }
        int16_t piece[PPO_MAX_GROUND];
        const int found = ppo_tree_ground_in(world, &box, piece);
        for (int i = 0; i < found; i++) {
            const ppo_ground_piece *p = &world->slot[piece[i]].piece;
            if (p->num_corners == 2)
                meet_edge(&r, p);
            else
                meet_block(&r, p);
        }
        for (int i = 0; i < here; i++)
            fraction[first + i] = r.fraction[i];
    }
}
