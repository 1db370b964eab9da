// SPDX-License-Identifier: MIT
// Growing files: see append_file.h.
// Workload: records of a few hundred bytes to some megabytes, one or a few per iteration; a sync
// per checkpoint; read once when a run is resumed. Owns the descriptor, the path and the pending
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

#define MAX_SIZE ((size_t)1 << 36)

static ppo_status fail_at(const ppo_append_file *file, const char *what, ppo_error *error)
{
    return ppo_fail(error, PPO_IO, "can't %s %s: %s", what, file->path, strerror(errno));
}

// Cuts the file back and starts the hash over what stays.
static ppo_status cut_back(ppo_append_file *file, ppo_whole_records *whole, uint64_t size,
                           const uint64_t *hash, bool *changed, ppo_error *error)
{
    char *text = NULL;
    size_t length = 0;
    if (size > 0)
        PPO_TRY(ppo_file_read_regular(&text, &length, file->path, MAX_SIZE, error));
    file->size = text ? whole(text, length < size ? length : (size_t)size) : 0;
    XXH3_64bits_reset(file->hash_state);
    if (file->size)
        XXH3_64bits_update(file->hash_state, text, file->size);
    file->hash = XXH3_64bits_digest(file->hash_state);
    free(text);
    *changed = file->size != size || (hash && size > 0 && *hash != file->hash);
    if (ftruncate(file->descriptor, (off_t)file->size) != 0 ||
        lseek(file->descriptor, 0, SEEK_END) < 0)
        return fail_at(file, "cut back", error);
    return PPO_OK;
}

ppo_status ppo_append_file_open(ppo_append_file *file, const char *path, ppo_whole_records *whole,
                                uint64_t size, const uint64_t *hash, bool *changed,
                                ppo_error *error)
{
    *file = PPO_APPEND_FILE_CLOSED;
    *changed = false;
    file->path = strdup(path);
    file->hash_state = XXH3_createState();
    file->dirty = true;
    ppo_status status = PPO_OK;
    if (!file->path || !file->hash_state)
        status = ppo_fail(error, PPO_NO_MEMORY, "out of memory opening %s", path);
    else if ((file->descriptor = ppo_file_open(path, O_RDWR | O_CREAT | O_NOFOLLOW, 0666)) < 0)
        status = fail_at(file, "open", error);
    else
        status = cut_back(file, whole, size, hash, changed, error);
    if (status != PPO_OK)
        ppo_append_file_close(file);
    return status;
}

void ppo_append_file_close(ppo_append_file *file)
{
    if (file->descriptor >= 0)
        close(file->descriptor);
    XXH3_freeState(file->hash_state);
    ppo_bytes_release(&file->pending);
    free(file->path);
    *file = PPO_APPEND_FILE_CLOSED;
}

// After a failure the rest stays pending, from the byte where writing stopped.
static ppo_status write_pending(ppo_append_file *file, ppo_error *error)
{
    ppo_bytes *pending = &file->pending;
    if (pending->size == 0)
        return PPO_OK;
    const size_t done = ppo_file_write_all(file->descriptor, pending->data, pending->size);
    const int cause = errno;
    XXH3_64bits_update(file->hash_state, pending->data, done);
    file->size += done;
    file->dirty = file->dirty || done > 0;
    pending->size -= done;
    memmove(pending->data, pending->data + done, pending->size);
    errno = cause;
    return pending->size == 0 ? PPO_OK : fail_at(file, "write", error);
}

ppo_status ppo_append_file_add(ppo_append_file *file, const void *record, size_t size,
                               ppo_error *error)
{
    if (!ppo_bytes_append(&file->pending, record, size))
        return ppo_fail(error, PPO_NO_MEMORY, "out of memory adding to %s", file->path);
    return write_pending(file, error);
}

ppo_status ppo_append_file_sync(ppo_append_file *file, ppo_error *error)
{
    PPO_TRY(write_pending(file, error));
    file->hash = XXH3_64bits_digest(file->hash_state);
    if (!file->dirty)
        return PPO_OK;
    if (fsync(file->descriptor) != 0)
        return fail_at(file, "sync", error);
    file->dirty = false;
    return PPO_OK;
}
