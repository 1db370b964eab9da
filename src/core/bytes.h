// SPDX-License-Identifier: MIT
// A growing buffer of bytes, whose memory is kept for the next use. Zero-initialised memory is an
// empty one. One thread at a time.
#ifndef PPO_CORE_BYTES_H
#define PPO_CORE_BYTES_H

#include "ppo/base.h"

typedef struct ppo_bytes {
    unsigned char *data;
    size_t size;
    size_t capacity;
} ppo_bytes;

// Makes the capacity at least `size` bytes. False, and nothing changes, if memory runs out.
bool ppo_bytes_reserve(ppo_bytes *bytes, size_t size);

// Copies `size` bytes to the end. False, and nothing changes, if memory runs out.
bool ppo_bytes_append(ppo_bytes *bytes, const void *data, size_t size);
void ppo_bytes_release(ppo_bytes *bytes);

#endif
