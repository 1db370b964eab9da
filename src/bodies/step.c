// SPDX-License-Identifier: MIT
// See step.h. A step in Box2D's order: contacts are updated; islands get their velocities, then
// their positions; leaves of the tree follow, and contacts are found; then times of impact.
#include "bodies/step.h"

#include "bodies/contacts.h"
#include "bodies/continuous.h"
#include "bodies/lanes.h"
#include "bodies/position.h"
#include "bodies/solver.h"

#include <string.h>

int ppo_world_lanes(void)
{
    return PPO_LANE_COUNT;
}

// A world's step as far as it has come.
typedef struct step_state {
    ppo_world *world;
    uint32_t found; // a bit for each body that has been in an island
    ppo_island island;
    ppo_body_before before[PPO_MAX_BODIES];
} step_state;

static void begin(step_state *s, ppo_world *world)
{
    s->world = world;
    s->found = 0;
    ppo_contacts_find(world);
    ppo_contacts_collide(world);
    for (int i = 0; i < world->num_bodies; i++) {
        s->before[i].transform = world->body[i].transform;
        memcpy(s->before[i].corner, world->world_corner[i], sizeof s->before[i].corner);
    }
}

static void apply_forces(ppo_world *world, const ppo_island *island, float dt)
{
    for (int i = 0; i < island->num_bodies; i++) {
        ppo_body *b = &world->body[island->body[i]];
        const ppo_vec2 acceleration =
            ppo_vec_add(world->gravity, ppo_vec_scale(b->inv_mass, b->force));
        b->velocity = ppo_vec_add(b->velocity, ppo_vec_scale(dt, acceleration));
        b->omega += dt * b->inv_inertia * b->torque;
    }
}

// The next island of each world. False if there is none left.
static bool solve_islands(step_state *state, int count, float dt, const ppo_step_def *def)
{
    ppo_world *world[PPO_LANE_COUNT];
    const ppo_island *island[PPO_LANE_COUNT];
    int found = 0;
    for (int i = 0; i < count; i++) {
        step_state *s = &state[i];
        if (!ppo_island_next(&s->island, s->world, &s->found))
            continue;
        apply_forces(s->world, &s->island, dt);
        world[found] = s->world;
        island[found++] = &s->island;
    }
    ppo_islands_solve(world, island, found, dt, def->velocity_rounds);
    for (int i = 0; i < found; i++)
        ppo_island_move(world[i], island[i], dt, def->position_rounds);
    return found > 0;
}

static void finish(step_state *s, float dt, const ppo_step_def *def)
{
    ppo_world *world = s->world;
    for (int i = world->num_bodies; i-- > 0;)
        if (s->found >> i & 1)
            ppo_contacts_move_leaf(world, i, s->before[i].transform);
    ppo_contacts_find(world);
    ppo_world_impacts(world, s->before, dt, def->velocity_rounds);
    world->last_inv_dt = 1.0f / dt;
    for (int i = 0; i < world->num_bodies; i++) {
        world->body[i].force = (ppo_vec2){0.0f, 0.0f};
        world->body[i].torque = 0.0f;
    }
}

void ppo_worlds_step(ppo_world *const *world, int count, const ppo_step_def *def)
{
    const float dt = (float)def->dt;
    for (int first = 0; first < count; first += PPO_LANE_COUNT) {
        step_state state[PPO_LANE_COUNT];
        const int here = count - first < PPO_LANE_COUNT ? count - first : PPO_LANE_COUNT;
        for (int i = 0; i < here; i++)
            begin(&state[i], world[first + i]);
        while (solve_islands(state, here, dt, def))
            continue;
        for (int i = 0; i < here; i++)
            finish(&state[i], dt, def);
    }
}
