// SPDX-License-Identifier: MIT
// Learning curves of runs: a PNG, SVG or PDF picture, or text for a terminal.
//
//     const char *runs[] = {"runs/CartPole-v1/seed-1", "runs/CartPole-v1/seed-2"};
//     ppo_plot_runs("curve.png", runs, 2, NULL, &error);
//
// Runs whose settings differ in nothing but the seed become one curve: their mean (or interquartile
// mean, or median) in a band; a run that ended earlier is continued with its last value. Any other
// run has a curve of its own, named after the settings that differ. By default the curves are the
// training's mean return and, where there are evaluations, theirs.
//
// Threads: the functions may be called from several threads at once.
#ifndef PPO_PLOT_H
#define PPO_PLOT_H

#include "ppo/statistics.h"

#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum ppo_plot_x {
    PPO_PLOT_STEPS,   // environment steps
    PPO_PLOT_SECONDS, // wall clock, shown in seconds, minutes or hours
} ppo_plot_x;

// What a curve of several runs shows.
typedef enum ppo_plot_statistic {
    PPO_PLOT_MEAN,
    PPO_PLOT_IQM, // interquartile mean: without the lowest and the highest quarter
    PPO_PLOT_MEDIAN,
} ppo_plot_statistic;

// ... and its band.
typedef enum ppo_plot_band {
    PPO_PLOT_RANGE,    // from the least to the greatest
    PPO_PLOT_STD,      // a standard deviation (of a sample) to both sides
    PPO_PLOT_INTERVAL, // the statistic's 95 % interval, by bootstrap with 1000 resamples
    PPO_PLOT_NO_BAND,
} ppo_plot_band;

// All zero but struct_size: what ppo_plot_options_defaults sets.
typedef struct ppo_plot_options {
    size_t struct_size; // sizeof(ppo_plot_options); the struct may grow at its end
    const char *metric; // columns of progress.csv, timing.csv or evaluations.csv, at most 8,
                        // separated by commas, each in a panel of its own, but for the returns of
                        // training and evaluations, and their lengths; NULL: "rollout/ep_rew_mean",
                        // and "return_mean" of the evaluations where there are any
    ppo_plot_x x;
    ppo_plot_statistic statistic;
    ppo_plot_band band;
    uint32_t smooth;   // each point is the mean of so many around it, but not of evaluations; 0
                       // or 1: off
    bool each;         // a curve for each run, whatever they have in common
    const char *title; // NULL: the environment
    uint32_t width, height; // in [200, 10000], of which a PNG has two pixels each and the others
                            // one point; 0: 800, and 500 or, with more panels than one, 200 and
                            // 300 for each
    bool human_normalised;  // Atari: values so that 0 is a random policy's and 1 a human's (ppo/
                            // atari.h); runs of several games become three curves: median, mean
                            // and interquartile mean over the games, with 95 % intervals
} ppo_plot_options;

static inline void ppo_plot_options_defaults(ppo_plot_options *options)
{
    memset(options, 0, sizeof *options);
    options->struct_size = sizeof *options;
}

// Draws the curves of `num_runs` run directories, or of files like their progress.csv, into
// `path`, whose ending says the format. `options` NULL: the defaults. Equal runs give equal PNG
// files on one machine.
// PPO_NOT_FOUND: no such run or column (the nearest is named); PPO_CORRUPT: no CSV file of numbers;
// PPO_INVALID: nothing to draw yet, or an unknown ending; PPO_UNSUPPORTED: a build without cairo,
// or human_normalised for an environment that papers report no scores for.
PPO_API ppo_status ppo_plot_runs(const char *path, const char *const *runs, size_t num_runs,
                                 const ppo_plot_options *options, ppo_error *error);

// The same as lines of text (UTF-8, with Braille dots), `columns` wide and about `rows` high, in
// [40, 1000] and [10, 1000], with escape sequences for colours if asked for; without bands. Works
// in every build. Free *text with free(); it is NULL on failure.
PPO_API ppo_status ppo_plot_text(char **text, const char *const *runs, size_t num_runs,
                                 const ppo_plot_options *options, unsigned columns, unsigned rows,
                                 bool is_coloured, ppo_error *error);

// The last values of runs of Atari games, human-normalised and aggregated (ppo/statistics.h).
typedef struct ppo_run_aggregate {
    size_t struct_size; // sizeof(ppo_run_aggregate); the struct may grow at its end
    size_t num_runs, num_games;
    char metric[64]; // what the values are
    ppo_aggregate scores;
} ppo_run_aggregate;

static inline void ppo_run_aggregate_init(ppo_run_aggregate *result)
{
    memset(result, 0, sizeof *result);
    result->struct_size = sizeof *result;
}

// `metric` NULL: return_mean of the last evaluations or, if a run has none, rollout/ep_rew_mean.
// Intervals are by 10,000 resamples from a fixed seed. Failures as above.
PPO_API ppo_status ppo_runs_aggregate(ppo_run_aggregate *result, const char *const *runs,
                                      size_t num_runs, const char *metric, ppo_error *error);

#ifdef __cplusplus
}
#endif

#endif
