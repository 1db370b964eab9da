// SPDX-License-Identifier: MIT
// A CSV file of numbers, read whole: what ppo_csv has written.
#ifndef PPO_RUN_RECORD_CSV_TABLE_H
#define PPO_RUN_RECORD_CSV_TABLE_H

#include "ppo/base.h"

typedef struct ppo_csv_table {
    char *text; // the header's names lie in it
    size_t num_columns, num_rows;
    const char **name; // [num_columns]
    double *cell;      // [num_rows, num_columns]; NAN: empty
} ppo_csv_table;

// Reads header and whole rows; a last row that is still being written is left out. PPO_NOT_FOUND,
// PPO_IO, PPO_CORRUPT (line and column are told). Release it only if it was read.
ppo_status ppo_csv_table_read(ppo_csv_table *table, const char *path, ppo_error *error);
void ppo_csv_table_release(ppo_csv_table *table);

// The number of the column with this name; num_columns if there is none.
size_t ppo_csv_table_find(const ppo_csv_table *table, const char *name);

double ppo_csv_table_at(const ppo_csv_table *table, size_t row, size_t column);

#endif
