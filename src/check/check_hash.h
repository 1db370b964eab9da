// SPDX-License-Identifier: MIT
// The hash by which the check compares what environments write.
#ifndef PPO_CHECK_CHECK_HASH_H
#define PPO_CHECK_CHECK_HASH_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

// FNV-1a, eight bytes at a time: a hash by which bytes are compared.
static inline uint64_t ppo_check_hash(const void *data, size_t size)
{
    const unsigned char *bytes = data;
    uint64_t hash = 14695981039346656037u;
    for (size_t i = 0; i < size; i += sizeof hash) {
        uint64_t word = 0;
        memcpy(&word, bytes + i, size - i < sizeof word ? size - i : sizeof word);
        hash = (hash ^ word) * 1099511628211u;
        hash ^= hash >> 29;
    }
    return hash;
}

#endif
