// SPDX-License-Identifier: MIT
// The walker's ground: level at first, then hills by a random walk of the slope; for the hardcore
// walker with pits, stumps and stairs between stretches of grass. Gymnasium's numbers, drawn and
// rounded in its order.
//
// Workload: 2 us, once an episode. Owns nothing. Not here: the bodies made of it.
#include "env/box2d/bipedal_walker.h"

#include <math.h>
#include <string.h>

#define SCALE      PPO_WALKER_SCALE
#define STEP       PPO_WALKER_STEP
#define MIN_GRASS  5 // points, and one less than MAX_GRASS at most
#define MAX_GRASS  10
#define NEARLY_2PI (3.14 * 2)

typedef enum ppo_ground { GRASS, STUMP, STAIRS, PIT, NUM_GROUNDS } ppo_ground;

// Where the drawing stands.
typedef struct drawing {
    ppo_walker_terrain *terrain;
    ppo_random *random;
    ppo_ground ground;
    bool is_first;     // the first point of this ground
    int64_t counter;   // points of it that are left
    double x, y;       // the point
    double velocity;   // of y on grass
    double original_y; // before the pit or the stairs
    int64_t stair_steps, stair_width, stair_height;
} drawing;

// A block from its left, right, top and bottom edge, around from (left, first).
static void add_block(drawing *d, double left, double right, double first, double second)
{
    ppo_walker_terrain *terrain = d->terrain;
    if (terrain->num_blocks == PPO_WALKER_BLOCKS)
        return; // 200 points have room for 41 at most
    double(*corner)[2] = terrain->block[terrain->num_blocks++];
    const double around[4][2] = {{left, first}, {right, first}, {right, second}, {left, second}};
    for (int i = 0; i < 4; i++)
        for (int k = 0; k < 2; k++)
            corner[i][k] = around[i][k];
}

static void walk_grass(drawing *d, int index)
{
    const double above = PPO_WALKER_GROUND_Y - d->y;
    d->velocity = 0.8 * d->velocity + 0.01 * (above > 0.0 ? 1.0 : above < 0.0 ? -1.0 : 0.0);
    if (index > PPO_WALKER_PAD)
        d->velocity += ppo_random_uniform(d->random, -1.0, 1.0) / SCALE;
    d->y += d->velocity;
}

// A pit lies between two walls.
static void begin_pit(drawing *d)
{
    d->counter = ppo_random_integers(d->random, 3, 5);
    const double width = STEP * (double)d->counter, right = d->x + STEP, bottom = d->y - 4 * STEP;
    add_block(d, d->x, right, d->y, bottom);
    add_block(d, d->x + width, right + width, d->y, bottom);
    d->counter += 2;
    d->original_y = d->y;
}

static void begin_stump(drawing *d)
{
    d->counter = ppo_random_integers(d->random, 1, 3);
    const double side = (double)d->counter * STEP;
    add_block(d, d->x, d->x + side, d->y, d->y + side);
}

static void begin_stairs(drawing *d)
{
    d->stair_height = ppo_random_double(d->random) > 0.5 ? 1 : -1;
    d->stair_width = ppo_random_integers(d->random, 4, 5);
    d->stair_steps = ppo_random_integers(d->random, 3, 5);
    d->original_y = d->y;
    for (int64_t s = 0; s < d->stair_steps; s++) {
        const double left = d->x + (double)(s * d->stair_width) * STEP;
        const double right = d->x + (double)((1 + s) * d->stair_width) * STEP;
        const double top = d->y + (double)(s * d->stair_height) * STEP;
        const double bottom = d->y + (double)(-1 + s * d->stair_height) * STEP;
        add_block(d, left, right, top, bottom);
    }
    d->counter = d->stair_steps * d->stair_width;
}

static void walk_pit(drawing *d)
{
    d->y = d->original_y;
    if (d->counter > 1)
        d->y -= 4 * STEP;
}

static void walk_stairs(drawing *d)
{
    const int64_t s = d->stair_steps * d->stair_width - d->counter - d->stair_height;
    const double n = (double)s / (double)d->stair_width;
    d->y = d->original_y + (n * (double)d->stair_height) * STEP;
}

static void begin_ground(drawing *d)
{
    if (d->ground == PIT)
        begin_pit(d);
    else if (d->ground == STUMP)
        begin_stump(d);
    else if (d->ground == STAIRS)
        begin_stairs(d);
}

static void walk_on(drawing *d, int index)
{
    if (d->ground == GRASS)
        walk_grass(d, index);
    else if (d->ground == PIT)
        walk_pit(d);
    else if (d->ground == STAIRS)
        walk_stairs(d);
}

static void draw_ground(drawing *d, bool is_hardcore)
{
    for (int i = 0; i < PPO_WALKER_POINTS; i++) {
        d->x = ppo_walker_x(i);
        if (d->is_first)
            begin_ground(d);
        else
            walk_on(d, i);
        d->is_first = false;
        d->terrain->y[i] = d->y;
        if (--d->counter > 0)
            continue;
        d->counter = ppo_random_integers(d->random, MIN_GRASS, MAX_GRASS);
        d->is_first = true;
        d->ground = d->ground == GRASS && is_hardcore
                        ? (ppo_ground)ppo_random_integers(d->random, STUMP, NUM_GROUNDS)
                        : GRASS;
    }
}

// Nothing collides with them, but they are drawn from the same stream as everything else.
static void draw_clouds(ppo_walker_terrain *terrain, ppo_random *random)
{
    for (int n = 0; n < PPO_WALKER_CLOUDS; n++) {
        const double x = ppo_random_uniform(random, 0.0, PPO_WALKER_POINTS) * STEP;
        const double y = PPO_WALKER_HEIGHT * 3 / 4;
        for (int i = 0; i < PPO_WALKER_CLOUD_CORNERS; i++) {
            const double turn = NEARLY_2PI * i / PPO_WALKER_CLOUD_CORNERS;
            double *corner = terrain->cloud[n][i];
            corner[0] = x + 15 * STEP * sin(turn) + ppo_random_uniform(random, 0.0, 5 * STEP);
            corner[1] = y + 5 * STEP * cos(turn) + ppo_random_uniform(random, 0.0, 5 * STEP);
        }
    }
}

void ppo_walker_draw_terrain(ppo_walker_terrain *terrain, bool is_hardcore, ppo_random *random)
{
    drawing d = {.terrain = terrain,
                 .random = random,
                 .ground = GRASS,
                 .counter = PPO_WALKER_PAD,
                 .y = PPO_WALKER_GROUND_Y};
    memset(terrain->block, 0, sizeof terrain->block); // equal grounds are equal bytes
    terrain->num_blocks = terrain->unused = 0;
    draw_ground(&d, is_hardcore);
    draw_clouds(terrain, random);
}
