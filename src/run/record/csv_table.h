// SPDX-License-Identifier: MIT
// A CSV file of numbers, as run/record/csv.h writes it, read into memory.
#ifndef PPO_RUN_RECORD_CSV_TABLE_H
#define PPO_RUN_RECORD_CSV_TABLE_H

#include "ppo/base.h"

typedef struct ppo_csv_table {
    char *text; // the header's names lie in it
    size_t num_columns, num_rows;
    const char **name; // [num_columns]
    double *cell;      // [num_rows, num_columns]; NAN: empty
} ppo_csv_table;

// Reads the header and all whole rows; a last row without its newline is left out. PPO_NOT_FOUND,
// PPO_IO, PPO_NO_MEMORY, PPO_CORRUPT (the message names the line). On failure it is empty.
ppo_status ppo_csv_table_read(ppo_csv_table *table, const char *path, ppo_error *error);
void ppo_csv_table_release(ppo_csv_table *table);

// The index of the column with this name; num_columns if there is none.
size_t ppo_csv_table_find(const ppo_csv_table *table, const char *name);

double ppo_csv_table_at(const ppo_csv_table *table, size_t row, size_t column);

#endif
