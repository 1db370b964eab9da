// SPDX-License-Identifier: MIT
// A file that grows by a record at a time and can be cut back to an earlier length: the CSV files
// and the event file of a run.
//
// Records are written at once, so that other programs can follow the file, and synced on demand.
// One that could not be written (a full disk) stays in memory and is written before the next.
// Threads: one thread at a time for one file.
#ifndef PPO_RUN_RECORD_APPEND_FILE_H
#define PPO_RUN_RECORD_APPEND_FILE_H

#include "core/bytes.h"

typedef struct ppo_append_file {
    int descriptor; // -1: not open
    char *path;
    uint64_t size;     // bytes in the file
    uint64_t hash;     // XXH3 of them, as of the last sync
    void *hash_state;  // XXH3_state_t over them
    ppo_bytes pending; // records that are not written yet
    bool dirty;        // written since the last sync
} ppo_append_file;

// Zero-initialised memory is not a closed file (descriptor 0): this is.
#define PPO_APPEND_FILE_CLOSED ((ppo_append_file){.descriptor = -1})

// How many of `size` bytes from the beginning are whole records.
typedef size_t ppo_whole_records(const char *bytes, size_t size);

// Opens or creates the file, which must not be a symbolic link, and cuts it off after `size` bytes.
// If it is shorter than that or its bytes do not hash to `hash` (not compared if NULL), `*changed`
// becomes true: a torn last record is dropped, the whole ones stay. A file of size 0 has no header
// yet: the caller writes it. On failure (PPO_IO, PPO_NO_MEMORY) the file is closed.
ppo_status ppo_append_file_open(ppo_append_file *file, const char *path, ppo_whole_records *whole,
                                uint64_t size, const uint64_t *hash, bool *changed,
                                ppo_error *error);

void ppo_append_file_close(ppo_append_file *file);

// Adds a record of `size` bytes. After a failure to write (PPO_IO) it is pending, and the next call
// tries again.
ppo_status ppo_append_file_add(ppo_append_file *file, const void *record, size_t size,
                               ppo_error *error);

// Everything added is on disk when this returns PPO_OK; `size` and `hash` describe it.
ppo_status ppo_append_file_sync(ppo_append_file *file, ppo_error *error);

#endif
