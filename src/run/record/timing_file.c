// SPDX-License-Identifier: MIT
// The file of wall-clock times: see timing_file.h.
// Workload: read once when a run is resumed. Not here: its columns (metrics.c).
#include "run/record/timing_file.h"

#include "core/error.h"
#include "core/file.h"
#include "core/number.h"
#include "run/record/csv.h"
#include "run/record/metrics.h"

#include <stdlib.h>
#include <string.h>

#define MAX_SIZE       ((size_t)1 << 36)
#define ELAPSED_COLUMN 2

typedef struct kept_rows {
    uint64_t size;      // bytes of the header and the rows that stay
    uint64_t iteration; // of the last of them
    double elapsed;     // likewise
} kept_rows;

// Reads the row that begins at `row` and ends before `end`, whose newline becomes a 0.
static bool read_row(kept_rows *kept, char *row, char *end)
{
    *end = '\0';
    for (size_t column = 0; column <= ELAPSED_COLUMN; column++) {
        const char *cell = strsep(&row, ",");
        if (!cell || (column == 0 && !ppo_number_parse_u64(&kept->iteration, cell)) ||
            (column == ELAPSED_COLUMN && !ppo_number_parse_any(&kept->elapsed, cell)))
            return false;
    }
    return true;
}

static kept_rows find_rows(char *text, uint64_t iteration)
{
    kept_rows kept = {0};
    char *row = text;
    for (char *end; (end = strchr(row, '\n')); row = end + 1) {
        kept_rows next = {.size = (uint64_t)(end + 1 - text)};
        const bool is_header = row == text;
        if (!is_header && (!read_row(&next, row, end) || next.iteration > iteration))
            break;
        kept = next;
    }
    return kept;
}

ppo_status ppo_timing_file_open(ppo_append_file *csv, const char *path, uint64_t iteration,
                                double *elapsed, bool *changed, ppo_error *error)
{
    bool cut_short;
    char *text = NULL;
    size_t size = 0;
    kept_rows kept = {0};
    const ppo_metrics columns = ppo_timing_metrics(NULL, 0);
    const ppo_csv_row header = ppo_metrics_header(&columns);
    if (iteration > 0 && ppo_file_exists(path)) {
        PPO_TRY(ppo_file_read_regular(&text, &size, path, MAX_SIZE, error));
        kept = find_rows(text, iteration);
        free(text);
    }
    PPO_TRY(ppo_csv_open(csv, path, header.text, kept.size, NULL, &cut_short, error));
    *elapsed = kept.elapsed;
    *changed = kept.iteration != iteration;
    return PPO_OK;
}
