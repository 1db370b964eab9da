// SPDX-License-Identifier: MIT
// Memory for an environment under check: a known byte pattern on both sides of the data, and beyond
// it pages without access. Writes into the pattern are found by ppo_guarded_verify; accesses of the
// pages crash, and the signal handler finds the buffer by ppo_guarded_find.
//
// Workload: a few buffers of a few kilobytes at a time; at most 256 are known to ppo_guarded_find.
// One thread creates and destroys buffers; other threads may verify different ones meanwhile.
#ifndef PPO_CHECK_GUARDED_BUFFER_H
#define PPO_CHECK_GUARDED_BUFFER_H

#include "ppo/check.h"

typedef enum ppo_guarded_placement {
    PPO_GUARDED_ALIGNED, // data is 64-byte aligned, with pattern on both sides
    PPO_GUARDED_FLUSH,   // data ends flush against the guard page, so that reads beyond it crash
} ppo_guarded_placement;

typedef struct ppo_guarded_buffer {
    unsigned char *data; // [size], zeroed by create
    size_t size;
    unsigned char *map; // all mapped pages, those without access included
    size_t map_size, guard_size;
    ppo_finding_kind kind; // the finding for an access outside `data`
} ppo_guarded_buffer;

// False if memory is short; the buffer is then zeroed. The buffer must not move until destroy.
bool ppo_guarded_create(ppo_guarded_buffer *buffer, size_t size, ppo_guarded_placement placement,
                        ppo_finding_kind kind);

// Unmaps the memory and zeroes the struct; a zeroed buffer is allowed.
void ppo_guarded_destroy(ppo_guarded_buffer *buffer);

// True if the pattern around the data is intact; restores it if not.
bool ppo_guarded_verify(ppo_guarded_buffer *buffer);

// The buffer whose guard pages hold an address, or NULL. For signal handlers.
const ppo_guarded_buffer *ppo_guarded_find(const void *address);

#endif
