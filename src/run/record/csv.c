// SPDX-License-Identifier: MIT
// Growing CSV files: see csv.h.
// Workload: a row of a few hundred bytes per iteration. Not here: the file (append_file.c), columns
// (metrics.c), reading (csv_table.c).
#include "run/record/csv.h"

#include <string.h>

static size_t whole_rows(const char *text, size_t size)
{
    while (size > 0 && text[size - 1] != '\n')
        size--;
    return size;
}

ppo_status ppo_csv_open(ppo_append_file *csv, const char *path, const char *header, uint64_t size,
                        const uint64_t *hash, bool *changed, ppo_error *error)
{
    ppo_status status = ppo_append_file_open(csv, path, whole_rows, size, hash, changed, error);
    if (status == PPO_OK && csv->size == 0) {
        status = ppo_csv_append(csv, header, error);
        if (status != PPO_OK)
            ppo_append_file_close(csv);
    }
    return status;
}

ppo_status ppo_csv_append(ppo_append_file *csv, const char *row, ppo_error *error)
{
    return ppo_append_file_add(csv, row, strlen(row), error);
}
