// SPDX-License-Identifier: MIT
// Single rows of a run's CSV files, by the names of their columns.
//
// Workload: the last row of a file of up to some megabytes, once per `ppo info`.
#ifndef CLI_INFO_CSV_ROW_H
#define CLI_INFO_CSV_ROW_H

#include <stdbool.h>

// A header line and one row below it.
typedef struct cli_csv_row {
    char *header; // NULL: there is no such row
    char *cells;
} cli_csv_row;

// Reads the last whole row of dir/name in which the column `where` is 1 (NULL: of all rows). A
// missing file is one without rows.
void cli_csv_row_read(cli_csv_row *row, const char *dir, const char *name, const char *where);
void cli_csv_row_release(cli_csv_row *row);

// The number in a column; NAN if there is none.
double cli_csv_row_get(const cli_csv_row *row, const char *column);

#endif
