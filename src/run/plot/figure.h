// SPDX-License-Identifier: MIT
// A figure of curves in panels, one below the other over the same horizontal axis, and drawing it.
#ifndef PPO_RUN_PLOT_FIGURE_H
#define PPO_RUN_PLOT_FIGURE_H

#include "ppo/base.h"
#include "core/bytes.h"
#include "run/plot/plot_axis.h"

enum { PPO_PLOT_TEXT = 256, PPO_MAX_PANELS = 8 };

typedef struct ppo_curve {
    char label[PPO_PLOT_TEXT];
    size_t count;       // at least 1
    double *x;          // [count] rising; all finite
    double *y;          // [count]
    double *low, *high; // [count] the band around it; NULL: none
    unsigned colour;    // number of its colour and of its dashes, from 0
    unsigned dash;
} ppo_curve;

// Curves of one quantity, on a vertical axis of its own.
typedef struct ppo_panel {
    char heading[PPO_PLOT_TEXT]; // what it shows; "": the figure's subtitle says it
    const ppo_curve *curves;
    size_t num_curves; // at least 1; with more there is a legend
    double level;      // a horizontal line, such as the return that counts as solved; NAN: none
    char level_label[PPO_PLOT_TEXT];
} ppo_panel;

typedef struct ppo_figure {
    char title[PPO_PLOT_TEXT];
    char subtitle[PPO_PLOT_TEXT];
    char x_label[PPO_PLOT_TEXT];
    ppo_panel panels[PPO_MAX_PANELS]; // from the top
    size_t num_panels;                // at least 1
    uint32_t width, height;
} ppo_figure;

// The horizontal axis, which begins at 0 and holds all curves, with about `wanted` ticks.
ppo_axis ppo_figure_x_axis(const ppo_figure *figure, double wanted);

// A panel's vertical axis, which holds its curves, their bands and the level.
ppo_axis ppo_panel_y_axis(const ppo_panel *panel, double wanted);

// Whether the index-th panel has a legend: several curves, and others than the panel above.
bool ppo_figure_has_legend(const ppo_figure *figure, size_t index);

// Appends it as text, `columns` wide with `rows` of curves, which its panels share; false if memory
// runs out.
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
