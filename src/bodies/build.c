// SPDX-License-Identifier: MIT
// See build.h.
#include "bodies/build.h"

#include "bodies/polygon.h"
#include "bodies/tree.h"

#include <assert.h>
#include <string.h>

static ppo_vec2 rounded(const double v[2])
{
    return (ppo_vec2){(float)v[0], (float)v[1]};
}

void ppo_world_init(ppo_world *world, double gravity, int max_ground)
{
    assert(max_ground >= 0 && max_ground <= PPO_MAX_GROUND);
    memset(world, 0, PPO_WORLD_BYTES((size_t)max_ground));
    world->gravity = (ppo_vec2){0.0f, (float)gravity};
    world->max_ground = max_ground;
    ppo_tree_init(world);
}

void ppo_world_clear(ppo_world *world)
{
    for (int i = world->num_ground; i-- > 0;) {
        ppo_tree_remove(world, world->slot[i].piece.leaf);
        world->slot[i].piece = (ppo_ground_piece){.num_corners = 0};
    }
    for (int i = 0; i < world->num_bodies; i++)
        ppo_tree_remove(world, world->body[i].leaf);
    world->num_ground = world->num_bodies = world->num_hinges = world->num_contacts = 0;
    memset(world->body, 0, sizeof world->body);
    memset(world->hinge, 0, sizeof world->hinge);
    memset(world->contact, 0, sizeof world->contact);
    memset(world->world_corner, 0, sizeof world->world_corner);
}

// --- ground ------------------------------------------------------------------------------------

static void add_piece(ppo_world *world, const ppo_ground_piece *piece, bool is_own_body)
{
    assert(world->num_ground < world->max_ground);
    const int index = world->num_ground++;
    const ppo_box box = ppo_corners_box(piece->corner, piece->num_corners);
    ppo_ground_piece *own = &world->slot[index].piece;
    *own = *piece;
    own->part_of =
        (int16_t)(is_own_body || index == 0 ? index : world->slot[index - 1].piece.part_of);
    own->leaf = (int16_t)ppo_tree_insert(world, &box, index);
    for (int i = 0; i < world->num_bodies; i++)
        world->body[i].has_moved = 1;
}

void ppo_world_add_edge(ppo_world *world, const double corner[2][2], double friction,
                        bool is_own_body)
{
    const ppo_vec2 a = rounded(corner[0]), b = rounded(corner[1]);
    const ppo_ground_piece piece = {
        .corner = {a, b},
        .normal = {ppo_vec_right(ppo_vec_normalize(ppo_vec_sub(b, a)))},
        .friction = (float)friction,
        .num_corners = 2,
    };
    add_piece(world, &piece, is_own_body);
}

void ppo_world_add_block(ppo_world *world, const double (*corner)[2], int num_corners,
                         double friction, bool is_own_body)
{
    assert(num_corners >= 3 && num_corners <= PPO_MAX_BLOCK_CORNERS);
    ppo_vec2 point[PPO_MAX_BLOCK_CORNERS];
    ppo_polygon hull;
    for (int i = 0; i < num_corners; i++)
        point[i] = rounded(corner[i]);
    ppo_polygon_hull(&hull, point, num_corners);
    ppo_ground_piece piece = {
        .centroid = hull.centroid, .friction = (float)friction, .num_corners = hull.num_corners};
    memcpy(piece.corner, hull.corner, sizeof piece.corner);
    memcpy(piece.normal, hull.normal, sizeof piece.normal);
    add_piece(world, &piece, is_own_body);
}

// --- bodies and hinges --------------------------------------------------------------------------

static int add_body(ppo_world *world, const ppo_body_def *def, const ppo_polygon *shape)
{
    assert(world->num_bodies < PPO_MAX_BODIES && def->density > 0.0);
    const int index = world->num_bodies++;
    ppo_body *b = &world->body[index];
    const float angle = (float)def->angle;
    *b = (ppo_body){
        .shape = *shape, .friction = (float)def->friction, .is_awake = 1, .has_moved = 1};
    b->transform = (ppo_transform){{(float)def->x, (float)def->y}, ppo_rotation_of(angle)};

    const ppo_mass m = ppo_polygon_mass(shape, (float)def->density);
    b->inv_mass = 1.0f / m.mass;
    const ppo_vec2 center = ppo_vec_scale(b->inv_mass, ppo_vec_scale(m.mass, m.center));
    b->inv_inertia = 1.0f / (m.inertia - m.mass * ppo_vec_dot(center, center));
    b->sweep.local_center = center;
    b->sweep.c = b->sweep.c0 = ppo_to_world(b->transform, center);
    b->sweep.a = b->sweep.a0 = angle;

    for (int i = 0; i < shape->num_corners; i++) {
        const ppo_vec2 arm = ppo_vec_sub(shape->corner[i], center);
        b->reach = ppo_max(b->reach, ppo_vec_length(arm));
        world->world_corner[index][i] = ppo_to_world(b->transform, shape->corner[i]);
    }
    const ppo_box box = ppo_corners_box(world->world_corner[index], shape->num_corners);
    b->leaf = (int16_t)ppo_tree_insert(world, &box, PPO_MAX_GROUND + index);
    return index;
}

int ppo_world_add_polygon(ppo_world *world, const ppo_body_def *def, const double (*corner)[2],
                          int num_corners)
{
    assert(num_corners >= 3 && num_corners <= PPO_MAX_CORNERS);
    ppo_vec2 point[PPO_MAX_CORNERS];
    ppo_polygon shape;
    for (int i = 0; i < num_corners; i++)
        point[i] = rounded(corner[i]);
    ppo_polygon_hull(&shape, point, num_corners);
    return add_body(world, def, &shape);
}

int ppo_world_add_box(ppo_world *world, const ppo_body_def *def, double half_width,
                      double half_height)
{
    ppo_polygon shape;
    ppo_polygon_box(&shape, (float)half_width, (float)half_height);
    return add_body(world, def, &shape);
}

int ppo_world_add_hinge(ppo_world *world, const ppo_hinge_def *def)
{
    assert(world->num_hinges < PPO_MAX_HINGES && def->upper - def->lower > 0.07);
    const int index = world->num_hinges++;
    world->hinge[index] = (ppo_hinge){
        .a = (int16_t)def->a,
        .b = (int16_t)def->b,
        .anchor_a = rounded(def->anchor_a),
        .anchor_b = rounded(def->anchor_b),
        .reference_angle = world->body[def->b].sweep.a - world->body[def->a].sweep.a,
        .lower = (float)def->lower,
        .upper = (float)def->upper,
        .motor_speed = (float)def->motor_speed,
        .motor_torque = (float)def->motor_torque,
        .limit = PPO_LIMIT_NONE,
    };
    return index;
}
