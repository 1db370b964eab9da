// SPDX-License-Identifier: MIT
// Reading CSV files of numbers: see csv_table.h. Names and numbers need no quotes, so there are
// none to look for.
// Workload: up to some hundred thousand rows, once per picture. Not here: writing (csv.c).
#include "run/record/csv_table.h"

#include "core/error.h"
#include "core/file.h"
#include "core/number.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MAX_SIZE ((size_t)1 << 30)

// The text up to the next `mark`, which becomes its end; moves *rest behind it. NULL at the end.
static char *take(char **rest, char mark)
{
    char *const start = *rest;
    if (!start)
        return NULL;
    char *const end = strchr(start, mark);
    if (end)
        *end = '\0';
    *rest = end ? end + 1 : NULL;
    return start;
}

static size_t count(const char *text, char mark)
{
    size_t n = 0;
    for (; *text; text++)
        n += *text == mark;
    return n;
}

static ppo_status read_header(ppo_csv_table *t, char **rest, const char *path, ppo_error *error)
{
    char *line = strchr(*rest, '\n') ? take(rest, '\n') : NULL;
    if (!line || !line[0])
        return ppo_fail(error, PPO_CORRUPT, "%.300s is empty: there is no header row", path);
    t->num_columns = count(line, ',') + 1;
    t->num_rows = *rest ? count(*rest, '\n') : 0;
    t->name = calloc(t->num_columns, sizeof *t->name);
    t->cell = calloc(t->num_rows ? t->num_rows : 1, t->num_columns * sizeof *t->cell);
    if (!t->name || !t->cell)
        return ppo_fail(error, PPO_NO_MEMORY, "out of memory reading %.300s", path);
    for (size_t i = 0; i < t->num_columns; i++)
        t->name[i] = take(&line, ',');
    return PPO_OK;
}

static ppo_status read_row(ppo_csv_table *t, size_t row, char *line, const char *path,
                           ppo_error *error)
{
    const size_t columns = count(line, ',') + 1;
    if (columns != t->num_columns)
        return ppo_fail(error, PPO_CORRUPT, "%.300s:%zu: %zu cells, but the header names %zu", path,
                        row + 2, columns, t->num_columns);
    for (size_t i = 0; i < t->num_columns; i++) {
        const char *text = take(&line, ',');
        double *cell = &t->cell[row * t->num_columns + i];
        if (!text[0])
            *cell = (double)NAN;
        else if (!ppo_number_parse_any(cell, text))
            return ppo_fail(error, PPO_CORRUPT, "%.300s:%zu: '%.40s' is not a number", path,
                            row + 2, text);
    }
    return PPO_OK;
}

static ppo_status parse(ppo_csv_table *t, const char *path, ppo_error *error)
{
    char *rest = t->text;
    PPO_TRY(read_header(t, &rest, path, error));
    for (size_t row = 0; row < t->num_rows; row++)
        PPO_TRY(read_row(t, row, take(&rest, '\n'), path, error));
    return PPO_OK;
}

ppo_status ppo_csv_table_read(ppo_csv_table *t, const char *path, ppo_error *error)
{
    size_t size;
    *t = (ppo_csv_table){0};
    PPO_TRY(ppo_file_read_regular(&t->text, &size, path, MAX_SIZE, error));
    const ppo_status status = strlen(t->text) == size
                                  ? parse(t, path, error)
                                  : ppo_fail(error, PPO_CORRUPT, "%.300s is not a text file", path);
    if (status != PPO_OK)
        ppo_csv_table_release(t);
    return status;
}

void ppo_csv_table_release(ppo_csv_table *t)
{
    free(t->text);
    free(t->name);
    free(t->cell);
    *t = (ppo_csv_table){0};
}

size_t ppo_csv_table_find(const ppo_csv_table *t, const char *name)
{
    size_t i = 0;
    while (i < t->num_columns && strcmp(t->name[i], name) != 0)
        i++;
    return i;
}

double ppo_csv_table_at(const ppo_csv_table *t, size_t row, size_t column)
{
    return t->cell[row * t->num_columns + column];
}
