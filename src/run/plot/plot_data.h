// SPDX-License-Identifier: MIT
// The data of learning curves: one run's values of one metric, and curves over several runs.
#ifndef PPO_RUN_PLOT_PLOT_DATA_H
#define PPO_RUN_PLOT_PLOT_DATA_H

#include "ppo/config.h"
#include "ppo/plot.h"
#include "run/plot/figure.h"

// A run's values in the order of x; all finite, x rising.
typedef struct ppo_samples {
    char name[PPO_PLOT_TEXT]; // the directory's last two parts
    bool is_evaluation;       // the metric is a column of evaluations.csv
    bool has_config;
    ppo_config config; // of the run's config.yaml, if it has one
    size_t count;      // at least 1
    double *x, *y;     // [count]
} ppo_samples;

// Reads a run directory or a CSV file; failures as ppo_plot_runs. Release it only if it was read.
ppo_status ppo_samples_read(ppo_samples *samples, const char *run, const char *metric, ppo_plot_x x,
                            ppo_error *error);
void ppo_samples_release(ppo_samples *samples);

// Each value becomes the mean of the `width` around it (at the ends, of those that there are).
// False if memory runs out.
bool ppo_samples_smooth(ppo_samples *samples, size_t width);

// The value at x, not before the run has begun: interpolated linearly, and its last value from
// there on. *at is the last sample at or before x, kept from a call with a smaller x, at first 0.
double ppo_samples_at(const ppo_samples *samples, double x, size_t *at);

// Makes a curve of the runs whose indices are in `members` [num_members], at least one: the
// statistic and the band over several. At each x the runs that have begun count; a run's values are
// interpolated linearly, and its last value continues. A curve has at most 2000 points. False if
// memory runs out.
bool ppo_curve_make(ppo_curve *curve, const ppo_samples *runs, const size_t *members,
                    size_t num_members, ppo_plot_statistic statistic, ppo_plot_band band);
void ppo_curve_release(ppo_curve *curve);

#endif
