// SPDX-License-Identifier: MIT
// A small drawing vocabulary for the pictures of environments: anti-aliased polygons, lines and
// circles into an RGB picture of any size, seen by a camera whose y points up.
//
//     ppo_canvas canvas;
//     ppo_canvas_open(&canvas, rgb, width, height, 0xFFFFFF);
//     ppo_canvas_look(&canvas, -2.4, -1.0, 2.4, 2.2); // what the picture shows, in metres
//     ppo_canvas_push(&canvas, x, y, angle);          // draw in the frame of a body
//     ppo_canvas_polygon(&canvas, corners, 4, PPO_FILL(0x000000));
//     ppo_canvas_pop(&canvas);
//     ppo_canvas_close(&canvas);
//
// Colours are 0xRRGGBB; all lengths, widths of lines too, are in the camera's units. Nothing is
// kept between pictures, and different threads may draw at once. Where memory is short, or cairo is
// missing (ppo_canvas_check), the picture has the background's colour. In builds without cairo the
// classes have no `render` (PPO_PICTURE).
// Workload: a dozen shapes on 600 x 400 pixels, about a millisecond.
#ifndef PPO_DRAW_CANVAS_H
#define PPO_DRAW_CANVAS_H

#include "ppo/env.h"

// A picture under way. Nothing of it is for the caller.
typedef struct ppo_canvas {
    const struct ppo_canvas_module *module; // what draws; NULL: nobody
    struct _cairo *cairo;
    unsigned char *rgb; // the caller's
    uint32_t width, height;
    uint32_t background;
    double scale; // pixels of a unit
} ppo_canvas;

// How a shape is painted: its inside, its outline, both or neither.
#define PPO_NO_COLOUR UINT32_MAX
typedef struct ppo_paint {
    uint32_t fill;   // or PPO_NO_COLOUR
    uint32_t stroke; // likewise
    double width;    // of the outline, half of it on each side
} ppo_paint;
#define PPO_FILL(colour)          ((ppo_paint){(colour), PPO_NO_COLOUR, 0.0})
#define PPO_STROKE(colour, width) ((ppo_paint){PPO_NO_COLOUR, (colour), (width)})

typedef struct ppo_point {
    double x, y;
} ppo_point;

// Begins a picture of one colour: `height` rows from the top of `width` pixels, red, green, blue.
// Until it is closed, `rgb` is not written. The camera shows pixels, from (0, 0) at the bottom
// left.
void ppo_canvas_open(ppo_canvas *canvas, unsigned char *rgb, uint32_t width, uint32_t height,
                     uint32_t background);

// The same on top of what `rgb` shows.
void ppo_canvas_open_over(ppo_canvas *canvas, unsigned char *rgb, uint32_t width, uint32_t height);

// Writes the picture.
void ppo_canvas_close(ppo_canvas *canvas);

// Turns the camera to a part of the world, which is shown whole, undistorted and in the middle; a
// picture of other proportions shows more of its surroundings. Ends all pushes.
void ppo_canvas_look(ppo_canvas *canvas, double left, double bottom, double right, double top);

// The part of the world that the picture really shows: what to fill to reach its edges.
void ppo_canvas_edges(const ppo_canvas *canvas, double *left, double *bottom, double *right,
                      double *top);

// Draws on in a frame of its own: (0, 0) is at (x, y), turned by `angle` against the clock. Nests.
void ppo_canvas_push(ppo_canvas *canvas, double x, double y, double angle);
void ppo_canvas_pop(ppo_canvas *canvas);

// Pixels of one unit, for what should be no thinner than a pixel.
double ppo_canvas_scale(const ppo_canvas *canvas);

void ppo_canvas_polygon(ppo_canvas *canvas, const ppo_point *corners, size_t count,
                        ppo_paint paint);
void ppo_canvas_box(ppo_canvas *canvas, double left, double bottom, double right, double top,
                    ppo_paint paint);
void ppo_canvas_circle(ppo_canvas *canvas, double x, double y, double radius, ppo_paint paint);

// A line, or a line from point to point, with square or round ends.
void ppo_canvas_line(ppo_canvas *canvas, double x0, double y0, double x1, double y1, double width,
                     uint32_t colour);
void ppo_canvas_curve(ppo_canvas *canvas, const ppo_point *points, size_t count, double width,
                      uint32_t colour, bool has_round_ends);

// A line of text that begins at (x, y), its base line; `size` is about the height of a line. The
// font is the system's, so pictures with text differ between systems.
void ppo_canvas_text(ppo_canvas *canvas, const char *text, double x, double y, double size,
                     uint32_t colour);
double ppo_canvas_text_width(ppo_canvas *canvas, const char *text, double size);

// PPO_OK if there is what draws, or a sentence about what is missing.
ppo_status ppo_canvas_check(ppo_error *error);

// A line for `ppo doctor`.
void ppo_canvas_describe(char *text, size_t size);

// The part of a class's table that is about its picture, for NAME_render and NAME_draw; nothing in
// builds that can't draw. The width and height are those of `render`.
#ifdef PPO_HAVE_CANVAS
#define PPO_PICTURE(name, width, height, fps)                              \
    .render = name##_render, .draw = name##_draw, .render_width = (width), \
    .render_height = (height), .render_fps = (fps)
#else
#define PPO_PICTURE(name, width, height, fps) .render = NULL
#endif

#endif
