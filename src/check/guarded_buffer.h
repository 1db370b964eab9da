// SPDX-License-Identifier: MIT
// Memory for an environment under check, fenced: bytes of a known pattern on both sides, then pages
// that can't be touched.
#ifndef PPO_CHECK_GUARDED_BUFFER_H
#define PPO_CHECK_GUARDED_BUFFER_H

#include "ppo/check.h"

typedef struct ppo_zone {
    unsigned char *data; // [size], 64-byte aligned, unless it is tight
    size_t size;
    unsigned char *map; // the whole of it, pages that can't be touched included
    size_t map_size, guard;
    ppo_finding_kind kind; // of going beyond it
} ppo_zone;

// Takes memory, zeroed. A tight one ends exactly where its last page ends, so that reading beyond
// it is noticed too. False if there is none.
bool ppo_zone_create(ppo_zone *zone, size_t size, bool tight, ppo_finding_kind kind);
void ppo_zone_destroy(ppo_zone *zone); // zeroed ones are allowed

// True if the pattern around it is whole; mends it if not.
bool ppo_zone_is_intact(ppo_zone *zone);

// For a signal's handler: ppo_finding_kind + 1 of the zone between whose pages an address is; 0 if
// it belongs to none. Zones are known from create to destroy, and must not move in between.
int ppo_zone_touched(const void *address);

#endif
