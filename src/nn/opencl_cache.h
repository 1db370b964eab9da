// SPDX-License-Identifier: MIT
// Compiled kernels between runs: a file for each device, driver and text of the kernels, in the
// user's cache folder ($XDG_CACHE_HOME, or ~/.cache) below ppo/opencl/. A file that is missing,
// damaged or of something else is as good as none; one that can't be written is made again next
// time. Removing the folder is always safe.
#ifndef PPO_NN_OPENCL_CACHE_H
#define PPO_NN_OPENCL_CACHE_H

#include "ppo/base.h"

// What was stored under `key`, in memory that the caller frees; NULL if there is nothing.
unsigned char *ppo_opencl_cache_load(const char *key, size_t *size);

void ppo_opencl_cache_store(const char *key, const unsigned char *data, size_t size);

// FNV-1a, 64 bits: http://www.isthe.com/chongo/tech/comp/fnv/
uint64_t ppo_opencl_cache_hash(const void *data, size_t size);

#endif
