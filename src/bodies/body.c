// SPDX-License-Identifier: MIT
// See body.h.
#include "bodies/body.h"

static ppo_vec2 rounded(const double v[2])
{
    return (ppo_vec2){(float)v[0], (float)v[1]};
}

void ppo_body_push(ppo_body *body, double force_x, double force_y)
{
    ppo_body_wake(body);
    body->force = ppo_vec_add(body->force, (ppo_vec2){(float)force_x, (float)force_y});
}

void ppo_body_twist(ppo_body *body, double torque)
{
    ppo_body_wake(body);
    body->torque += (float)torque;
}

void ppo_body_kick(ppo_body *body, const double impulse[2], const double point[2])
{
    const ppo_vec2 p = rounded(impulse), arm = ppo_vec_sub(rounded(point), body->sweep.c);
    ppo_body_wake(body);
    body->velocity = ppo_vec_add(body->velocity, ppo_vec_scale(body->inv_mass, p));
    body->omega += body->inv_inertia * ppo_vec_cross(arm, p);
}

void ppo_body_pose(const ppo_body *body, ppo_pose *pose)
{
    *pose = (ppo_pose){.x = body->transform.p.x,
                       .y = body->transform.p.y,
                       .angle = body->sweep.a,
                       .vx = body->velocity.x,
                       .vy = body->velocity.y,
                       .omega = body->omega};
}

void ppo_hinge_drive(ppo_world *world, int hinge, double speed, double torque)
{
    ppo_hinge *h = &world->hinge[hinge];
    ppo_body_wake(&world->body[h->a]);
    ppo_body_wake(&world->body[h->b]);
    h->motor_speed = (float)speed;
    h->motor_torque = (float)torque;
}

float ppo_hinge_angle(const ppo_world *world, int hinge)
{
    const ppo_hinge *h = &world->hinge[hinge];
    return world->body[h->b].sweep.a - world->body[h->a].sweep.a - h->reference_angle;
}

float ppo_hinge_speed(const ppo_world *world, int hinge)
{
    const ppo_hinge *h = &world->hinge[hinge];
    return world->body[h->b].omega - world->body[h->a].omega;
}

void ppo_body_place(ppo_world *world, int body)
{
    ppo_body *b = &world->body[body];
    b->transform.q = ppo_rotation_of(b->sweep.a);
    b->transform.p = ppo_vec_sub(b->sweep.c, ppo_rotate(b->transform.q, b->sweep.local_center));
    for (int i = 0; i < b->shape.num_corners; i++)
        world->world_corner[body][i] = ppo_to_world(b->transform, b->shape.corner[i]);
}
