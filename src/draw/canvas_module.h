// SPDX-License-Identifier: MIT
// The function table of the module canvas.so, which canvas_cairo.c implements and canvas.c calls.
#ifndef PPO_DRAW_CANVAS_MODULE_H
#define PPO_DRAW_CANVAS_MODULE_H

#include "core/module.h"
#include "draw/canvas_types.h"

enum { PPO_CANVAS_ABI = 1 };

// The functions are those of canvas.h, with two differences: `open` and `open_over` find the size,
// the pixels and the background in the canvas, and `close` returns false if memory was short, in
// which case it has written nothing.
typedef struct ppo_canvas_module {
    ppo_module_head head;
    void (*open)(ppo_canvas *canvas);
    void (*open_over)(ppo_canvas *canvas);
    bool (*close)(ppo_canvas *canvas);
    void (*look)(ppo_canvas *canvas, double left, double bottom, double right, double top);
    void (*edges)(const ppo_canvas *canvas, double *left, double *bottom, double *right,
                  double *top);
    void (*push)(ppo_canvas *canvas, double x, double y, double angle);
    void (*pop)(ppo_canvas *canvas);
    void (*polygon)(ppo_canvas *canvas, const ppo_point *corners, size_t count, ppo_paint paint);
    void (*box)(ppo_canvas *canvas, double left, double bottom, double right, double top,
                ppo_paint paint);
    void (*circle)(ppo_canvas *canvas, double x, double y, double radius, ppo_paint paint);
    void (*curve)(ppo_canvas *canvas, const ppo_point *points, size_t count, double width,
                  uint32_t colour, bool has_round_ends);
    void (*text)(ppo_canvas *canvas, const char *text, double x, double y, double size,
                 uint32_t colour);
    double (*text_width)(ppo_canvas *canvas, const char *text, double size);
    void (*describe)(char *text, size_t size);
} ppo_canvas_module;

#endif
