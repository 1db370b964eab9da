// SPDX-License-Identifier: MIT
// A figure of curves, and drawing it.
#ifndef PPO_RUN_PLOT_FIGURE_H
#define PPO_RUN_PLOT_FIGURE_H

#include "ppo/base.h"
#include "core/bytes.h"
#include "run/plot/plot_axis.h"

enum { PPO_PLOT_TEXT = 256 };

typedef struct ppo_curve {
    char label[PPO_PLOT_TEXT];
    size_t count;       // at least 1
    double *x;          // [count] rising; all finite
    double *y;          // [count]
    double *low, *high; // [count] the band around it; NULL: none
    unsigned colour;    // number of its colour and of its dashes, from 0
    unsigned dash;
} ppo_curve;

typedef struct ppo_figure {
    char title[PPO_PLOT_TEXT];
    char subtitle[PPO_PLOT_TEXT]; // what the vertical axis shows
    char x_label[PPO_PLOT_TEXT];
    const ppo_curve *curves;
    size_t num_curves; // at least 1; with more there is a legend
    double level;      // a horizontal line, such as the return that counts as solved; NAN: none
    char level_label[PPO_PLOT_TEXT];
    uint32_t width, height;
} ppo_figure;

// Axes that hold all curves and the level, with about so many ticks.
void ppo_figure_axes(const ppo_figure *figure, double wanted_x, double wanted_y, ppo_axis *x,
                     ppo_axis *y);

// Appends it as text, `columns` wide with `rows` of curves; false if memory runs out.
bool ppo_figure_write(const ppo_figure *figure, ppo_bytes *text, unsigned columns, unsigned rows,
                      bool is_coloured);

// Draws it and publishes the file, as PNG, SVG or PDF by the path's ending. Failures as
// ppo_plot_runs.
ppo_status ppo_figure_draw(const ppo_figure *figure, const char *path, ppo_error *error);

// PPO_OK if the path's ending is that of a format; PPO_INVALID if not.
ppo_status ppo_figure_check(const char *path, ppo_error *error);

// A line for `ppo doctor`.
void ppo_plot_describe(char *text, size_t size);

#endif
