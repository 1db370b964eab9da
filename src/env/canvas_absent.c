// SPDX-License-Identifier: MIT
// In the place of canvas.c where the build has no cairo. Nobody calls what draws: the classes have
// no `render` then (PPO_PICTURE), and an overlay asks ppo_canvas_is_there.
#include "env/canvas.h"

void ppo_canvas_open(ppo_canvas *canvas, unsigned char *rgb, uint32_t width, uint32_t height,
                     uint32_t background)
{
    *canvas = (ppo_canvas){
        .rgb = rgb, .width = width, .height = height, .background = background, .scale = 1.0};
}

void ppo_canvas_open_over(ppo_canvas *canvas, unsigned char *rgb, uint32_t width, uint32_t height)
{
    ppo_canvas_open(canvas, rgb, width, height, 0);
}

void ppo_canvas_close(ppo_canvas *canvas)
{
    (void)canvas;
}

void ppo_canvas_look(ppo_canvas *canvas, double left, double bottom, double right, double top)
{
    (void)canvas, (void)left, (void)bottom, (void)right, (void)top;
}

void ppo_canvas_edges(const ppo_canvas *canvas, double *left, double *bottom, double *right,
                      double *top)
{
    *left = *bottom = 0.0;
    *right = canvas->width;
    *top = canvas->height;
}

void ppo_canvas_push(ppo_canvas *canvas, double x, double y, double angle)
{
    (void)canvas, (void)x, (void)y, (void)angle;
}

void ppo_canvas_pop(ppo_canvas *canvas)
{
    (void)canvas;
}

double ppo_canvas_scale(const ppo_canvas *canvas)
{
    return canvas->scale;
}

void ppo_canvas_polygon(ppo_canvas *canvas, const ppo_point *corners, size_t count, ppo_paint paint)
{
    (void)canvas, (void)corners, (void)count, (void)paint;
}

void ppo_canvas_box(ppo_canvas *canvas, double left, double bottom, double right, double top,
                    ppo_paint paint)
{
    (void)canvas, (void)left, (void)bottom, (void)right, (void)top, (void)paint;
}

void ppo_canvas_circle(ppo_canvas *canvas, double x, double y, double radius, ppo_paint paint)
{
    (void)canvas, (void)x, (void)y, (void)radius, (void)paint;
}

void ppo_canvas_line(ppo_canvas *canvas, double x0, double y0, double x1, double y1, double width,
                     uint32_t colour)
{
    (void)canvas, (void)x0, (void)y0, (void)x1, (void)y1, (void)width, (void)colour;
}

void ppo_canvas_curve(ppo_canvas *canvas, const ppo_point *points, size_t count, double width,
                      uint32_t colour, bool has_round_ends)
{
    (void)canvas, (void)points, (void)count, (void)width, (void)colour, (void)has_round_ends;
}

void ppo_canvas_text(ppo_canvas *canvas, const char *text, double x, double y, double size,
                     uint32_t colour)
{
    (void)canvas, (void)text, (void)x, (void)y, (void)size, (void)colour;
}

double ppo_canvas_text_width(ppo_canvas *canvas, const char *text, double size)
{
    (void)canvas, (void)text, (void)size;
    return 0.0;
}

bool ppo_canvas_is_there(void)
{
    return false;
}
