// SPDX-License-Identifier: MIT
// The module canvas.so: drawing with cairo, see canvas.h. After a failure cairo's objects ignore
// all further calls, so only canvas_close checks for one. The library's side is canvas.c.
#include "draw/canvas_module.h"

#include <cairo.h>
#include <math.h>
#include <stdio.h>

#define FONT "sans-serif"

static void set_colour(cairo_t *cairo, uint32_t colour)
{
    cairo_set_source_rgb(cairo, (colour >> 16 & 0xFF) / 255.0, (colour >> 8 & 0xFF) / 255.0,
                         (colour & 0xFF) / 255.0);
}

// --- the camera ---------------------------------------------------------------------------------

static void canvas_look(ppo_canvas *canvas, double left, double bottom, double right, double top)
{
    const double width = canvas->width, height = canvas->height;
    const double scale = fmin(width / (right - left), height / (top - bottom));
    canvas->scale = scale;
    cairo_identity_matrix(canvas->cairo);
    cairo_translate(canvas->cairo, 0.5 * width, 0.5 * height);
    cairo_scale(canvas->cairo, scale, -scale);
    cairo_translate(canvas->cairo, -0.5 * (left + right), -0.5 * (bottom + top));
}

static void canvas_edges(const ppo_canvas *canvas, double *left, double *bottom, double *right,
                         double *top)
{
    *left = *top = 0.0;
    *right = canvas->width;
    *bottom = canvas->height;
    cairo_device_to_user(canvas->cairo, left, top);
    cairo_device_to_user(canvas->cairo, right, bottom);
}

static void canvas_push(ppo_canvas *canvas, double x, double y, double angle)
{
    cairo_save(canvas->cairo);
    cairo_translate(canvas->cairo, x, y);
    cairo_rotate(canvas->cairo, angle);
}

static void canvas_pop(ppo_canvas *canvas)
{
    cairo_restore(canvas->cairo);
}

// --- the picture --------------------------------------------------------------------------------

static void create_context(ppo_canvas *canvas)
{
    cairo_surface_t *surface =
        cairo_image_surface_create(CAIRO_FORMAT_RGB24, (int)canvas->width, (int)canvas->height);
    canvas->cairo = cairo_create(surface);
    cairo_surface_destroy(surface); // the context keeps a reference
    canvas_look(canvas, 0.0, 0.0, canvas->width, canvas->height);
    cairo_set_line_join(canvas->cairo, CAIRO_LINE_JOIN_ROUND);
}

static void canvas_open(ppo_canvas *canvas)
{
    create_context(canvas);
    set_colour(canvas->cairo, canvas->background);
    cairo_paint(canvas->cairo);
}

static void canvas_open_over(ppo_canvas *canvas)
{
    create_context(canvas);
    cairo_surface_t *surface = cairo_get_target(canvas->cairo);
    unsigned char *pixels = cairo_image_surface_get_data(surface);
    if (!pixels)
        return;
    const size_t pitch = (size_t)cairo_image_surface_get_stride(surface);
    for (size_t y = 0; y < canvas->height; y++) {
        uint32_t *row = (uint32_t *)(void *)(pixels + y * pitch);
        const unsigned char *from = canvas->rgb + y * canvas->width * 3;
        for (size_t x = 0; x < canvas->width; x++)
            row[x] = (uint32_t)from[3 * x] << 16 | (uint32_t)from[3 * x + 1] << 8 | from[3 * x + 2];
    }
    cairo_surface_mark_dirty(surface);
}

static bool canvas_close(ppo_canvas *canvas)
{
    cairo_surface_t *surface = cairo_get_target(canvas->cairo);
    cairo_surface_flush(surface);
    const unsigned char *pixels = cairo_image_surface_get_data(surface);
    const size_t pitch = (size_t)cairo_image_surface_get_stride(surface);
    for (size_t y = 0; pixels && y < canvas->height; y++) {
        const uint32_t *row = (const uint32_t *)(const void *)(pixels + y * pitch);
        unsigned char *to = canvas->rgb + y * canvas->width * 3;
        for (size_t x = 0; x < canvas->width; x++) {
            to[3 * x] = (unsigned char)(row[x] >> 16);
            to[3 * x + 1] = (unsigned char)(row[x] >> 8);
            to[3 * x + 2] = (unsigned char)row[x];
        }
    }
    const bool is_drawn = pixels;
    cairo_destroy(canvas->cairo);
    return is_drawn;
}

