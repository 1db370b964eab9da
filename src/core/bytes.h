// SPDX-License-Identifier: MIT
// A growing buffer, kept for the next file. Zero-initialised memory is an empty one.
#ifndef PPO_CORE_BYTES_H
#define PPO_CORE_BYTES_H

#include "ppo/base.h"

typedef struct ppo_bytes {
    unsigned char *data;
    size_t size;
    size_t capacity;
} ppo_bytes;

// Room for `size` bytes in all; false if memory runs out, and nothing changes.
bool ppo_bytes_reserve(ppo_bytes *bytes, size_t size);

bool ppo_bytes_append(ppo_bytes *bytes, const void *data, size_t size);
void ppo_bytes_release(ppo_bytes *bytes);

#endif
