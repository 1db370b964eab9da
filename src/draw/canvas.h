// SPDX-License-Identifier: MIT
// Drawing for pictures of environments: anti-aliased polygons, lines and circles in an RGB picture
// of any size, through a camera whose y axis points up.
//
//     ppo_canvas canvas;
//     ppo_canvas_open(&canvas, rgb, width, height, 0xFFFFFF);
//     ppo_canvas_look(&canvas, -2.4, -1.0, 2.4, 2.2); // what the picture shows, in metres
//     ppo_canvas_push(&canvas, x, y, angle);          // draw in the frame of a body
//     ppo_canvas_polygon(&canvas, corners, 4, PPO_FILL(0x000000));
//     ppo_canvas_pop(&canvas);
//     ppo_canvas_close(&canvas);
//
// Colours are 0xRRGGBB; all lengths, line widths included, are in the camera's units. No state is
// kept between pictures, and several threads may draw at once, each on its own canvas. If memory is
// short or the module is missing (ppo_canvas_check), the picture has the background's colour. In
// builds without cairo, classes have no `render` (PPO_PICTURE).
// Workload: a dozen shapes on 600 x 400 pixels, about a millisecond.
#ifndef PPO_DRAW_CANVAS_H
#define PPO_DRAW_CANVAS_H

#include "draw/canvas_types.h"

// Begins a picture of one colour: `height` rows from the top of `width` pixels, red, green, blue.
// `rgb` is written by ppo_canvas_close and must live until then. At first the camera's unit is the
// pixel, with (0, 0) at the bottom left.
void ppo_canvas_open(ppo_canvas *canvas, unsigned char *rgb, uint32_t width, uint32_t height,
                     uint32_t background);

// The same, drawing on top of the picture that `rgb` holds.
void ppo_canvas_open_over(ppo_canvas *canvas, unsigned char *rgb, uint32_t width, uint32_t height);

// Writes the picture.
void ppo_canvas_close(ppo_canvas *canvas);

// Points the camera at a rectangle of the world, which is shown whole, undistorted and centred; if
// the picture has other proportions, it shows more on two sides. Resets all pushes.
void ppo_canvas_look(ppo_canvas *canvas, double left, double bottom, double right, double top);

// The rectangle of the world that the picture shows, with what it shows beyond the one asked for.
void ppo_canvas_edges(const ppo_canvas *canvas, double *left, double *bottom, double *right,
                      double *top);

// Moves the origin to (x, y) and turns the axes counterclockwise by `angle`, in radians, until the
// matching pop. Pushes nest.
void ppo_canvas_push(ppo_canvas *canvas, double x, double y, double angle);
void ppo_canvas_pop(ppo_canvas *canvas);

// Pixels per unit, for lines that must not get thinner than a pixel.
double ppo_canvas_scale(const ppo_canvas *canvas);

void ppo_canvas_polygon(ppo_canvas *canvas, const ppo_point *corners, size_t count,
                        ppo_paint paint);
void ppo_canvas_box(ppo_canvas *canvas, double left, double bottom, double right, double top,
                    ppo_paint paint);
void ppo_canvas_circle(ppo_canvas *canvas, double x, double y, double radius, ppo_paint paint);

// A straight line with square ends, and an open polyline with square or round ends.
void ppo_canvas_line(ppo_canvas *canvas, double x0, double y0, double x1, double y1, double width,
                     uint32_t colour);
void ppo_canvas_curve(ppo_canvas *canvas, const ppo_point *points, size_t count, double width,
                      uint32_t colour, bool has_round_ends);

// One line of text whose baseline begins at (x, y); `size` is the font size. The font is the
// system's, so pictures with text differ between systems.
void ppo_canvas_text(ppo_canvas *canvas, const char *text, double x, double y, double size,
                     uint32_t colour);
double ppo_canvas_text_width(ppo_canvas *canvas, const char *text, double size);

// PPO_OK if the module is loaded; otherwise the error says what is missing.
ppo_status ppo_canvas_check(ppo_error *error);

// Describes the module in one line, for `ppo doctor`.
void ppo_canvas_describe(char *text, size_t size);

// The members of a class's table for NAME_render and NAME_draw; in builds without cairo, no
// picture. Width and height are those of `render`.
#ifdef PPO_HAVE_CANVAS
#define PPO_PICTURE(name, width, height, fps)                              \
    .render = name##_render, .draw = name##_draw, .render_width = (width), \
    .render_height = (height), .render_fps = (fps)
#else
#define PPO_PICTURE(name, width, height, fps) .render = NULL
#endif

#endif
