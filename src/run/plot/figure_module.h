// SPDX-License-Identifier: MIT
// The table of the module plot.so: what figure_cairo.c does and figure_file.c calls.
#ifndef PPO_RUN_PLOT_FIGURE_MODULE_H
#define PPO_RUN_PLOT_FIGURE_MODULE_H

#include "core/module.h"
#include "run/plot/figure.h"

enum { PPO_PLOT_ABI = 2 };

typedef enum ppo_figure_kind {
    PPO_FIGURE_NONE,
    PPO_FIGURE_PNG,
    PPO_FIGURE_SVG,
    PPO_FIGURE_PDF,
} ppo_figure_kind;

typedef struct ppo_plot_module {
    ppo_module_head head;
    // Appends the file's bytes. PPO_NO_MEMORY or PPO_IO with the reason alone.
    ppo_status (*draw)(const ppo_figure *figure, ppo_figure_kind kind, ppo_bytes *bytes,
                       ppo_error *error);
    void (*describe)(char *text, size_t size);
} ppo_plot_module;

#endif
