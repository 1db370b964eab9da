// SPDX-License-Identifier: MIT
// Files that are published whole, and files read whole.
//
// Workload: a checkpoint of kilobytes to gigabytes every minute, small texts now and then.
// Publishing: temporary beside -> write -> fsync -> rename -> fsync of the folder. A process killed
// halfway leaves at most two temporaries behind (src/run/directory.c removes those of a run).
// Owns nothing between calls. Not here: what is inside a file (src/run/, src/config/).
#include "core/file.h"

#include "core/error.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_TEMPORARIES 100
#define NAME_ROOM       48 // by which a temporary's name is longer than its file's, at most
#define FIRST_CAPACITY  ((size_t)65536)

static ppo_status fail_at(ppo_error *error, const char *what, const char *path, int cause)
{
    const ppo_status status = cause == ENOMEM ? PPO_NO_MEMORY : PPO_IO;
    return ppo_fail(error, status, "can't %s %s: %s", what, path, strerror(cause));
}

size_t ppo_file_write_all(int descriptor, const void *data, size_t size)
{
    const char *bytes = data;
    size_t done = 0;
    while (done < size) {
        const ssize_t count = write(descriptor, bytes + done, size - done);
        if (count > 0) {
            done += (size_t)count;
        } else if (count == 0) {
            errno = ENOSPC;
            break;
        } else if (errno != EINTR) {
            break;
        }
    }
    return done;
}

int ppo_file_open(const char *path, int flags, unsigned mode)
{
    const int descriptor = open(path, flags | O_CLOEXEC, mode);
    if (descriptor < 0 || descriptor > STDERR_FILENO)
        return descriptor;
    const int higher = fcntl(descriptor, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    const int cause = errno;
    close(descriptor);
    errno = cause;
    return higher;
}

unsigned ppo_file_fill_standard(void)
{
    unsigned filled = 0;
    int descriptor;
    while ((descriptor = open("/dev/null", O_RDWR | O_CLOEXEC)) >= 0 && descriptor <= STDERR_FILENO)
        filled |= 1u << descriptor;
    if (descriptor >= 0)
        close(descriptor);
    return filled;
}

void ppo_file_free_standard(unsigned filled)
{
    for (int descriptor = 0; descriptor <= STDERR_FILENO; descriptor++)
        if (filled >> descriptor & 1)
            close(descriptor);
}

// The folder part of a path, to be freed: "a/b" -> "a", "b" -> ".", "/b" -> "/".
static char *folder_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    if (!slash)
        return strdup(".");
    return slash == path ? strdup("/") : strndup(path, (size_t)(slash - path));
}

static void name_temporary(char *name, size_t name_size, const char *path, int attempt)
{
    snprintf(name, name_size, "%s.%ld-%d.tmp", path, (long)getpid(), attempt);
}

size_t ppo_file_temporary_of(const char *name)
{
    const size_t size = strlen(name);
    const char *at = name + size - 4;
    if (size <= 4 || strcmp(at, ".tmp") != 0)
        return 0;
    for (int part = 0; part < 2; part++) { // the attempt's number, then the process's
        const char *end = at;
        while (at > name && isdigit((unsigned char)at[-1]))
            at--;
        if (at == end || at == name || at[-1] != (part ? '.' : '-'))
            return 0;
        at--;
    }
    return (size_t)(at - name);
}

// Creates a file that did not exist, named after `path`. Returns its descriptor, or -1 with errno.
static int open_temporary(char *name, size_t name_size, const char *path)
{
    for (int attempt = 0; attempt < MAX_TEMPORARIES; attempt++) {
        name_temporary(name, name_size, path, attempt);
        const int descriptor = ppo_file_open(name, O_WRONLY | O_CREAT | O_EXCL, 0666);
        if (descriptor >= 0 || errno != EEXIST)
            return descriptor;
    }
    return -1;
}

// Writes, syncs and closes. Returns 0 or the cause of failure.
static int fill_file(int descriptor, const void *data, size_t size)
{
    int cause = 0;
    if (ppo_file_write_all(descriptor, data, size) < size || fsync(descriptor) != 0)
        cause = errno;
    if (close(descriptor) != 0 && !cause)
        cause = errno;
    return cause;
}

// Makes renames durable. File systems that can't sync a folder are left to themselves.
static int sync_folder(const char *path)
{
    char *folder = folder_of(path);
    if (!folder)
        return ENOMEM;
    const int descriptor = ppo_file_open(folder, O_RDONLY | O_DIRECTORY, 0);
    free(folder);
    if (descriptor < 0)
        return errno;
    const int cause = fsync(descriptor) == 0 ? 0 : errno;
    close(descriptor);
    return cause == EINVAL || cause == ENOTSUP ? 0 : cause;
}

