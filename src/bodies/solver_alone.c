// SPDX-License-Identifier: MIT
// See solver.h: an island by itself. In lanes of one number branches take the place of masks, which
// shortens the chain of operations that each round waits for.
#define PPO_ONE_LANE
#include "bodies/solver.h"
#include "bodies/solver_round.h"

void ppo_island_solve(ppo_world *world, const ppo_island *island, float dt, int rounds)
{
    ppo_solver solver;
    begin(&solver, world, island);
    load(&solver, dt, false);
    for (int round = 0; round < rounds; round++)
        solve_round(&solver);
    store(&solver, false);
}

// Where a lone body and its contacts stand after a round.
typedef struct snapshot {
    ppo_lanes body[3];
    ppo_lanes impulse[PPO_ISLAND_CONTACTS][4];
} snapshot;

static void take_snapshot(snapshot *shot, const ppo_solver *s)
{
    shot->body[0] = s->vx[0];
    shot->body[1] = s->vy[0];
    shot->body[2] = s->omega[0];
    for (int i = 0; i < s->num_rows; i++) {
        const ppo_point_lanes *p = s->row[i].point;
        const ppo_lanes impulse[4] = {p[0].normal, p[0].tangent, p[1].normal, p[1].tangent};
        memcpy(shot->impulse[i], impulse, sizeof impulse);
    }
}

// Bit for bit, so that nothing that follows can differ.
static bool is_same(const snapshot *a, const snapshot *b, int num_rows)
{
    const void *const one = a, *const other = b;
    return memcmp(one, other, sizeof a->body + (size_t)num_rows * sizeof a->impulse[0]) == 0;
}

// At an impact there are no hinges, and after a dozen rounds most often nothing changes any more,
// or two states take turns: then the rest of the rounds is known.
static void run_impact(ppo_solver *s, int rounds)
{
    snapshot shot[2]; // after the round before, and the one before that
    for (int round = 0; round < rounds; round++) {
        snapshot *older = &shot[round % 2];
        for (int i = 0; i < s->num_rows; i++)
            solve_contact(s, &s->row[i]);
        snapshot now;
        take_snapshot(&now, s);
        if (round >= 2 && is_same(&now, older, s->num_rows))
            rounds = round + 1 + (rounds - round - 1) % 2;
        memcpy(older->body, now.body, sizeof now.body);
        memcpy(older->impulse, now.impulse, (size_t)s->num_rows * sizeof now.impulse[0]);
    }
}

void ppo_island_solve_impact(ppo_world *world, const ppo_island *island, float dt, int rounds)
{
    ppo_solver solver;
    begin(&solver, world, island);
    load(&solver, dt, true);
    run_impact(&solver, rounds);
    store(&solver, true);
}
