// SPDX-License-Identifier: MIT
// See scenes.h.
#include "unit/bodies/support/scenes.h"

#include "bodies/body.h"
#include "bodies/build.h"
#include "bodies/step.h"

static double random_of(unsigned seed, unsigned draw)
{
    unsigned x = seed * 2654435761u + draw * 40503u + 12345u;
    for (int i = 0; i < 4; i++)
        x = x * 1664525u + 1013904223u;
    return (double)(x >> 8) / 8388608.0 - 1.0; // in [-1, 1)
}

void scene_ground(ppo_world *world, bool is_rough)
{
    ppo_world_init(world, -10.0, 42);
    const double block[4][2] = {{12.0, 1.0}, {12.5, 1.0}, {12.5, 1.6}, {12.0, 1.6}};
    ppo_world_add_block(world, block, 4, 0.8, true);
    double y = 1.0;
    for (int i = 0; i < 40; i++) {
        const double next = is_rough ? 1.0 + 0.2 * random_of(77, (unsigned)i) : 1.0;
        const double edge[2][2] = {{0.5 * i, y}, {0.5 * (i + 1), next}};
        ppo_world_add_edge(world, edge, 0.8, true);
        y = next;
    }
}

void scene_edge(ppo_world *world)
{
    const double edge[2][2] = {{-5.0, 0.0}, {5.0, 0.0}};
    ppo_world_init(world, -10.0, 4);
    ppo_world_add_edge(world, edge, 0.8, true);
}

int scene_box(ppo_world *world, double x, double y, double angle)
{
    const ppo_body_def def = {.x = x, .y = y, .angle = angle, .density = 1.0, .friction = 0.5};
    return ppo_world_add_box(world, &def, 0.5, 0.5);
}

void scene_walker(ppo_world *world, unsigned seed)
{
    static const double hull[5][2] = {
        {-1.0, 0.3}, {0.2, 0.3}, {1.1, 0.05}, {1.1, -0.25}, {-1.0, -0.25}};
    scene_ground(world, true);
    const double x = 10.0 + 3.0 * random_of(seed, 0), y = 3.6 + 0.5 * random_of(seed, 1);
    const ppo_body_def body = {.x = x, .y = y, .density = 5.0, .friction = 0.1};
    ppo_world_add_polygon(world, &body, hull, 5);
    for (int n = 0; n < 2; n++) {
        const double tilt = n ? 0.05 : -0.05;
        ppo_body_def limb = {.x = x, .y = y - 0.3, .angle = tilt, .density = 1.0, .friction = 0.2};
        ppo_hinge_def hinge = {.a = 0,
                               .b = ppo_world_add_box(world, &limb, 0.13, 0.57),
                               .anchor_a = {0.0, -0.27},
                               .anchor_b = {0.0, 0.57},
                               .lower = -0.8,
                               .upper = 1.1,
                               .motor_torque = 80.0};
        ppo_world_add_hinge(world, &hinge);
        limb.y = y - 1.43;
        hinge.a = hinge.b;
        hinge.b = ppo_world_add_box(world, &limb, 0.11, 0.57);
        hinge.anchor_a[1] = -0.57;
        hinge.lower = -1.6;
        hinge.upper = -0.1;
        ppo_world_add_hinge(world, &hinge);
    }
    ppo_body_push(&world->body[0], 500.0 * random_of(seed, 2), 0.0);
}

void scene_drive(ppo_world *world, unsigned seed, int step)
{
    for (int i = 0; i < world->num_hinges; i++) {
        const double action = random_of(seed, 1000u + 4u * (unsigned)step + (unsigned)i);
        ppo_hinge_drive(world, i, action > 0.0 ? 4.0 : -4.0,
                        80.0 * (action > 0.0 ? action : -action));
    }
}

void scene_step(ppo_world *world)
{
    const ppo_step_def def = {.dt = 0.02, .velocity_rounds = 180, .position_rounds = 60};
    ppo_worlds_step(&world, 1, &def);
}
