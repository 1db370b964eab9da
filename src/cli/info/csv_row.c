// SPDX-License-Identifier: MIT
// Single rows of a run's CSV files. These hold numbers and plain names: no quotes to look for.
#include "cli/info/csv_row.h"

#include "cli/find_runs.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

double cli_csv_row_get(const cli_csv_row *row, const char *column)
{
    if (!row->header || !row->cells)
        return (double)NAN;
    const size_t length = strlen(column);
    const char *name = row->header, *cell = row->cells;
    while (strcspn(name, ",") != length || strncmp(name, column, length) != 0) {
        name += strcspn(name, ",");
        cell += strcspn(cell, ",");
        if (!*name++ || !*cell++)
            return (double)NAN;
    }
    char *end;
    const double value = strtod(cell, &end);
    return end == cell ? (double)NAN : value;
}

// A line without its newline, NULL at the end or for a line that is still being written.
static char *read_line(FILE *file)
{
    char *line = NULL;
    size_t size = 0;
    const ssize_t length = getline(&line, &size, file);
    if (length > 0 && line[length - 1] == '\n') {
        line[length - 1] = '\0';
        return line;
    }
    free(line);
    return NULL;
}

void cli_csv_row_read(cli_csv_row *row, const char *dir, const char *name, const char *where)
{
    char path[4096];
    *row = (cli_csv_row){0};
    snprintf(path, sizeof path, "%s/%s", dir, name);
    FILE *file = cli_has_file(dir, name) ? fopen(path, "r") : NULL;
    if (!file)
        return;
    cli_csv_row this = {.header = read_line(file)};
    while ((this.cells = read_line(file))) {
        if (!where || fabs(cli_csv_row_get(&this, where) - 1.0) < 0.5) {
            free(row->cells);
            row->cells = this.cells;
        } else {
            free(this.cells);
        }
    }
    row->header = this.header;
    fclose(file);
}

void cli_csv_row_release(cli_csv_row *row)
{
    free(row->header);
    free(row->cells);
    *row = (cli_csv_row){0};
}
