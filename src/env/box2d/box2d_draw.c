// SPDX-License-Identifier: MIT
// Pictures of landers and walkers, with the shapes and colours by which Gymnasium's users know
// them. Engines show a plume while they fire, where Gymnasium scatters particles.
//
// The camera's unit is the metre: 30 pixels of the class's own picture.
// Workload: 1 to 2 ms a picture, most of it the copy into RGB. Owns nothing.
#include "draw/canvas.h"
#include "env/box2d/bipedal_walker.h"
#include "env/box2d/lunar_lander.h"

#include <math.h>

#define WHITE 0xFFFFFF
#define BLACK 0x000000
#define PIXEL (1 / 30.0) // m

enum { WIDTH = 600, HEIGHT = 400 };

// What is a pixel wide in the class's own picture, and no less in smaller ones.
static double hair(const ppo_canvas *canvas)
{
    return fmax(PIXEL, 1.0 / ppo_canvas_scale(canvas));
}

static ppo_paint edged(const ppo_canvas *canvas, uint32_t fill, uint32_t stroke)
{
    return (ppo_paint){.fill = fill, .stroke = stroke, .width = hair(canvas)};
}

static void draw_body(ppo_canvas *canvas, const ppo_world *world, int body, uint32_t fill,
                      uint32_t stroke)
{
    ppo_point corner[PPO_MAX_CORNERS];
    const int count = world->body[body].shape.num_corners;
    for (int i = 0; i < count; i++) {
        const ppo_vec2 at = world->world_corner[body][i];
        corner[i] = (ppo_point){(double)at.x, (double)at.y};
    }
    ppo_canvas_polygon(canvas, corner, (size_t)count, edged(canvas, fill, stroke));
}

// A flag 50 pixels high, the cloth to the right.
static void draw_flag(ppo_canvas *canvas, double x, double y, uint32_t pole, ppo_paint cloth)
{
    const double top = y + 50 * PIXEL;
    ppo_canvas_line(canvas, x, y, x, top, hair(canvas), pole);
    ppo_canvas_polygon(
        canvas,
        (const ppo_point[3]){{x, top}, {x, top - 10 * PIXEL}, {x + 25 * PIXEL, top - 5 * PIXEL}}, 3,
        cloth);
}

// --- the lander --------------------------------------------------------------------------------

// The moon's surface, which goes on level beyond the picture that Gymnasium shows.
static void draw_moon(ppo_canvas *canvas, const double ground[PPO_LANDER_CHUNKS])
{
    ppo_point surface[PPO_LANDER_CHUNKS + 4];
    double left, bottom, right, top;
    ppo_canvas_edges(canvas, &left, &bottom, &right, &top);
    for (int i = 0; i < PPO_LANDER_CHUNKS; i++)
        surface[i + 2] = (ppo_point){ppo_lander_chunk_x(i), ground[i]};
    surface[0] = (ppo_point){fmin(left, 0.0), bottom};
    surface[1] = (ppo_point){fmin(left, 0.0), ground[0]};
    right = fmax(right, PPO_LANDER_WIDTH);
    surface[PPO_LANDER_CHUNKS + 2] = (ppo_point){right, ground[PPO_LANDER_CHUNKS - 1]};
    surface[PPO_LANDER_CHUNKS + 3] = (ppo_point){right, bottom};
    ppo_canvas_polygon(canvas, surface, PPO_LANDER_CHUNKS + 4, PPO_FILL(WHITE));
}

// Puffs that leave a nozzle at (x, y) of the hull in direction (dx, dy), cooling down.
static void draw_plume(ppo_canvas *canvas, double x, double y, double dx, double dy, double power)
{
    static const uint32_t heat[] = {0xFF8080, 0xD96060, 0x993838, 0x663333};
    for (int i = 0; i < 4; i++) {
        const double far = (4 + 7 * i) * PIXEL * power;
        ppo_canvas_circle(canvas, x + dx * far, y + dy * far, (2 + 0.5 * i) * PIXEL,
                          PPO_FILL(heat[i]));
    }
}

static void draw_engines(ppo_canvas *canvas, const ppo_lander_state *state)
{
    ppo_pose pose;
    ppo_body_pose(&state->world.body[PPO_LANDER_HULL], &pose);
    ppo_canvas_push(canvas, (double)pose.x, (double)pose.y, (double)pose.angle);
    if (state->main_power > 0.0)
        draw_plume(canvas, 0.0, -10 * PIXEL, 0.0, -1.0, state->main_power);
    if (state->side_power > 0.0)
        draw_plume(canvas, state->side * 17 * PIXEL, 14 * PIXEL, state->side, 0.0,
                   state->side_power);
    ppo_canvas_pop(canvas);
}

void ppo_lander_draw(const void *instance, unsigned char *rgb, uint32_t width, uint32_t height)
{
    const ppo_lander *self = instance;
    const uint32_t hull = 0x8066E6, edge = 0x4D4D80;
    ppo_canvas canvas;
    ppo_canvas_open(&canvas, rgb, width, height, BLACK);
    ppo_canvas_look(&canvas, 0.0, 0.0, PPO_LANDER_WIDTH, PPO_LANDER_HEIGHT);
    draw_moon(&canvas, self->state.ground);
    if (self->state.world.num_bodies > 0)
        draw_engines(&canvas, &self->state);
    for (int i = 0; i < self->state.world.num_bodies; i++)
        draw_body(&canvas, &self->state.world, i, hull, edge);
    for (int side = -1; side <= 1; side += 2)
        draw_flag(&canvas, ppo_lander_chunk_x(PPO_LANDER_CHUNKS / 2 + side), PPO_LANDER_PAD_Y,
                  WHITE, PPO_FILL(0xCCCC00));
    ppo_canvas_close(&canvas);
}

