// SPDX-License-Identifier: MIT
// A run directory: names inside it, and the lock that keeps a second process out.
#ifndef PPO_RUN_DIRECTORY_H
#define PPO_RUN_DIRECTORY_H

#include "ppo/config.h"

#include <limits.h>

#define PPO_CONFIG_NAME "config.yaml" // a run's settings, as they were last used

// A path by value. Longer ones are cut, but stay longer than the system accepts (PATH_MAX), so that
// a cut path never names another file.
typedef struct ppo_path {
    char text[PATH_MAX + 64];
} ppo_path;

ppo_path ppo_path_of(const char *path);
ppo_path ppo_path_in(const char *dir, const char *name); // "dir/name"

bool ppo_is_directory(const char *path);

// config->run_dir, or runs/<env>/seed-<seed>.
ppo_path ppo_run_directory_name(const ppo_config *config, const char *env_id);

// Takes the lock of a directory (flock on its file "lock", which stays). PPO_IO with a sentence if
// another process or run has it. `*descriptor` is -1 where the file system knows no locks.
ppo_status ppo_run_directory_lock(int *descriptor, const char *dir, ppo_error *error);
void ppo_run_directory_unlock(int descriptor);

// Removes the "*.tmp" that a killed process left behind. Call under the lock.
void ppo_run_directory_sweep(const char *dir);

#endif
