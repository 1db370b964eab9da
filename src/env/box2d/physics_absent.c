// SPDX-License-Identifier: MIT
// In the place of physics_box2d.cpp where the build has no Box2D: says so. No world is ever made,
// so the other functions are not called; they do nothing.
#include "core/error.h"
#include "env/box2d/physics.h"

ppo_status ppo_physics_check(ppo_error *error)
{
    return ppo_fail(error, PPO_UNSUPPORTED,
                    "this build has no Box2D, which landers and walkers need (scripts/setup "
                    "installs it; then configure and build again)");
}

ppo_status ppo_world_create(ppo_world **world, double gravity, ppo_error *error)
{
    (void)gravity;
    *world = NULL;
    return ppo_physics_check(error);
}

void ppo_world_destroy(ppo_world *world)
{
    (void)world;
}

void ppo_world_step(ppo_world *world, double seconds, int velocity_rounds, int position_rounds)
{
    (void)world, (void)seconds, (void)velocity_rounds, (void)position_rounds;
}

float ppo_world_cast(const ppo_world *world, const double from[2], const double to[2],
                     uint16_t category)
{
    (void)world, (void)from, (void)to, (void)category;
    return 1.0f;
}

ppo_body *ppo_world_add_body(ppo_world *world, const ppo_body_place *place)
{
    (void)world, (void)place;
    return NULL;
}

void ppo_body_add_edge(ppo_body *body, const double corner[2][2], const ppo_material *material)
{
    (void)body, (void)corner, (void)material;
}

void ppo_body_add_polygon(ppo_body *body, const double (*corner)[2], int num_corners,
                          const ppo_material *material)
{
    (void)body, (void)corner, (void)num_corners, (void)material;
}

void ppo_body_add_box(ppo_body *body, double half_width, double half_height,
                      const ppo_material *material)
{
    (void)body, (void)half_width, (void)half_height, (void)material;
}

ppo_hinge *ppo_world_add_hinge(ppo_world *world, const ppo_hinge_traits *traits)
{
    (void)world, (void)traits;
    return NULL;
}

void ppo_body_push(ppo_body *body, double force_x, double force_y)
{
    (void)body, (void)force_x, (void)force_y;
}

void ppo_body_twist(ppo_body *body, double torque)
{
    (void)body, (void)torque;
}

void ppo_body_kick(ppo_body *body, const double impulse[2], const double point[2])
{
    (void)body, (void)impulse, (void)point;
}

void ppo_body_pose(const ppo_body *body, ppo_pose *pose)
{
    (void)body;
    *pose = (ppo_pose){.x = 0.0f};
}

bool ppo_body_is_awake(const ppo_body *body)
{
    (void)body;
    return false;
}

bool ppo_body_has_touched(const ppo_body *body)
{
    (void)body;
    return false;
}

bool ppo_body_touches(const ppo_body *body)
{
    (void)body;
    return false;
}

bool ppo_body_outline(const ppo_body *body, uint32_t index, ppo_outline *outline)
{
    (void)body, (void)index, (void)outline;
    return false;
}

void ppo_hinge_drive(ppo_hinge *hinge, double speed, double torque)
{
    (void)hinge, (void)speed, (void)torque;
}

float ppo_hinge_angle(const ppo_hinge *hinge)
{
    (void)hinge;
    return 0.0f;
}

float ppo_hinge_speed(const ppo_hinge *hinge)
{
    (void)hinge;
    return 0.0f;
}
