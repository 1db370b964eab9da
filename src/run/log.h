// SPDX-License-Identifier: MIT
// A CSV file that grows by a row at a time and can be taken back to an earlier length.
//
// Rows go to the file at once, so that a person can watch it, and are synced on demand. A row that
// could not be written (full disk) waits in memory and goes out before the next one.
#ifndef PPO_RUN_CSV_H
#define PPO_RUN_CSV_H

#include "run/bytes.h"

typedef struct ppo_csv {
    int descriptor; // -1: not open
    char *path;
    uint64_t size;     // bytes in the file
    uint64_t hash;     // XXH3 of them, as of the last sync
    void *hash_state;  // XXH3_state_t over them
    ppo_bytes waiting; // rows not written yet
    bool dirty;        // written since the last sync
} ppo_csv;

// Zero-initialised memory is not a closed file (descriptor 0): this is.
#define PPO_CSV_CLOSED ((ppo_csv){.descriptor = -1})

// Opens or makes the file and cuts it off after `size` bytes; an empty file gets the header row.
// If it is shorter than `size` or its bytes do not hash to `hash` (skipped if NULL), `*changed`
// becomes true: a torn last row is dropped and what is there stays.
ppo_status ppo_csv_open(ppo_csv *csv, const char *path, const char *header, uint64_t size,
                        const uint64_t *hash, bool *changed, ppo_error *error);
void ppo_csv_close(ppo_csv *csv);

// Adds a row; `row` ends in a newline.
ppo_status ppo_csv_append(ppo_csv *csv, const char *row, ppo_error *error);

// Everything appended is on disk when this returns PPO_OK; `size` and `hash` describe it.
ppo_status ppo_csv_sync(ppo_csv *csv, ppo_error *error);

#endif
