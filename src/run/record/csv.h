// SPDX-License-Identifier: MIT
// A CSV file that grows by a row at a time.
#ifndef PPO_RUN_RECORD_CSV_H
#define PPO_RUN_RECORD_CSV_H

#include "run/record/append_file.h"

// As ppo_append_file_open; an empty file gets the header row. Sync and close it as an append file.
ppo_status ppo_csv_open(ppo_append_file *csv, const char *path, const char *header, uint64_t size,
                        const uint64_t *hash, bool *changed, ppo_error *error);

// Adds a row; `row` ends in a newline.
ppo_status ppo_csv_append(ppo_append_file *csv, const char *row, ppo_error *error);

#endif
