// SPDX-License-Identifier: MIT
// Files that are published whole, and files read whole.
#ifndef PPO_CORE_FILE_H
#define PPO_CORE_FILE_H

#include "ppo/base.h"

// Writes `size` bytes to a temporary beside `path`, syncs it, renames it over `path` and syncs the
// folder: at every moment `path` is the old file or the new one. The message names path and cause.
ppo_status ppo_file_publish(const char *path, const void *data, size_t size, ppo_error *error);

// Reads a whole file into memory that the caller frees; `data` gets a terminating zero byte beyond
// `size`. PPO_NOT_FOUND if it does not exist, PPO_IO otherwise; files over `max_size` are refused.
ppo_status ppo_file_read(char **data, size_t *size, const char *path, size_t max_size,
                         ppo_error *error);

// Makes a folder and its missing parents.
ppo_status ppo_file_make_dirs(const char *path, ppo_error *error);

bool ppo_file_exists(const char *path);

#endif
