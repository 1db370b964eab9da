// SPDX-License-Identifier: MIT
// timing.csv: wall clock, a row per iteration. All that a run knows of its past in seconds stands
// here and nowhere else, so that checkpoints of equal runs are equal files.
#ifndef PPO_RUN_RECORD_TIMING_FILE_H
#define PPO_RUN_RECORD_TIMING_FILE_H

#include "run/record/append_file.h"

// Opens the file of a run that stands at `iteration` and cuts off the rows of later ones.
// `*elapsed` becomes the seconds of training up to there: those of the last row that stays, 0 if
// there is none.
// `*changed`: rows of the iterations before are missing. Otherwise as ppo_csv_open.
ppo_status ppo_timing_file_open(ppo_append_file *csv, const char *path, uint64_t iteration,
                                double *elapsed, bool *changed, ppo_error *error);

#endif
