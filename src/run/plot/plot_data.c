// SPDX-License-Identifier: MIT
// Reading a run's metric: see plot_data.h.
// Workload: some dozens of runs of up to some hundred thousand rows. Not here: making a curve of
// them (plot_curve.c), which runs form one (plot.c).
#include "run/plot/plot_data.h"

#include "core/error.h"
#include "core/nearest.h"
#include "core/file.h"
#include "run/record/csv_table.h"
#include "run/directory.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ITERATION_COLUMN "iteration"
#define STEPS_COLUMN     "global_step"
#define SECONDS_COLUMN   "time/time_elapsed"

// Names of a directory's columns, for the nearest one.
typedef struct names {
    const char *name[128];
    size_t count;
} names;

static const char *name_at(void *context, size_t index)
{
    return ((names *)context)->name[index];
}

static void gather_names(names *n, const ppo_csv_table *table)
{
    for (size_t i = 0; i < table->num_columns && n->count < 128; i++)
        n->name[n->count++] = table->name[i];
}

static ppo_status unknown_metric(const ppo_csv_table *const *tables, size_t num_tables,
                                 const char *run, const char *metric, ppo_error *error)
{
    names n = {.count = 0};
    for (size_t i = 0; i < num_tables; i++)
        gather_names(&n, tables[i]);
    const char *nearest = ppo_nearest(metric, name_at, &n, n.count);
    return ppo_fail(error, PPO_NOT_FOUND, "%.300s has no column '%.64s'%s%s%s", run, metric,
                    nearest ? "; did you mean " : "; the first line of its progress.csv names all",
                    nearest ? nearest : "", nearest ? "?" : "");
}

static bool has_column(const ppo_csv_table *table, const char *name)
{
    return ppo_csv_table_find(table, name) < table->num_columns;
}

// The time of each row, by its iteration, from a table that has both. NAN where there is none.
static void take_seconds(double *x, const ppo_csv_table *table, const ppo_csv_table *timing)
{
    const size_t here = ppo_csv_table_find(table, ITERATION_COLUMN);
    const size_t there = ppo_csv_table_find(timing, ITERATION_COLUMN);
    const size_t seconds = ppo_csv_table_find(timing, SECONDS_COLUMN);
    size_t k = 0;
    for (size_t row = 0; row < table->num_rows; row++) {
        const double iteration = ppo_csv_table_at(table, row, here);
        while (k < timing->num_rows && ppo_csv_table_at(timing, k, there) < iteration)
            k++;
        const bool is_there =
            k < timing->num_rows && !(ppo_csv_table_at(timing, k, there) > iteration);
        x[row] = is_there ? ppo_csv_table_at(timing, k, seconds) : (double)NAN;
    }
}

static ppo_status take_x(double *x, const ppo_csv_table *table, const ppo_csv_table *timing,
                         const char *run, ppo_plot_x kind, ppo_error *error)
{
    const char *wanted = kind == PPO_PLOT_STEPS ? STEPS_COLUMN : SECONDS_COLUMN;
    const size_t column = ppo_csv_table_find(table, wanted);
    if (column < table->num_columns) {
        for (size_t row = 0; row < table->num_rows; row++)
            x[row] = ppo_csv_table_at(table, row, column);
        return PPO_OK;
    }
    if (kind == PPO_PLOT_SECONDS && timing && has_column(table, ITERATION_COLUMN) &&
        has_column(timing, ITERATION_COLUMN) && has_column(timing, SECONDS_COLUMN)) {
        take_seconds(x, table, timing);
        return PPO_OK;
    }
    return ppo_fail(error, PPO_NOT_FOUND, "%.300s has no column '%s'", run, wanted);
}

// Leaves what is finite and beyond all before it.
static void sift(ppo_samples *s, size_t num_rows)
{
    s->count = 0;
    for (size_t i = 0; i < num_rows; i++) {
        if (!isfinite(s->x[i]) || !isfinite(s->y[i]))
            continue;
        if (s->count > 0 && s->x[i] <= s->x[s->count - 1])
            continue;
        s->x[s->count] = s->x[i];
        s->y[s->count++] = s->y[i];
    }
}

static ppo_status take_samples(ppo_samples *s, const ppo_csv_table *table, size_t column,
                               const ppo_csv_table *timing, const char *run, ppo_plot_x x,
                               ppo_error *error)
{
    const size_t rows = table->num_rows;
    s->x = calloc(rows + 1, sizeof *s->x);
    s->y = calloc(rows + 1, sizeof *s->y);
    if (!s->x || !s->y)
        return ppo_fail(error, PPO_NO_MEMORY, "out of memory reading %.300s", run);
    PPO_TRY(take_x(s->x, table, timing, run, x, error));
    for (size_t row = 0; row < rows; row++)
        s->y[row] = ppo_csv_table_at(table, row, column);
    sift(s, rows);
    if (s->count == 0)
        return ppo_fail(error, PPO_INVALID, "%.300s: there is no value of %.64s yet", run,
                        table->name[column]);
    return PPO_OK;
}

