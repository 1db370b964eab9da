// SPDX-License-Identifier: MIT
// What all drawings of a figure have in common: see figure.h. Owns nothing.
#include "run/plot/figure.h"

#include <math.h>

static void include(double value, double *low, double *high)
{
    *low = fmin(*low, value);
    *high = fmax(*high, value);
}

void ppo_figure_axes(const ppo_figure *figure, double wanted_x, double wanted_y, ppo_axis *x,
                     ppo_axis *y)
{
    double low_x = HUGE_VAL, high_x = -HUGE_VAL, low_y = HUGE_VAL, high_y = -HUGE_VAL;
    for (size_t k = 0; k < figure->num_curves; k++) {
        const ppo_curve *c = &figure->curves[k];
        for (size_t i = 0; i < c->count; i++) {
            include(c->x[i], &low_x, &high_x);
            include(c->low ? c->low[i] : c->y[i], &low_y, &high_y);
            include(c->high ? c->high[i] : c->y[i], &low_y, &high_y);
        }
    }
    if (!isnan(figure->level))
        include(figure->level, &low_y, &high_y);
    if (low_x > 0.0 && low_x < 0.2 * high_x) // it begins about at 0: show that
        low_x = 0.0;
    const double room = 0.05 * (high_y - low_y);
    const bool is_from_zero = low_y >= 0.0 && low_y < 0.2 * high_y;
    *x = ppo_axis_make(low_x, high_x, (unsigned)fmax(2.0, wanted_x));
    *y = ppo_axis_make(is_from_zero ? 0.0 : low_y - room, high_y + room,
                       (unsigned)fmax(2.0, wanted_y));
}
