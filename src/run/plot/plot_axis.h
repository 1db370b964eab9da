// SPDX-License-Identifier: MIT
// Axes: a range with ticks at round numbers.
#ifndef PPO_RUN_PLOT_PLOT_AXIS_H
#define PPO_RUN_PLOT_PLOT_AXIS_H

#include "ppo/base.h"

enum { PPO_AXIS_MAX_TICKS = 16, PPO_TICK_TEXT = 24 };

typedef struct ppo_axis {
    double low, high; // low < high
    size_t num_ticks;
    double tick[PPO_AXIS_MAX_TICKS]; // multiples of 1, 2 or 5 times a power of ten
    char label[PPO_AXIS_MAX_TICKS][PPO_TICK_TEXT];
} ppo_axis;

// An axis from low to high, both finite and low <= high, with about `wanted` ticks. If they are
// equal it is widened on both sides. Large numbers are labelled in thousands ("20k"), millions
// ("1.5M") or billions ("2G"), all ticks in the same unit.
ppo_axis ppo_axis_make(double low, double high, unsigned wanted);

#endif