// Gives the file at `path` the second name `previous`, in one step if the file system has hard
// links; otherwise the name moves, and `path` is missing until the new file takes it. Returns 0 or
// the cause of failure.
static int keep_previous(const char *path, const char *previous)
{
    const size_t name_size = strlen(previous) + NAME_ROOM;
    char *name = malloc(name_size);
    if (!name)
        return ENOMEM;
    int cause = EEXIST;
    for (int attempt = 0; attempt < MAX_TEMPORARIES && cause == EEXIST; attempt++) {
        name_temporary(name, name_size, previous, attempt);
        cause = link(path, name) == 0 ? 0 : errno;
    }
    if (!cause && rename(name, previous) != 0) {
        cause = errno;
        unlink(name);
    } else if (cause == ENOENT) {
        cause = 0; // there is none to keep
    } else if (cause) {
        cause = rename(path, previous) == 0 ? 0 : errno;
    } else {
        unlink(name); // still there if both were names of one file: then rename does nothing
    }
    free(name);
    return cause;
}

// `name` is scratch for the temporary's name.
static ppo_status publish(char *name, size_t name_size, const char *path, const char *previous,
                          const void *data, size_t size, ppo_error *error)
{
    const int descriptor = open_temporary(name, name_size, path);
    if (descriptor < 0)
        return fail_at(error, "create a file for", path, errno);
    int cause = fill_file(descriptor, data, size);
    if (!cause && previous)
        cause = keep_previous(path, previous);
    if (!cause && rename(name, path) != 0)
        cause = errno;
    if (cause) {
        unlink(name);
        return fail_at(error, "write", path, cause);
    }
    cause = sync_folder(path);
    return cause ? fail_at(error, "sync the folder of", path, cause) : PPO_OK;
}

ppo_status ppo_file_publish_keep(const char *path, const char *previous, const void *data,
                                 size_t size, ppo_error *error)
{
    const size_t name_size = strlen(path) + NAME_ROOM;
    char *name = malloc(name_size);
    if (!name)
        return ppo_fail(error, PPO_NO_MEMORY, "out of memory writing %s", path);
    const ppo_status status = publish(name, name_size, path, previous, data, size, error);
    free(name);
    return status;
}

ppo_status ppo_file_publish(const char *path, const void *data, size_t size, ppo_error *error)
{
    return ppo_file_publish_keep(path, NULL, data, size, error);
}

// --- drafts ------------------------------------------------------------------------------------

static void release_draft(ppo_file_draft *draft)
{
    if (draft->temporary && draft->lock >= 0)
        close(draft->lock);
    free(draft->path);
    free(draft->temporary);
    *draft = (ppo_file_draft){0};
}

ppo_status ppo_file_draft_begin(ppo_file_draft *draft, const char *path, ppo_error *error)
{
    const size_t name_size = strlen(path) + NAME_ROOM;
    *draft = (ppo_file_draft){.path = strdup(path), .temporary = malloc(name_size), .lock = -1};
    if (!draft->path || !draft->temporary) {
        release_draft(draft);
        return ppo_fail(error, PPO_NO_MEMORY, "out of memory writing %s", path);
    }
    draft->lock = open_temporary(draft->temporary, name_size, path);
    if (draft->lock < 0) {
        const int cause = errno;
        release_draft(draft);
        return fail_at(error, "create a file for", path, cause);
    }
    (void)flock(draft->lock, LOCK_EX | LOCK_NB); // where there are no locks, sweeping removes none
    return PPO_OK;
}

