// SPDX-License-Identifier: MIT
// A run directory: the names in it, the lock that keeps a second process out, and what may be
// removed.
//
// Only files with these names are ever created, replaced or removed, and only by a process that has
// the lock. Nothing is written through a symbolic link.
#ifndef PPO_RUN_DIRECTORY_H
#define PPO_RUN_DIRECTORY_H

#include "ppo/config.h"

#include <limits.h>

#define PPO_CHECKPOINT_NAME  "checkpoint.safetensors"          // the whole state
#define PPO_PREVIOUS_NAME    "checkpoint.previous.safetensors" // the checkpoint before it
#define PPO_BEST_NAME        "best.safetensors"                // the best agent so far
#define PPO_CONFIG_NAME      "config.yaml"                     // the settings last used
#define PPO_PROGRESS_NAME    "progress.csv"                    // columns: run/record/metrics.h
#define PPO_TIMING_NAME      "timing.csv"
#define PPO_EVALUATIONS_NAME "evaluations.csv"
#define PPO_TENSORBOARD_NAME "events.out.tfevents.ppo" // TensorBoard looks for "tfevents" in names
#define PPO_WORKER_LOG_NAME  "workers.log"             // output of worker processes
#define PPO_CURVE_NAME       "curve.png"               // the learning curve that the command draws
#define PPO_LOCK_NAME        "lock"                    // the process that has the run open
#define PPO_VIDEOS_NAME      "videos"                  // folder of the films made while training

// A path by value. Longer ones are cut, but stay longer than the system accepts (PATH_MAX), so that
// a cut path never names another file.
typedef struct ppo_path {
    char text[PATH_MAX + 64];
} ppo_path;

ppo_path ppo_path_of(const char *path);
ppo_path ppo_path_in(const char *dir, const char *name); // "dir/name"

bool ppo_is_directory(const char *path);

// config->run_dir, or runs/<env>/seed-<seed>. `env` NULL: the environment of config->env_id. Fails
// like ppo_plugin_resolve.
ppo_status ppo_run_directory_name(ppo_path *dir, const ppo_config *config, const ppo_env_class *env,
                                  ppo_error *error);

typedef struct ppo_run_lock {
    int descriptor; // of the file "lock"; -1: not locked, or on a file system without locks
    bool is_new;    // the file did not exist before
    size_t existed; // bytes of the directory's path whose folders existed before
} ppo_run_lock;

#define PPO_RUN_UNLOCKED ((ppo_run_lock){.descriptor = -1, .existed = SIZE_MAX})

// Makes the directory and takes its lock (flock on the file "lock", which stays). PPO_IO with a
// sentence if another process or run has it, or if something that is no lock file has its name.
ppo_status ppo_run_directory_lock(ppo_run_lock *lock, const char *dir, ppo_error *error);

void ppo_run_directory_unlock(ppo_run_lock *lock);

// Unlocks after a run could not be opened. If none has begun, the lock file and the folders that
// were made for it are removed, but for folders that hold something else, as a log that says why.
void ppo_run_directory_abandon(ppo_run_lock *lock, const char *dir);

// PPO_IO if something other than a regular file (a symbolic link, a FIFO, a folder) has one of the
// names above, "videos" aside, which must be a folder. Call before anything is read or written.
ppo_status ppo_run_directory_check(const char *dir, ppo_error *error);

// Reads config.yaml over the settings in `config`. Fails like ppo_config_load; PPO_IO if it is not
// a regular file: opening a FIFO would wait for a writer.
ppo_status ppo_run_directory_config(ppo_config *config, const char *dir, ppo_error *error);

// The first name above that results have and that is there, or NULL. The lock and the workers' log
// don't count.
const char *ppo_run_directory_results(const char *dir);

// Removes the temporary files that a killed process has left of files with these names.
void ppo_run_directory_sweep(const char *dir);

#endif
