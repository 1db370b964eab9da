// SPDX-License-Identifier: MIT
// A run directory's names and lock: see directory.h.
// Owns the lock's descriptor only. Not here: what the files mean (run.c).
#include "run/directory.h"

#include "core/error.h"
#include "ppo/plugin.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define LOCK_NAME     "lock"
#define TEMPORARY_END ".tmp"

ppo_path ppo_path_of(const char *path)
{
    ppo_path copy;
    snprintf(copy.text, sizeof copy.text, "%s", path);
    return copy;
}

ppo_path ppo_path_in(const char *dir, const char *name)
{
    ppo_path path;
    snprintf(path.text, sizeof path.text, "%s/%s", dir, name);
    return path;
}

bool ppo_is_directory(const char *path)
{
    struct stat facts;
    return stat(path, &facts) == 0 && S_ISDIR(facts.st_mode);
}

ppo_path ppo_run_directory_name(const ppo_config *config, const char *env_id)
{
    ppo_path path;
    if (config->run_dir[0])
        return ppo_path_of(config->run_dir);
    snprintf(path.text, sizeof path.text, "runs/%s/seed-%" PRIu64, ppo_env_name(env_id),
             config->seed);
    return path;
}

// Who holds the lock, from the file's text; 0 if it does not say.
static long read_holder(int descriptor)
{
    char text[24] = "";
    const ssize_t count = pread(descriptor, text, sizeof text - 1, 0);
    return count > 0 ? strtol(text, NULL, 10) : 0;
}

static void write_holder(int descriptor)
{
    char text[24];
    const int size = snprintf(text, sizeof text, "%ld\n", (long)getpid());
    // Only a courtesy to whoever finds the directory locked, so failure is no failure.
    if (ftruncate(descriptor, 0) == 0 && pwrite(descriptor, text, (size_t)size, 0) < 0)
        errno = 0;
}

static ppo_status fail_locked(int descriptor, const char *dir, ppo_error *error)
{
    return ppo_fail(error, PPO_IO,
                    "%s is in use by another run (process %ld); wait for it to end or choose "
                    "another run_dir",
                    dir, read_holder(descriptor));
}

ppo_status ppo_run_directory_lock(int *descriptor, const char *dir, ppo_error *error)
{
    const ppo_path path = ppo_path_in(dir, LOCK_NAME);
    *descriptor = open(path.text, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (*descriptor < 0)
        return ppo_fail(error, PPO_IO, "can't write into %s: %s", dir, strerror(errno));
    if (flock(*descriptor, LOCK_EX | LOCK_NB) == 0) {
        write_holder(*descriptor);
        return PPO_OK;
    }
    const bool held = errno == EWOULDBLOCK;
    const ppo_status status = held ? fail_locked(*descriptor, dir, error) : PPO_OK;
    close(*descriptor);
    *descriptor = -1;
    return status;
}

void ppo_run_directory_unlock(int descriptor)
{
    if (descriptor >= 0)
        close(descriptor);
}

static bool is_temporary(const char *name)
{
    const size_t size = strlen(name);
    const size_t end = sizeof TEMPORARY_END - 1;
    return size > end && strcmp(name + size - end, TEMPORARY_END) == 0;
}

void ppo_run_directory_sweep(const char *dir)
{
    const struct dirent *entry;
    DIR *folder = opendir(dir);
    if (!folder)
        return;
    // cppcheck-suppress readdirCalled ; each folder stream has a buffer of its own
    while ((entry = readdir(folder)))
        if (is_temporary(entry->d_name))
            unlinkat(dirfd(folder), entry->d_name, 0);
    closedir(folder);
}
