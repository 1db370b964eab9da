// SPDX-License-Identifier: MIT
// A file that grows by a record at a time and can be taken back to an earlier length.
//
// Records go to the file at once, so that a person can watch it, and are synced on demand. One that
// could not be written (full disk) waits in memory and goes out before the next.
#ifndef PPO_RUN_RECORD_APPEND_FILE_H
#define PPO_RUN_RECORD_APPEND_FILE_H

#include "core/bytes.h"

typedef struct ppo_log {
    int descriptor; // -1: not open
    char *path;
    uint64_t size;     // bytes in the file
    uint64_t hash;     // XXH3 of them, as of the last sync
    void *hash_state;  // XXH3_state_t over them
    ppo_bytes waiting; // records not written yet
    bool dirty;        // written since the last sync
} ppo_log;

// Zero-initialised memory is not a closed file (descriptor 0): this is.
#define PPO_LOG_CLOSED ((ppo_log){.descriptor = -1})

// How many of `size` bytes from the beginning are whole records.
typedef size_t ppo_log_whole(const char *bytes, size_t size);

// Opens or makes the file and cuts it off after `size` bytes. If it is shorter than that or its
// bytes do not hash to `hash` (skipped if NULL), `*changed` becomes true: a torn last record is
// dropped and what is there stays. A file of size 0 then wants its beginning.
ppo_status ppo_log_open(ppo_log *log, const char *path, ppo_log_whole *whole, uint64_t size,
                        const uint64_t *hash, bool *changed, ppo_error *error);
void ppo_log_close(ppo_log *log);

ppo_status ppo_log_append(ppo_log *log, const void *record, size_t size, ppo_error *error);

// Everything appended is on disk when this returns PPO_OK; `size` and `hash` describe it.
ppo_status ppo_log_sync(ppo_log *log, ppo_error *error);

#endif
