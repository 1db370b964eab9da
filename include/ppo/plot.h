// SPDX-License-Identifier: MIT
// Learning curves of runs as a picture: PNG, SVG or PDF.
//
//     const char *runs[] = {"runs/CartPole-v1/seed-1", "runs/CartPole-v1/seed-2"};
//     ppo_plot_runs("curve.png", runs, 2, &(ppo_plot_options){0}, &error);
//
// Runs whose settings differ in nothing but the seed become one curve, the mean over them, in a
// band from the least to the greatest; a run that ended earlier counts on with its last value.
// Anything else has a curve of its own, named after what is different.
#ifndef PPO_PLOT_H
#define PPO_PLOT_H

#include "ppo/base.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum ppo_plot_x {
    PPO_PLOT_STEPS,   // environment steps
    PPO_PLOT_SECONDS, // wall clock, shown in seconds, minutes or hours
} ppo_plot_x;

// All zero: the usual picture.
typedef struct ppo_plot_options {
    const char *metric; // a column of progress.csv, timing.csv or evaluations.csv; NULL:
                        // "rollout/ep_rew_mean"
    ppo_plot_x x;
    bool each;              // a curve for each run, whatever they have in common
    const char *title;      // NULL: the environment
    uint32_t width, height; // in [200, 10000], of which a PNG has two pixels each and the others
                            // one point; 0: 800 and 500
} ppo_plot_options;

// Draws the curves of `num_runs` run directories, or of files like their progress.csv, into
// `path`, whose ending says the format. Equal runs give equal PNG files on one machine.
// PPO_NOT_FOUND: no such run or column (the nearest is named); PPO_CORRUPT: no CSV file of numbers;
// PPO_INVALID: nothing to draw yet, or an unknown ending; PPO_UNSUPPORTED: a build without curves.
PPO_API ppo_status ppo_plot_runs(const char *path, const char *const *runs, size_t num_runs,
                                 const ppo_plot_options *options, ppo_error *error);

#ifdef __cplusplus
}
#endif

#endif
