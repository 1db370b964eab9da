// SPDX-License-Identifier: MIT
// See solver.h: islands side by side, in lanes.
#include "bodies/solver.h"

#include "bodies/solver_round.h"

static bool has_same_order(const ppo_solver *s, const ppo_world *world, const ppo_island *island)
{
    const ppo_world *first_world = s->world[0];
    const ppo_island *first = s->island[0];
    if (first->num_bodies != island->num_bodies || first->num_hinges != island->num_hinges ||
        memcmp(first->body, island->body, sizeof island->body) != 0 ||
        memcmp(first->hinge, island->hinge, sizeof island->hinge) != 0)
        return false;
    for (int i = 0; i < island->num_hinges; i++) {
        const ppo_hinge *h = &world->hinge[island->hinge[i]];
        const ppo_hinge *other = &first_world->hinge[island->hinge[i]];
        if (h->a != other->a || h->b != other->b)
            return false;
    }
    return true;
}

static void run(ppo_solver *solver, float dt, int rounds)
{
    load(solver, dt, false);
    for (int round = 0; round < rounds; round++)
        solve_round(solver);
    store(solver, false);
}

void ppo_islands_solve(ppo_world *const *world, const ppo_island *const *island, int count,
                       float dt, int rounds)
{
    bool is_solved[PPO_LANE_COUNT] = {false};
    for (int first = 0; first < count; first++) {
        if (is_solved[first])
            continue;
        ppo_solver solver;
        begin(&solver, world[first], island[first]);
        for (int i = first + 1; i < count; i++)
            if (!is_solved[i] && has_same_order(&solver, world[i], island[i]))
                is_solved[i] = add(&solver, world[i], island[i]);
        if (solver.num_lanes > 1)
            run(&solver, dt, rounds);
        else
            ppo_island_solve(world[first], island[first], dt, rounds);
    }
}
