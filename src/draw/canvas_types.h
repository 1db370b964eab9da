// SPDX-License-Identifier: MIT
// Types that both sides of drawing use: the library (canvas.h) and the module (canvas_module.h).
#ifndef PPO_DRAW_CANVAS_TYPES_H
#define PPO_DRAW_CANVAS_TYPES_H

#include "ppo/env.h"

// A picture that is being drawn. Callers use no member directly.
typedef struct ppo_canvas {
    const struct ppo_canvas_module *module; // NULL if drawing is not available
    struct _cairo *cairo;
    unsigned char *rgb; // [height, width, 3], the caller's
    uint32_t width, height;
    uint32_t background; // 0xRRGGBB
    double scale;        // pixels per unit
} ppo_canvas;

// How a shape is painted: its inside, its outline, both or neither. Colours are 0xRRGGBB.
#define PPO_NO_COLOUR UINT32_MAX
typedef struct ppo_paint {
    uint32_t fill;   // or PPO_NO_COLOUR
    uint32_t stroke; // likewise
    double width;    // of the outline in the camera's units, half of it on each side
} ppo_paint;
#define PPO_FILL(colour)          ((ppo_paint){(colour), PPO_NO_COLOUR, 0.0})
#define PPO_STROKE(colour, width) ((ppo_paint){PPO_NO_COLOUR, (colour), (width)})

typedef struct ppo_point {
    double x, y;
} ppo_point;

#endif
