// SPDX-License-Identifier: MIT
// Growing files: see append_file.h.
// Workload: records of a few hundred bytes to some megabytes, one or a few per iteration; a sync
// per checkpoint; read once when a run is resumed. Owns the descriptor, the path and the waiting
// records. Not here: what a record is (csv.c, tfrecord.c).
#include "run/record/append_file.h"

#include "core/error.h"
#include "core/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xxhash.h>

#define MAX_LOG_SIZE ((size_t)1 << 36)

static ppo_status fail_at(const ppo_log *log, const char *what, ppo_error *error)
{
    return ppo_fail(error, PPO_IO, "can't %s %s: %s", what, log->path, strerror(errno));
}

// Cuts the file back and starts the hash over what stays.
static ppo_status cut_back(ppo_log *log, ppo_log_whole *whole, uint64_t size, const uint64_t *hash,
                           bool *changed, ppo_error *error)
{
    char *text = NULL;
    size_t length = 0;
    if (size > 0)
        PPO_TRY(ppo_file_read(&text, &length, log->path, MAX_LOG_SIZE, error));
    log->size = text ? whole(text, length < size ? length : (size_t)size) : 0;
    XXH3_64bits_reset(log->hash_state);
    if (log->size)
        XXH3_64bits_update(log->hash_state, text, log->size);
    log->hash = XXH3_64bits_digest(log->hash_state);
    free(text);
    *changed = log->size != size || (hash && size > 0 && *hash != log->hash);
    if (ftruncate(log->descriptor, (off_t)log->size) != 0 ||
        lseek(log->descriptor, 0, SEEK_END) < 0)
        return fail_at(log, "cut back", error);
    return PPO_OK;
}

static ppo_status open_parts(ppo_log *log, const char *path, ppo_error *error)
{
    log->path = strdup(path);
    log->hash_state = XXH3_createState();
    if (!log->path || !log->hash_state)
        return ppo_fail(error, PPO_NO_MEMORY, "out of memory opening %s", path);
    log->descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    return log->descriptor >= 0 ? PPO_OK : fail_at(log, "open", error);
}

ppo_status ppo_log_open(ppo_log *log, const char *path, ppo_log_whole *whole, uint64_t size,
                        const uint64_t *hash, bool *changed, ppo_error *error)
{
    *log = PPO_LOG_CLOSED;
    ppo_status status = open_parts(log, path, error);
    if (status == PPO_OK)
        status = cut_back(log, whole, size, hash, changed, error);
    log->dirty = true;
    if (status != PPO_OK)
        ppo_log_close(log);
    return status;
}

void ppo_log_close(ppo_log *log)
{
    if (log->descriptor >= 0)
        close(log->descriptor);
    XXH3_freeState(log->hash_state);
    ppo_bytes_release(&log->waiting);
    free(log->path);
    *log = PPO_LOG_CLOSED;
}

// Writes what waits; after a failure the rest keeps waiting, from the byte where it stopped.
static ppo_status write_waiting(ppo_log *log, ppo_error *error)
{
    ppo_bytes *waiting = &log->waiting;
    if (waiting->size == 0)
        return PPO_OK;
    const size_t done = ppo_file_write_all(log->descriptor, waiting->data, waiting->size);
    const int cause = errno;
    XXH3_64bits_update(log->hash_state, waiting->data, done);
    log->size += done;
    log->dirty = log->dirty || done > 0;
    waiting->size -= done;
    memmove(waiting->data, waiting->data + done, waiting->size);
    errno = cause;
    return waiting->size == 0 ? PPO_OK : fail_at(log, "write", error);
}

ppo_status ppo_log_append(ppo_log *log, const void *record, size_t size, ppo_error *error)
{
    if (!ppo_bytes_append(&log->waiting, record, size))
        return ppo_fail(error, PPO_NO_MEMORY, "out of memory adding to %s", log->path);
    return write_waiting(log, error);
}

ppo_status ppo_log_sync(ppo_log *log, ppo_error *error)
{
    PPO_TRY(write_waiting(log, error));
    log->hash = XXH3_64bits_digest(log->hash_state);
    if (!log->dirty)
        return PPO_OK;
    if (fsync(log->descriptor) != 0)
        return fail_at(log, "sync", error);
    log->dirty = false;
    return PPO_OK;
}