void ppo_lander_render(const void *instance, unsigned char *rgb)
{
    ppo_lander_draw(instance, rgb, WIDTH, HEIGHT);
}

// --- the walker --------------------------------------------------------------------------------

// Clouds are twice as far away as everything else, so they pass at half the speed.
static void draw_clouds(ppo_canvas *canvas, const ppo_walker_terrain *terrain, double scroll)
{
    for (int n = 0; n < PPO_WALKER_CLOUDS; n++) {
        ppo_point corner[PPO_WALKER_CLOUD_CORNERS];
        for (int i = 0; i < PPO_WALKER_CLOUD_CORNERS; i++)
            corner[i] = (ppo_point){terrain->cloud[n][i][0] + scroll / 2, terrain->cloud[n][i][1]};
        ppo_canvas_polygon(canvas, corner, PPO_WALKER_CLOUD_CORNERS, PPO_FILL(WHITE));
    }
}

// Earth below each edge down to the picture's bottom, blocks, and the grass on top.
static void draw_ground(ppo_canvas *canvas, const ppo_walker_terrain *terrain)
{
    double left, bottom, right, top;
    ppo_canvas_edges(canvas, &left, &bottom, &right, &top);
    const double *y = terrain->y;
    const double overlap = 1.0 / ppo_canvas_scale(canvas); // so that no seam is seen
    for (int i = 0; i + 1 < PPO_WALKER_POINTS; i++)
        if (ppo_walker_x(i + 1) >= left && ppo_walker_x(i) <= right)
            ppo_canvas_polygon(canvas,
                               (const ppo_point[4]){{ppo_walker_x(i), y[i]},
                                                    {ppo_walker_x(i + 1) + overlap, y[i + 1]},
                                                    {ppo_walker_x(i + 1) + overlap, bottom},
                                                    {ppo_walker_x(i), bottom}},
                               4, PPO_FILL(0x66994C));
    for (int i = PPO_WALKER_POINTS - 2; i >= 0; i--)
        if (ppo_walker_x(i + 1) >= left && ppo_walker_x(i) <= right)
            ppo_canvas_line(canvas, ppo_walker_x(i), y[i], ppo_walker_x(i + 1), y[i + 1],
                            hair(canvas), i % 2 ? 0x4CCC4C : 0x4CFF4C);
    for (uint32_t n = 0; n < terrain->num_blocks; n++) {
        ppo_point corner[4];
        for (int i = 0; i < 4; i++)
            corner[i] = (ppo_point){terrain->block[n][i][0], terrain->block[n][i][1]};
        ppo_canvas_polygon(canvas, corner, 4, edged(canvas, WHITE, 0x999999));
    }
}

// Of every hundred steps, ten show one ray after the other and ten the same backwards.
static void draw_ray(ppo_canvas *canvas, const ppo_walker *self)
{
    const int turn = (int)(self->state.num_steps % 100);
    const int i = turn < PPO_WALKER_RAYS ? turn : 2 * PPO_WALKER_RAYS - 1 - turn;
    ppo_pose pose;
    if (i < 0)
        return;
    ppo_body_pose(&self->state.world.body[PPO_WALKER_HULL], &pose);
    const double x = (double)pose.x, y = (double)pose.y, reach = (double)self->state.ray[i];
    ppo_canvas_line(canvas, x, y, x + reach * self->ray[i][0], y - reach * self->ray[i][1],
                    hair(canvas), 0xFF0000);
}

static void draw_walker(ppo_canvas *canvas, const ppo_walker *self)
{
    const ppo_world *world = &self->state.world;
    draw_ray(canvas, self);
    for (int i = 0; i < PPO_WALKER_JOINTS; i++) // the leg that was made first is the paler one
        draw_body(canvas, world, PPO_WALKER_LEGS + i, i < 2 ? 0xB26598 : 0x803366,
                  i < 2 ? 0x7F4C65 : 0x4D1A33);
    draw_body(canvas, world, PPO_WALKER_HULL, 0x7F33E5, 0x4C4C7F);
}

void ppo_walker_draw(const void *instance, unsigned char *rgb, uint32_t width, uint32_t height)
{
    const ppo_walker *self = instance;
    double scroll = 0.0;
    ppo_pose pose;
    ppo_canvas canvas;
    if (self->state.world.num_bodies > 0) {
        ppo_body_pose(&self->state.world.body[PPO_WALKER_HULL], &pose);
        scroll = fmax((double)pose.x - PPO_WALKER_WIDTH / 5, 0.0);
    }
    ppo_canvas_open(&canvas, rgb, width, height, 0xD7D7FF);
    ppo_canvas_look(&canvas, scroll, 0.0, scroll + PPO_WALKER_WIDTH, PPO_WALKER_HEIGHT);
    draw_clouds(&canvas, &self->state.terrain, scroll);
    draw_ground(&canvas, &self->state.terrain);
    if (self->state.world.num_bodies > 0)
        draw_walker(&canvas, self);
    draw_flag(&canvas, PPO_WALKER_STEP * 3, PPO_WALKER_GROUND_Y, BLACK,
              edged(&canvas, 0xE63300, BLACK));
    ppo_canvas_close(&canvas);
}

void ppo_walker_render(const void *instance, unsigned char *rgb)
{
    ppo_walker_draw(instance, rgb, WIDTH, HEIGHT);
}
