// SPDX-License-Identifier: MIT
// In the place of plot_draw.c where the build has no cairo: says so.
#include "core/error.h"
#include "run/plot_draw.h"

#include <stdio.h>

void ppo_plot_describe(char *text, size_t size)
{
    snprintf(text, size, "absent: built without cairo");
}

ppo_status ppo_figure_check(const char *path, ppo_error *error)
{
    return ppo_fail(error, PPO_UNSUPPORTED,
                    "%.300s: this build draws no curves: it was made without cairo (scripts/setup "
                    "installs it; then configure and build again)",
                    path);
}

ppo_status ppo_figure_draw(const ppo_figure *figure, const char *path, ppo_error *error)
{
    (void)figure;
    return ppo_figure_check(path, error);
}
