// SPDX-License-Identifier: MIT
// Growing CSV files: see csv.h.
// Workload: a row of a few hundred bytes per iteration, a sync per checkpoint, read once when a run
// is resumed. Owns the descriptor, the path and the waiting rows. Not here: columns (metrics.c).
#include "run/csv.h"

#include "core/error.h"
#include "core/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xxhash.h>

#define MAX_CSV_SIZE ((size_t)1 << 36)

static ppo_status fail_at(const ppo_csv *csv, const char *what, ppo_error *error)
{
    return ppo_fail(error, PPO_IO, "can't %s %s: %s", what, csv->path, strerror(errno));
}

// How much of a text of `size` bytes to keep: at most `wanted`, and whole rows only.
static size_t whole_rows(const char *text, size_t size, uint64_t wanted)
{
    size_t keep = size < wanted ? size : (size_t)wanted;
    while (keep > 0 && text[keep - 1] != '\n')
        keep--;
    return keep;
}

// Cuts the file back and starts the hash over what stays.
static ppo_status cut_back(ppo_csv *csv, uint64_t size, const uint64_t *hash, bool *changed,
                           ppo_error *error)
{
    char *text = NULL;
    size_t length = 0;
    if (size > 0)
        PPO_TRY(ppo_file_read(&text, &length, csv->path, MAX_CSV_SIZE, error));
    csv->size = whole_rows(text, length, size);
    XXH3_64bits_reset(csv->hash_state);
    if (csv->size)
        XXH3_64bits_update(csv->hash_state, text, csv->size);
    csv->hash = XXH3_64bits_digest(csv->hash_state);
    free(text);
    *changed = csv->size != size || (hash && size > 0 && *hash != csv->hash);
    if (ftruncate(csv->descriptor, (off_t)csv->size) != 0 ||
        lseek(csv->descriptor, 0, SEEK_END) < 0)
        return fail_at(csv, "cut back", error);
    return PPO_OK;
}

static ppo_status open_parts(ppo_csv *csv, const char *path, ppo_error *error)
{
    csv->path = strdup(path);
    csv->hash_state = XXH3_createState();
    if (!csv->path || !csv->hash_state)
        return ppo_fail(error, PPO_NO_MEMORY, "out of memory opening %s", path);
    csv->descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    return csv->descriptor >= 0 ? PPO_OK : fail_at(csv, "open", error);
}

static ppo_status open_at(ppo_csv *csv, const char *path, const char *header, uint64_t size,
                          const uint64_t *hash, bool *changed, ppo_error *error)
{
    PPO_TRY(open_parts(csv, path, error));
    PPO_TRY(cut_back(csv, size, hash, changed, error));
    csv->dirty = true;
    return csv->size == 0 ? ppo_csv_append(csv, header, error) : PPO_OK;
}

ppo_status ppo_csv_open(ppo_csv *csv, const char *path, const char *header, uint64_t size,
                        const uint64_t *hash, bool *changed, ppo_error *error)
{
    *csv = PPO_CSV_CLOSED;
    const ppo_status status = open_at(csv, path, header, size, hash, changed, error);
    if (status != PPO_OK)
        ppo_csv_close(csv);
    return status;
}

void ppo_csv_close(ppo_csv *csv)
{
    if (csv->descriptor >= 0)
        close(csv->descriptor);
    XXH3_freeState(csv->hash_state);
    ppo_bytes_release(&csv->waiting);
    free(csv->path);
    *csv = PPO_CSV_CLOSED;
}

static ppo_status put_in_line(ppo_csv *csv, const char *row, ppo_error *error)
{
    if (!ppo_bytes_append(&csv->waiting, row, strlen(row)))
        return ppo_fail(error, PPO_NO_MEMORY, "out of memory adding to %s", csv->path);
    return PPO_OK;
}

// Writes what waits; after a failure the rest keeps waiting, from the byte where it stopped.
static ppo_status write_waiting(ppo_csv *csv, ppo_error *error)
{
    ppo_bytes *waiting = &csv->waiting;
    if (waiting->size == 0)
        return PPO_OK;
    const size_t done = ppo_file_write_all(csv->descriptor, waiting->data, waiting->size);
    const int cause = errno;
    XXH3_64bits_update(csv->hash_state, waiting->data, done);
    csv->size += done;
    csv->dirty = csv->dirty || done > 0;
    waiting->size -= done;
    memmove(waiting->data, waiting->data + done, waiting->size);
    errno = cause;
    return waiting->size == 0 ? PPO_OK : fail_at(csv, "write", error);
}

ppo_status ppo_csv_append(ppo_csv *csv, const char *row, ppo_error *error)
{
    PPO_TRY(put_in_line(csv, row, error));
    return write_waiting(csv, error);
}

ppo_status ppo_csv_sync(ppo_csv *csv, ppo_error *error)
{
    PPO_TRY(write_waiting(csv, error));
    csv->hash = XXH3_64bits_digest(csv->hash_state);
    if (!csv->dirty)
        return PPO_OK;
    if (fsync(csv->descriptor) != 0)
        return fail_at(csv, "sync", error);
    csv->dirty = false;
    return PPO_OK;
}
