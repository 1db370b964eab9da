// SPDX-License-Identifier: MIT
// The columns of a run's CSV files and their rows as text.
//
//   progress.csv     a row per iteration, under Stable-Baselines3's tags; repeatable to the last
//   bit timing.csv       a row per iteration: wall clock, not repeatable evaluations.csv  a row per
//   evaluation; repeatable
//
// Numbers are the shortest text that reads back as the same double; a value that does not exist
// yet (the mean return before the first episode's end) is an empty cell.
#ifndef PPO_RUN_METRICS_H
#define PPO_RUN_METRICS_H

#include "ppo/trainer.h"

#define PPO_PROGRESS_NAME    "progress.csv"
#define PPO_TIMING_NAME      "timing.csv"
#define PPO_EVALUATIONS_NAME "evaluations.csv"

typedef struct ppo_csv_row {
    char text[1024];
} ppo_csv_row;

// With NULL for the values: the header row.
ppo_csv_row ppo_progress_row(const ppo_stats *stats, uint64_t num_updates);
ppo_csv_row ppo_timing_row(const ppo_stats *stats, double elapsed_seconds);
ppo_csv_row ppo_evaluation_row(const ppo_stats *stats, const ppo_evaluation *evaluation, bool best);

#endif