// The three files of a run, of which the latter two may be missing. tables[1] is the timing,
// tables[2] the evaluations.
static ppo_status take_run(ppo_samples *s, const ppo_csv_table *const *tables, size_t num_tables,
                           const char *run, const char *metric, ppo_plot_x x, ppo_error *error)
{
    const ppo_csv_table *timing = num_tables > 1 && tables[1]->num_columns ? tables[1] : NULL;
    for (size_t i = 0; i < num_tables; i++) {
        const size_t column = ppo_csv_table_find(tables[i], metric);
        if (column < tables[i]->num_columns) {
            s->is_evaluation = i == 2;
            return take_samples(s, tables[i], column, timing, run, x, error);
        }
    }
    return unknown_metric(tables, num_tables, run, metric, error);
}

static ppo_status read_directory(ppo_samples *s, const char *run, const char *metric, ppo_plot_x x,
                                 ppo_error *error)
{
    static const char *const files[] = {PPO_PROGRESS_NAME, PPO_TIMING_NAME, PPO_EVALUATIONS_NAME};
    ppo_csv_table table[3] = {{0}};
    const ppo_csv_table *tables[3] = {&table[0], &table[1], &table[2]};
    ppo_status status = PPO_OK;
    for (int i = 0; i < 3 && status == PPO_OK; i++) {
        const ppo_path path = ppo_path_in(run, files[i]);
        status = ppo_csv_table_read(&table[i], path.text, error);
        if (i > 0 && status == PPO_NOT_FOUND)
            status = PPO_OK;
    }
    if (status == PPO_OK)
        status = take_run(s, tables, 3, run, metric, x, error);
    for (int i = 0; i < 3; i++)
        ppo_csv_table_release(&table[i]);
    return status;
}

static ppo_status read_file(ppo_samples *s, const char *run, const char *metric, ppo_plot_x x,
                            ppo_error *error)
{
    ppo_csv_table table;
    const ppo_csv_table *tables[1] = {&table};
    PPO_TRY(ppo_csv_table_read(&table, run, error));
    const ppo_status status = take_run(s, tables, 1, run, metric, x, error);
    ppo_csv_table_release(&table);
    return status;
}

// "runs/CartPole-v1/seed-1/" -> "CartPole-v1/seed-1".
static void name_after(char name[PPO_PLOT_TEXT], const char *run)
{
    size_t end = strlen(run);
    while (end > 1 && run[end - 1] == '/')
        end--;
    size_t start = end;
    for (int slashes = 0; start > 0; start--)
        if (run[start - 1] == '/' && ++slashes == 2)
            break;
    snprintf(name, PPO_PLOT_TEXT, "%.*s", (int)(end - start), run + start);
}

ppo_status ppo_samples_read(ppo_samples *s, const char *run, const char *metric, ppo_plot_x x,
                            ppo_error *error)
{
    *s = (ppo_samples){.count = 0};
    name_after(s->name, run);
    const bool is_directory = ppo_is_directory(run);
    if (is_directory) {
        ppo_config_defaults(&s->config);
        const ppo_status loaded = ppo_run_directory_config(&s->config, run, error);
        if (loaded == PPO_NO_MEMORY)
            return loaded;
        s->has_config = loaded == PPO_OK;
    }
    const ppo_status status = is_directory ? read_directory(s, run, metric, x, error)
                                           : read_file(s, run, metric, x, error);
    if (status != PPO_OK)
        ppo_samples_release(s);
    return status;
}

void ppo_samples_release(ppo_samples *s)
{
    free(s->x);
    free(s->y);
    s->x = s->y = NULL;
    s->count = 0;
}

bool ppo_samples_smooth(ppo_samples *s, size_t width)
{
    double *sum = width > 1 ? calloc(s->count + 1, sizeof *sum) : NULL;
    if (width <= 1)
        return true;
    if (!sum)
        return false;
    for (size_t i = 0; i < s->count; i++)
        sum[i + 1] = sum[i] + s->y[i];
    for (size_t i = 0; i < s->count; i++) {
        const size_t before = width / 2, after = width - before; // as many on both sides
        const size_t first = i > before ? i - before : 0;
        const size_t end = i + after < s->count ? i + after : s->count;
        s->y[i] = (sum[end] - sum[first]) / (double)(end - first);
    }
    free(sum);
    return true;
}

double ppo_samples_at(const ppo_samples *s, double x, size_t *at)
{
    while (*at + 1 < s->count && s->x[*at + 1] <= x)
        ++*at;
    if (*at + 1 == s->count)
        return s->y[*at];
    const double part = (x - s->x[*at]) / (s->x[*at + 1] - s->x[*at]);
    return s->y[*at] + part * (s->y[*at + 1] - s->y[*at]);
}
