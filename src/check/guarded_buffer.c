// SPDX-License-Identifier: MIT
// Guarded memory, see guarded_buffer.h. Layout: guard pages | pattern | data | pattern | guard
// pages; a flush buffer has no pattern behind its data. Owns the pages.
#include "check/guarded_buffer.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define PATTERN      0xC3
#define PATTERN_SIZE ((size_t)64)      // bytes of pattern on either side, at least
#define GUARD_SIZE   ((size_t)1 << 16) // bytes without access on either side

// All buffers of this process, for the signal handler.
enum { MAX_BUFFERS = 256 };
static const ppo_guarded_buffer *buffers[MAX_BUFFERS];
static size_t num_buffers;

static size_t round_up(size_t x, size_t multiple)
{
    return (x + multiple - 1) / multiple * multiple;
}

bool ppo_guarded_create(ppo_guarded_buffer *b, size_t size, ppo_guarded_placement placement,
                        ppo_finding_kind kind)
{
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    const size_t behind =
        placement == PPO_GUARDED_FLUSH ? 0 : round_up(size, 64) - size + PATTERN_SIZE;
    const size_t accessible = round_up(PATTERN_SIZE + size + behind, page);
    const size_t map_size = accessible + 2 * GUARD_SIZE;
    *b = (ppo_guarded_buffer){.data = NULL};
    void *map = mmap(NULL, map_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (map == MAP_FAILED)
        return false;
    *b = (ppo_guarded_buffer){
        .size = size, .map = map, .map_size = map_size, .guard_size = GUARD_SIZE, .kind = kind};
    b->data = b->map + GUARD_SIZE + accessible - behind - size;
    memset(b->map + GUARD_SIZE, PATTERN, accessible);
    memset(b->data, 0, size);
    mprotect(b->map, GUARD_SIZE, PROT_NONE);
    mprotect(b->map + GUARD_SIZE + accessible, GUARD_SIZE, PROT_NONE);
    if (num_buffers < MAX_BUFFERS)
        buffers[num_buffers++] = b;
    return true;
}

void ppo_guarded_destroy(ppo_guarded_buffer *b)
{
    for (size_t i = 0; i < num_buffers; i++)
        if (buffers[i] == b)
            buffers[i] = buffers[--num_buffers];
    if (b->map)
        munmap(b->map, b->map_size);
    *b = (ppo_guarded_buffer){.data = NULL};
}

// Whether all bytes have the pattern; sets those that don't.
static bool restore_pattern(unsigned char *begin, const unsigned char *end)
{
    bool is_intact = true;
    for (unsigned char *at = begin; at < end; at++) {
        is_intact = is_intact && *at == PATTERN;
        *at = PATTERN;
    }
    return is_intact;
}

bool ppo_guarded_verify(ppo_guarded_buffer *b)
{
    // Only the nearest bytes in front: a small overrun writes there, and the rest may be a page.
    const bool front = restore_pattern(b->data - PATTERN_SIZE, b->data);
    const bool back = restore_pattern(b->data + b->size, b->map + b->map_size - b->guard_size);
    return front && back;
}

const ppo_guarded_buffer *ppo_guarded_find(const void *address)
{
    const unsigned char *at = address;
    for (size_t i = 0; i < num_buffers; i++) {
        const ppo_guarded_buffer *b = buffers[i];
        const unsigned char *end = b->map + b->map_size;
        if ((at >= b->map && at < b->map + b->guard_size) ||
            (at >= end - b->guard_size && at < end))
            return b;
    }
    return NULL;
}
