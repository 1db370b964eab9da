// SPDX-License-Identifier: MIT
// What all drawings of a figure have in common: see figure.h. Owns nothing.
#include "run/plot/figure.h"

#include <math.h>
#include <string.h>

static void include(double value, double *low, double *high)
{
    *low = fmin(*low, value);
    *high = fmax(*high, value);
}

ppo_axis ppo_figure_x_axis(const ppo_figure *figure, double wanted)
{
    double low = 0.0, high = -HUGE_VAL;
    for (size_t k = 0; k < figure->num_panels; k++)
        for (size_t c = 0; c < figure->panels[k].num_curves; c++) {
            const ppo_curve *curve = &figure->panels[k].curves[c];
            include(curve->x[0], &low, &high); // they rise
            include(curve->x[curve->count - 1], &low, &high);
        }
    return ppo_axis_make(low, high, (unsigned)fmax(2.0, wanted));
}

ppo_axis ppo_panel_y_axis(const ppo_panel *panel, double wanted)
{
    double low = HUGE_VAL, high = -HUGE_VAL;
    for (size_t k = 0; k < panel->num_curves; k++) {
        const ppo_curve *c = &panel->curves[k];
        for (size_t i = 0; i < c->count; i++) {
            include(c->low ? c->low[i] : c->y[i], &low, &high);
            include(c->high ? c->high[i] : c->y[i], &low, &high);
        }
    }
    if (!isnan(panel->level))
        include(panel->level, &low, &high);
    const double room = 0.05 * (high - low);
    const bool is_from_zero = low >= 0.0 && low < 0.2 * high;
    return ppo_axis_make(is_from_zero ? 0.0 : low - room, high + room, (unsigned)fmax(2.0, wanted));
}

static bool has_same_labels(const ppo_panel *a, const ppo_panel *b)
{
    if (a->num_curves != b->num_curves)
        return false;
    for (size_t k = 0; k < a->num_curves; k++)
        if (strcmp(a->curves[k].label, b->curves[k].label) != 0)
            return false;
    return true;
}

bool ppo_figure_has_legend(const ppo_figure *figure, size_t index)
{
    const ppo_panel *panel = &figure->panels[index];
    return panel->num_curves > 1 && (index == 0 || !has_same_labels(panel, panel - 1));
}