// --- shapes -------------------------------------------------------------------------------------

static void paint_path(cairo_t *cairo, ppo_paint paint)
{
    if (paint.fill != PPO_NO_COLOUR) {
        set_colour(cairo, paint.fill);
        cairo_fill_preserve(cairo);
    }
    if (paint.stroke != PPO_NO_COLOUR) {
        set_colour(cairo, paint.stroke);
        cairo_set_line_width(cairo, paint.width);
        cairo_stroke_preserve(cairo);
    }
    cairo_new_path(cairo);
}

static void add_path(cairo_t *cairo, const ppo_point *points, size_t count)
{
    for (size_t i = 0; i < count; i++)
        cairo_line_to(cairo, points[i].x, points[i].y); // the first one sets the start
}

static void canvas_polygon(ppo_canvas *canvas, const ppo_point *corners, size_t count,
                           ppo_paint paint)
{
    add_path(canvas->cairo, corners, count);
    cairo_close_path(canvas->cairo);
    paint_path(canvas->cairo, paint);
}

static void canvas_box(ppo_canvas *canvas, double left, double bottom, double right, double top,
                       ppo_paint paint)
{
    cairo_rectangle(canvas->cairo, left, bottom, right - left, top - bottom);
    paint_path(canvas->cairo, paint);
}

static void canvas_circle(ppo_canvas *canvas, double x, double y, double radius, ppo_paint paint)
{
    cairo_arc(canvas->cairo, x, y, radius, 0.0, 2.0 * M_PI);
    cairo_close_path(canvas->cairo);
    paint_path(canvas->cairo, paint);
}

static void canvas_curve(ppo_canvas *canvas, const ppo_point *points, size_t count, double width,
                         uint32_t colour, bool has_round_ends)
{
    cairo_set_line_cap(canvas->cairo, has_round_ends ? CAIRO_LINE_CAP_ROUND : CAIRO_LINE_CAP_BUTT);
    add_path(canvas->cairo, points, count);
    paint_path(canvas->cairo, PPO_STROKE(colour, width));
}

// --- text ---------------------------------------------------------------------------------------

static void set_font(cairo_t *cairo, double size)
{
    const cairo_matrix_t upright = {.xx = size, .yy = -size}; // y points up
    cairo_select_font_face(cairo, FONT, CAIRO_FONT_SLANT_NORMAL, CAIRO_FONT_WEIGHT_BOLD);
    cairo_set_font_matrix(cairo, &upright);
}

static void canvas_text(ppo_canvas *canvas, const char *text, double x, double y, double size,
                        uint32_t colour)
{
    set_font(canvas->cairo, size);
    set_colour(canvas->cairo, colour);
    cairo_move_to(canvas->cairo, x, y);
    cairo_show_text(canvas->cairo, text);
    cairo_new_path(canvas->cairo);
}

static double canvas_text_width(ppo_canvas *canvas, const char *text, double size)
{
    cairo_text_extents_t extents = {0};
    set_font(canvas->cairo, size);
    cairo_text_extents(canvas->cairo, text, &extents);
    return extents.x_advance;
}

static void canvas_describe(char *text, size_t size)
{
    snprintf(text, size, "drawn with cairo %s", cairo_version_string());
}

PPO_MODULE_TABLE(ppo_canvas_module) = {
    .head = PPO_MODULE_HEAD(ppo_canvas_module, PPO_CANVAS_ABI),
    .open = canvas_open,
    .open_over = canvas_open_over,
    .close = canvas_close,
    .look = canvas_look,
    .edges = canvas_edges,
    .push = canvas_push,
    .pop = canvas_pop,
    .polygon = canvas_polygon,
    .box = canvas_box,
    .circle = canvas_circle,
    .curve = canvas_curve,
    .text = canvas_text,
    .text_width = canvas_text_width,
    .describe = canvas_describe,
};
