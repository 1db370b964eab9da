// SPDX-License-Identifier: MIT
// Fenced memory: see guarded_buffer.h. [page | pattern, data, pattern | page].
#include "check/guarded_buffer.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define PATTERN 0xC3
#define MARGIN  ((size_t)64)      // bytes of the pattern at least, on either side
#define GUARD   ((size_t)1 << 16) // bytes that can't be touched, on either side

// All there are in this process, which is one that checks and does nothing else.
enum { MAX_ZONES = 256 };
static const ppo_zone *zones[MAX_ZONES];
static size_t num_zones;

static size_t round_up(size_t x, size_t to)
{
    return (x + to - 1) / to * to;
}

bool ppo_zone_create(ppo_zone *z, size_t size, bool tight, ppo_finding_kind kind)
{
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    const size_t behind = tight ? 0 : round_up(size, 64) - size + MARGIN;
    const size_t inside = round_up(MARGIN + size + behind, page);
    *z = (ppo_zone){.size = size, .guard = GUARD, .map_size = inside + 2 * GUARD, .kind = kind};
    void *map = mmap(NULL, z->map_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (map == MAP_FAILED)
        return false;
    z->map = map;
    z->data = z->map + GUARD + inside - behind - size;
    memset(z->map + GUARD, PATTERN, inside);
    memset(z->data, 0, size);
    mprotect(z->map, GUARD, PROT_NONE);
    mprotect(z->map + GUARD + inside, GUARD, PROT_NONE);
    if (num_zones < MAX_ZONES)
        zones[num_zones++] = z;
    return true;
}

void ppo_zone_destroy(ppo_zone *z)
{
    for (size_t i = 0; i < num_zones; i++)
        if (zones[i] == z)
            zones[i] = zones[--num_zones];
    if (z->map)
        munmap(z->map, z->map_size);
    *z = (ppo_zone){.data = NULL};
}

static bool is_pattern(unsigned char *from, const unsigned char *to)
{
    bool whole = true;
    for (; from < to; from++) {
        whole = whole && *from == PATTERN;
        *from = PATTERN;
    }
    return whole;
}

bool ppo_zone_is_intact(ppo_zone *z)
{
    unsigned char *before = z->data - MARGIN; // what is further away can't be hit by a small slip
    const bool front = is_pattern(before, z->data);
    return is_pattern(z->data + z->size, z->map + z->map_size - z->guard) && front;
}

int ppo_zone_touched(const void *address)
{
    const unsigned char *at = address;
    for (size_t i = 0; i < num_zones; i++) {
        const ppo_zone *z = zones[i];
        if ((at >= z->map && at < z->map + z->guard) ||
            (at >= z->map + z->map_size - z->guard && at < z->map + z->map_size))
            return (int)z->kind + 1;
    }
    return 0;
}
