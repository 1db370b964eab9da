// SPDX-License-Identifier: MIT
// The library's side of drawing: forwards each call to the module canvas.so (canvas_cairo.c). If
// the module can't be loaded, pictures have the background's colour. Owns the loaded module.
#include "draw/canvas.h"

#include "core/error.h"
#include "draw/canvas_module.h"

#include <stdio.h>

static const ppo_canvas_module *open_module(ppo_error *error)
{
    static ppo_module module =
        PPO_MODULE("canvas", "pictures", "cairo", ppo_canvas_module, PPO_CANVAS_ABI);
    return ppo_module_open(&module, error);
}

ppo_status ppo_canvas_check(ppo_error *error)
{
    ppo_error said = {0};
    return open_module(&said) ? PPO_OK : ppo_fail(error, said.status, "%s", said.message);
}

void ppo_canvas_describe(char *text, size_t size)
{
    ppo_error error = {0};
    const ppo_canvas_module *module = open_module(&error);
    if (module)
        module->describe(text, size);
    else
        snprintf(text, size, "absent: %s", error.message);
}

// --- the picture --------------------------------------------------------------------------------

void ppo_canvas_open(ppo_canvas *canvas, unsigned char *rgb, uint32_t width, uint32_t height,
                     uint32_t background)
{
    *canvas = (ppo_canvas){.module = open_module(NULL),
                           .rgb = rgb,
                           .width = width,
                           .height = height,
                           .background = background,
                           .scale = 1.0};
    if (canvas->module)
        canvas->module->open(canvas);
}

void ppo_canvas_open_over(ppo_canvas *canvas, unsigned char *rgb, uint32_t width, uint32_t height)
{
    *canvas = (ppo_canvas){
        .module = open_module(NULL), .rgb = rgb, .width = width, .height = height, .scale = 1.0};
    if (canvas->module)
        canvas->module->open_over(canvas);
}

static void write_background(const ppo_canvas *canvas)
{
    for (size_t i = 0; i < (size_t)canvas->width * canvas->height; i++)
        for (size_t k = 0; k < 3; k++)
            canvas->rgb[3 * i + k] = (unsigned char)(canvas->background >> (16 - 8 * k));
}

void ppo_canvas_close(ppo_canvas *canvas)
{
    if (!canvas->module || !canvas->module->close(canvas))
        write_background(canvas);
}

// --- the camera ---------------------------------------------------------------------------------

void ppo_canvas_look(ppo_canvas *canvas, double left, double bottom, double right, double top)
{
    if (canvas->module)
        canvas->module->look(canvas, left, bottom, right, top);
}

void ppo_canvas_edges(const ppo_canvas *canvas, double *left, double *bottom, double *right,
                      double *top)
{
    *left = *bottom = 0.0;
    *right = canvas->width;
    *top = canvas->height;
    if (canvas->module)
        canvas->module->edges(canvas, left, bottom, right, top);
}

void ppo_canvas_push(ppo_canvas *canvas, double x, double y, double angle)
{
    if (canvas->module)
        canvas->module->push(canvas, x, y, angle);
}

void ppo_canvas_pop(ppo_canvas *canvas)
{
    if (canvas->module)
        canvas->module->pop(canvas);
}

double ppo_canvas_scale(const ppo_canvas *canvas)
{
    return canvas->scale;
}

// --- shapes -------------------------------------------------------------------------------------

void ppo_canvas_polygon(ppo_canvas *canvas, const ppo_point *corners, size_t count, ppo_paint paint)
{
    if (canvas->module)
        canvas->module->polygon(canvas, corners, count, paint);
}

void ppo_canvas_box(ppo_canvas *canvas, double left, double bottom, double right, double top,
                    ppo_paint paint)
{
    if (canvas->module)
        canvas->module->box(canvas, left, bottom, right, top, paint);
}

void ppo_canvas_circle(ppo_canvas *canvas, double x, double y, double radius, ppo_paint paint)
{
    if (canvas->module)
        canvas->module->circle(canvas, x, y, radius, paint);
}

void ppo_canvas_line(ppo_canvas *canvas, double x0, double y0, double x1, double y1, double width,
                     uint32_t colour)
{
    ppo_canvas_curve(canvas, (const ppo_point[2]){{x0, y0}, {x1, y1}}, 2, width, colour, false);
}

void ppo_canvas_curve(ppo_canvas *canvas, const ppo_point *points, size_t count, double width,
                      uint32_t colour, bool has_round_ends)
{
    if (canvas->module)
        canvas->module->curve(canvas, points, count, width, colour, has_round_ends);
}

// --- text ---------------------------------------------------------------------------------------

void ppo_canvas_text(ppo_canvas *canvas, const char *text, double x, double y, double size,
                     uint32_t colour)
{
    if (canvas->module)
        canvas->module->text(canvas, text, x, y, size, colour);
}

double ppo_canvas_text_width(ppo_canvas *canvas, const char *text, double size)
{
    return canvas->module ? canvas->module->text_width(canvas, text, size) : 0.0;
}
