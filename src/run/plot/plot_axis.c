// SPDX-License-Identifier: MIT
// Round numbers along an axis: see plot_axis.h.
#include "run/plot/plot_axis.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

// The number nearest to `rough`, as ratios go, of those that are 1, 2 or 5 times a power of ten.
static double round_off(double rough)
{
    const double power = pow(10.0, floor(log10(rough)));
    const double lead = rough / power;
    return power * (lead < sqrt(2.0)    ? 1.0
                    : lead < sqrt(10.0) ? 2.0
                    : lead < sqrt(50.0) ? 5.0
                                        : 10.0);
}

enum { MAX_WANTED = 10 };

typedef struct unit {
    double size;
    const char *suffix;
} unit;

// The unit in which numbers up to `largest`, `step` apart, are short.
static unit unit_for(double largest, double step)
{
    static const unit units[] = {{1e9, "G"}, {1e6, "M"}, {1e3, "k"}};
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        const bool is_short = step >= units[i].size / 10.0; // a decimal at most
        if (largest >= 10000.0 && largest >= units[i].size * (is_short ? 1.0 : 2.0))
            return units[i];
    }
    return (unit){1.0, ""};
}

// With the minus sign U+2212, which is as wide as a digit.
static void write_label(char label[PPO_TICK_TEXT], double value, double step, unit u)
{
    const double decimals = ceil(-log10(step / u.size) - 1e-9);
    const int precision = decimals > 0.0 ? (int)fmin(decimals, 12.0) : 0;
    const double size = fabs(value) / u.size;
    const char *sign = value < 0.0 ? "\u2212" : "";
    if (value == 0.0 && u.size > 1.0)
        snprintf(label, PPO_TICK_TEXT, "0");
    else if (size >= 1e6 || (precision > 6 && value != 0.0))
        snprintf(label, PPO_TICK_TEXT, "%s%.3g%s", sign, size, u.suffix);
    else
        snprintf(label, PPO_TICK_TEXT, "%s%.*f%s", sign, precision, size, u.suffix);
}

ppo_axis ppo_axis_make(double low, double high, unsigned wanted)
{
    ppo_axis axis = {.low = low, .high = high};
    const double size = fmax(fabs(low), fabs(high));
    if (!(high - low > 1e-9 * size)) {
        const double reach = size > 0.0 ? 0.05 * size : 1.0;
        axis.low = low - reach;
        axis.high = high + reach;
    }
    const double span = axis.high - axis.low;
    const double step = round_off(span / fmin(fmax(wanted, 2.0), MAX_WANTED));
    const unit u = unit_for(fmax(fabs(axis.low), fabs(axis.high)), step);
    const double first = ceil(axis.low / step - 1e-9);
    for (size_t i = 0; axis.num_ticks < PPO_AXIS_MAX_TICKS; i++) {
        const double value = (first + (double)i) * step;
        if (value > axis.high + 1e-9 * span)
            break;
        axis.tick[axis.num_ticks] = value == 0.0 ? 0.0 : value; // no minus zero
        write_label(axis.label[axis.num_ticks++], value, step, u);
    }
    return axis;
}
