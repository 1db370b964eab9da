// SPDX-License-Identifier: MIT
// A run directory's names and lock: see directory.h.
// Owns the lock's descriptor only. Not here: what the files hold (run.c), films (film/run_film.c).
#include "run/directory.h"

#include "core/error.h"
#include "core/file.h"
#include "ppo/plugin.h"

#include <ctype.h>
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

#define MAX_CONFIG_SIZE ((size_t)1 << 20)

// Results first: ppo_run_directory_results looks at those alone.
static const char *const names[] = {
    PPO_CHECKPOINT_NAME, PPO_PREVIOUS_NAME,    PPO_BEST_NAME,        PPO_PROGRESS_NAME,
    PPO_TIMING_NAME,     PPO_EVALUATIONS_NAME, PPO_TENSORBOARD_NAME, PPO_CONFIG_NAME,
    PPO_CURVE_NAME,      PPO_VIDEOS_NAME,      PPO_WORKER_LOG_NAME,  PPO_LOCK_NAME,
};
enum { NUM_NAMES = sizeof names / sizeof *names, NUM_RESULTS = NUM_NAMES - 2 };

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

ppo_status ppo_run_directory_name(ppo_path *dir, const ppo_config *config, const ppo_env_class *env,
                                  ppo_error *error)
{
    char id[sizeof config->env_id + 16];
    snprintf(id, sizeof id, "%s", env ? env->id : config->env_id);
    if (config->run_dir[0]) {
        *dir = ppo_path_of(config->run_dir);
        return PPO_OK;
    }
    if (!env && ppo_plugin_has_id(id)) // "libgame.so" may be short for "/home/me/libgame.so:Game"
        PPO_TRY(ppo_plugin_resolve(id, sizeof id, config->env_id, error));
    snprintf(dir->text, sizeof dir->text, "runs/%s/seed-%" PRIu64, ppo_env_name(id), config->seed);
    return PPO_OK;
}

// --- the lock -----------------------------------------------------------------------------------

// The length of the part of a path that exists.
static size_t existing_length(ppo_path path)
{
    while (!ppo_file_exists(path.text)) {
        char *slash = strrchr(path.text, '/');
        if (!slash)
            return 0;
        *slash = '\0';
    }
    return strlen(path.text);
}

// The process that has the lock, as the file says: 0 if it is empty, -1 if it is no lock file.
static long read_holder(int descriptor)
{
    char text[24] = "";
    char *end;
    const ssize_t count = pread(descriptor, text, sizeof text - 1, 0);
    if (count <= 0)
        return count == 0 ? 0 : -1;
    const long holder = isdigit((unsigned char)text[0]) ? strtol(text, &end, 10) : -1;
    return holder >= 0 && strcmp(end, "\n") == 0 ? holder : -1;
}

static void write_holder(int descriptor)
{
    char text[24];
    const int size = snprintf(text, sizeof text, "%ld\n", (long)getpid());
    // For the other process's message only, so failure is no failure.
    if (ftruncate(descriptor, 0) == 0 && pwrite(descriptor, text, (size_t)size, 0) < 0)
        errno = 0;
}

// Opens and locks the file. `*again`: it has been removed meanwhile with its folder.
static ppo_status lock_file(ppo_run_lock *lock, bool *again, const char *dir, ppo_error *error)
{
    const ppo_path path = ppo_path_in(dir, PPO_LOCK_NAME);
    struct stat facts;
    int *const descriptor = &lock->descriptor;
    *again = false;
    lock->is_new = lstat(path.text, &facts) != 0;
    *descriptor = ppo_file_open(path.text, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK, 0666);
    if (*descriptor < 0 && errno == ENOENT) {
        *again = true;
        return PPO_OK;
    }
    if (*descriptor < 0)
        return ppo_fail(error, PPO_IO, "can't write into %s: %s", dir,
                        errno == ELOOP ? "its file \"lock\" is a symbolic link" : strerror(errno));
    const bool is_free = flock(*descriptor, LOCK_EX | LOCK_NB) == 0;
    const bool is_held = !is_free && errno == EWOULDBLOCK;
    const long holder = read_holder(*descriptor);
    ppo_status status = PPO_OK;
    if (fstat(*descriptor, &facts) != 0 || !S_ISREG(facts.st_mode) || holder < 0)
        status = ppo_fail(error, PPO_IO,
                          "%s is no lock file of a run; choose another run_dir, or move it away",
                          path.text);
    else if (is_held)
        status = ppo_fail(error, PPO_IO,
                          "%s is in use by another run (process %ld); wait for it to end or choose "
                          "another run_dir",
                          dir, holder);
    else if (is_free && facts.st_nlink == 0)
        *again = true;
    else if (is_free) {
        write_holder(*descriptor);
        return PPO_OK;
    }
    close(*descriptor);
    *descriptor = -1;
    return status;
}

