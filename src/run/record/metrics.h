// SPDX-License-Identifier: MIT
// The metrics of a run's progress, as columns of its CSV files and as TensorBoard's scalars.
//
//   progress.csv     a row per iteration, under Stable-Baselines3's tags; repeatable to the last
//   bit timing.csv       a row per iteration: wall clock, different each time evaluations.csv  a
//   row per evaluation; repeatable
//
// Numbers are the shortest text that reads back as the same double; a value that does not exist
// yet (the mean return before the first episode's end) is NAN, and an empty cell.
#ifndef PPO_RUN_RECORD_METRICS_H
#define PPO_RUN_RECORD_METRICS_H

#include "ppo/trainer.h"

enum { PPO_MAX_METRICS = 30 };

typedef struct ppo_metric {
    const char *tag; // with a slash, except those that identify the row
    double value;
} ppo_metric;

typedef struct ppo_metrics {
    size_t count;
    ppo_metric metric[PPO_MAX_METRICS];
} ppo_metrics;

// The metrics with their values; NULL for the values gives the tags alone.
ppo_metrics ppo_progress_metrics(const ppo_stats *stats, uint64_t num_updates);
ppo_metrics ppo_timing_metrics(const ppo_stats *stats, double elapsed_seconds);
ppo_metrics ppo_evaluation_metrics(const ppo_stats *stats, const ppo_evaluation *evaluation,
                                   bool best);

// The scalars that Stable-Baselines3 writes about an evaluation.
ppo_metrics ppo_evaluation_scalars(const ppo_evaluation *evaluation);

typedef struct ppo_csv_row {
    char text[1024];
} ppo_csv_row;

ppo_csv_row ppo_metrics_header(const ppo_metrics *metrics);
ppo_csv_row ppo_metrics_row(const ppo_metrics *metrics);

#endif
