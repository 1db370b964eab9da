// SPDX-License-Identifier: MIT
// Pictures in a terminal that has graphics of its own: by kitty's or iTerm's protocol, or as
// sixels. libchafa knows which terminal can do what, and writes each; it is in the module chafa.so.
// Terminals without get a mosaic (mosaic.h).
#ifndef CLI_SCREEN_PIXELS_H
#define CLI_SCREEN_PIXELS_H

#include "ppo/render.h"

typedef struct cli_pixels cli_pixels;

// Where the picture may be: cells of so many pixels from the terminal's top left.
typedef struct cli_cells {
    unsigned columns, rows;
    unsigned cell_width, cell_height;
} cli_cells;

// NULL if the environment (TERM and others) names no terminal with graphics, if memory is short, or
// if the module is missing.
cli_pixels *cli_pixels_open(void);

// Text [*length] that replaces the picture before by this one, as large as it fits; it is valid
// until the next call.
const char *cli_pixels_draw(cli_pixels *pixels, const ppo_episode_view *view,
                            const cli_cells *cells, size_t *length);

// Text that takes the picture away, where clearing the screen does not.
const char *cli_pixels_clear(const cli_pixels *pixels);

void cli_pixels_close(cli_pixels *pixels); // NULL is allowed

// "libchafa 1.12.4", or that it is absent.
void cli_pixels_describe(char *text, size_t size);

#endif