ppo_status ppo_run_directory_lock(ppo_run_lock *lock, const char *dir, ppo_error *error)
{
    enum { ATTEMPTS = 100 };
    bool again = true;
    *lock = PPO_RUN_UNLOCKED;
    for (int i = 0; i < ATTEMPTS && again; i++) {
        lock->existed = existing_length(ppo_path_of(dir));
        PPO_TRY(ppo_file_make_dirs(dir, error));
        PPO_TRY(lock_file(lock, &again, dir, error));
    }
    return again ? ppo_fail(error, PPO_IO, "%s is removed whenever it is made", dir) : PPO_OK;
}

void ppo_run_directory_unlock(ppo_run_lock *lock)
{
    if (lock->descriptor >= 0)
        close(lock->descriptor);
    *lock = PPO_RUN_UNLOCKED;
}

void ppo_run_directory_abandon(ppo_run_lock *lock, const char *dir)
{
    struct stat facts;
    const ppo_path checkpoint = ppo_path_in(dir, PPO_CHECKPOINT_NAME);
    const ppo_path log = ppo_path_in(dir, PPO_WORKER_LOG_NAME);
    const ppo_path file = ppo_path_in(dir, PPO_LOCK_NAME);
    if (lock->is_new && !ppo_file_exists(checkpoint.text)) {
        if (lock->existed < strlen(dir) && lstat(log.text, &facts) == 0 && facts.st_size == 0)
            unlink(log.text);
        unlink(file.text);
        ppo_path path = ppo_path_of(dir);
        while (strlen(path.text) > lock->existed && rmdir(path.text) == 0) {
            char *slash = strrchr(path.text, '/');
            path.text[slash ? slash - path.text : 0] = '\0';
        }
    }
    ppo_run_directory_unlock(lock);
}

// --- what is in it ------------------------------------------------------------------------------

ppo_status ppo_run_directory_check(const char *dir, ppo_error *error)
{
    for (size_t i = 0; i < NUM_NAMES; i++) {
        struct stat facts;
        const ppo_path path = ppo_path_in(dir, names[i]);
        if (lstat(path.text, &facts) != 0)
            continue;
        const bool is_folder = strcmp(names[i], PPO_VIDEOS_NAME) == 0;
        if (is_folder ? !S_ISDIR(facts.st_mode) : !S_ISREG(facts.st_mode))
            return ppo_fail(error, PPO_IO,
                            "%s is %s, not a %s of a run, and neither followed nor replaced; move "
                            "it away, or choose another run_dir",
                            path.text,
                            S_ISLNK(facts.st_mode) ? "a symbolic link" : "something else",
                            is_folder ? "folder" : "file");
    }
    return PPO_OK;
}

ppo_status ppo_run_directory_config(ppo_config *config, const char *dir, ppo_error *error)
{
    char *text;
    size_t size;
    const ppo_path path = ppo_path_in(dir, PPO_CONFIG_NAME);
    PPO_TRY(ppo_file_read_regular(&text, &size, path.text, MAX_CONFIG_SIZE, error));
    const ppo_status status = ppo_config_parse(config, text, size, path.text, error);
    free(text);
    return status;
}

const char *ppo_run_directory_results(const char *dir)
{
    for (size_t i = 0; i < NUM_RESULTS; i++) {
        const ppo_path path = ppo_path_in(dir, names[i]);
        if (ppo_file_exists(path.text))
            return names[i];
    }
    return NULL;
}

void ppo_run_directory_sweep(const char *dir)
{
    const struct dirent *entry;
    DIR *folder = opendir(dir);
    if (!folder)
        return;
    // cppcheck-suppress readdirCalled ; each folder stream has a buffer of its own
    while ((entry = readdir(folder))) {
        const size_t length = ppo_file_temporary_of(entry->d_name);
        for (size_t i = 0; length && i < NUM_NAMES; i++)
            if (strlen(names[i]) == length && strncmp(names[i], entry->d_name, length) == 0)
                unlinkat(dirfd(folder), entry->d_name, 0);
    }
    closedir(folder);
}