static bool is_abandoned(int folder, const char *name)
{
    const int descriptor = openat(folder, name, O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (descriptor < 0)
        return false;
    const bool is_free = flock(descriptor, LOCK_EX | LOCK_NB) == 0;
    close(descriptor);
    return is_free;
}

void ppo_file_draft_sweep(const char *path)
{
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    char *folder_name = folder_of(path);
    DIR *folder = folder_name ? opendir(folder_name) : NULL;
    free(folder_name);
    if (!folder)
        return;
    const struct dirent *entry;
    // cppcheck-suppress readdirCalled ; each folder stream has a buffer of its own
    while ((entry = readdir(folder))) {
        const size_t length = ppo_file_temporary_of(entry->d_name);
        if (length == strlen(name) && strncmp(entry->d_name, name, length) == 0 &&
            is_abandoned(dirfd(folder), entry->d_name))
            unlinkat(dirfd(folder), entry->d_name, 0);
    }
    closedir(folder);
}

// Returns 0 or the cause of failure.
static int sync_file(const char *path)
{
    const int descriptor = ppo_file_open(path, O_WRONLY, 0);
    if (descriptor < 0)
        return errno;
    int cause = fsync(descriptor) == 0 ? 0 : errno;
    if (close(descriptor) != 0 && !cause)
        cause = errno;
    return cause;
}

ppo_status ppo_file_draft_publish(ppo_file_draft *draft, ppo_error *error)
{
    int cause = sync_file(draft->temporary);
    if (!cause && rename(draft->temporary, draft->path) != 0)
        cause = errno;
    if (cause)
        unlink(draft->temporary);
    else
        cause = sync_folder(draft->path);
    const ppo_status status = cause ? fail_at(error, "write", draft->path, cause) : PPO_OK;
    release_draft(draft);
    return status;
}

void ppo_file_draft_discard(ppo_file_draft *draft)
{
    if (draft->temporary)
        unlink(draft->temporary);
    release_draft(draft);
}

static int write_file(const char *path, const void *data, size_t size)
{
    const int descriptor = ppo_file_open(path, O_WRONLY, 0);
    if (descriptor < 0)
        return errno;
    int cause = ppo_file_write_all(descriptor, data, size) < size ? errno : 0;
    if (close(descriptor) != 0 && !cause)
        cause = errno;
    return cause;
}

ppo_status ppo_file_replace(const char *path, const void *data, size_t size, ppo_error *error)
{
    ppo_file_draft draft;
    const ppo_status status = ppo_file_draft_begin(&draft, path, error);
    if (status != PPO_OK || !draft.temporary)
        return status;
    int cause = write_file(draft.temporary, data, size);
    if (!cause && rename(draft.temporary, path) != 0)
        cause = errno;
    ppo_file_draft_discard(&draft);
    return cause ? fail_at(error, "write", path, cause) : PPO_OK;
}

// --- reading -----------------------------------------------------------------------------------

// Room for one more byte than `size`, so that a file of the expected length needs no growing.
static bool grow(char **data, size_t *capacity, size_t size)
{
    if (size + 1 < *capacity)
        return true;
    const size_t wanted = *capacity < FIRST_CAPACITY ? FIRST_CAPACITY : *capacity;
    if (wanted > SIZE_MAX / 2)
        return false;
    char *bigger = realloc(*data, 2 * wanted);
    if (!bigger)
        return false;
    *data = bigger;
    *capacity = 2 * wanted;
    return true;
}

// Reads to the end (pipes have no length to trust). Returns 0 or the cause of failure.
static int read_all(char **data, size_t *size, size_t capacity, int descriptor, size_t max_size)
{
    *data = malloc(capacity);
    *size = 0;
    if (!*data)
        return ENOMEM;
    for (;;) {
        if (!grow(data, &capacity, *size))
            return ENOMEM;
        const ssize_t count = read(descriptor, *data + *size, capacity - 1 - *size);
        if (count < 0 && errno != EINTR)
            return errno;
        if (count == 0)
            break;
        *size += count > 0 ? (size_t)count : 0;
        if (*size > max_size)
            return EFBIG;
    }
    (*data)[*size] = '\0';
    return 0;
}

static ppo_status read_whole(char **data, size_t *size, const char *path, bool only_regular,
                             size_t max_size, ppo_error *error)
{
    *data = NULL;
    *size = 0;
    // Opening a FIFO without O_NONBLOCK waits for a writer.
    const int descriptor = ppo_file_open(path, O_RDONLY | (only_regular ? O_NONBLOCK : 0), 0);
    if (descriptor < 0 && (errno == ENOENT || errno == ENOTDIR))
        return ppo_fail(error, PPO_NOT_FOUND, "can't read %s: %s", path, strerror(errno));
    if (descriptor < 0)
        return fail_at(error, "read", path, errno);
    struct stat facts;
    int cause = fstat(descriptor, &facts) == 0 ? 0 : errno;
    const bool regular = !cause && S_ISREG(facts.st_mode) && facts.st_size >= 0;
    const bool is_refused = !cause && only_regular && !regular;
    if (!cause && regular && (uint64_t)facts.st_size > max_size)
        cause = EFBIG;
    if (!cause && !is_refused)
        cause = read_all(data, size, regular ? (size_t)facts.st_size + 2 : FIRST_CAPACITY,
                         descriptor, max_size);
    close(descriptor);
    if (!cause && !is_refused)
        return PPO_OK;
    free(*data);
    *data = NULL;
    *size = 0;
    if (is_refused)
        return ppo_fail(error, PPO_IO, "can't read %s: it is not a regular file", path);
    if (cause == EFBIG)
        return ppo_fail(error, PPO_IO, "can't read %s: larger than %zu bytes", path, max_size);
    return fail_at(error, "read", path, cause);
}

ppo_status ppo_file_read(char **data, size_t *size, const char *path, size_t max_size,
                         ppo_error *error)
{
    return read_whole(data, size, path, false, max_size, error);
}

ppo_status ppo_file_read_regular(char **data, size_t *size, const char *path, size_t max_size,
                                 ppo_error *error)
{
    return read_whole(data, size, path, true, max_size, error);
}

// Makes one folder; one that is there already will do.
static int make_dir(const char *path)
{
    struct stat facts;
    if (mkdir(path, 0777) == 0)
        return 0;
    const int cause = errno;
    if (stat(path, &facts) != 0)
        return cause;
    return S_ISDIR(facts.st_mode) ? 0 : ENOTDIR;
}

ppo_status ppo_file_make_dirs(const char *path, ppo_error *error)
{
    char *copy = strdup(path);
    if (!copy)
        return ppo_fail(error, PPO_NO_MEMORY, "out of memory making the folder %s", path);
    int cause = 0;
    for (char *slash = strchr(copy + (*copy == '/'), '/'); slash && !cause;
         slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        cause = make_dir(copy);
        *slash = '/';
    }
    if (!cause)
        cause = make_dir(copy);
    free(copy);
    return cause ? fail_at(error, "make the folder", path, cause) : PPO_OK;
}

bool ppo_file_exists(const char *path)
{
    struct stat facts;
    return stat(path, &facts) == 0;
}
