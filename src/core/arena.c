// SPDX-License-Identifier: MIT
// The planned block: see arena.h for the layout.
#include "core/arena.h"

#include "core/error.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define ROW_ALIGN ((size_t)64)

static bool grow(ppo_arena *arena)
{
    if (arena->num_rows < arena->capacity)
        return true;
    const size_t capacity = arena->capacity ? 2 * arena->capacity : 32;
    ppo_arena_row *rows = realloc(arena->rows, capacity * sizeof *rows);
    if (!rows)
        return false;
    arena->rows = rows;
    arena->capacity = capacity;
    return true;
}

void ppo_arena_init(ppo_arena *arena)
{
    *arena = (ppo_arena){.status = PPO_OK};
}

void ppo_arena_add(ppo_arena *arena, void *slot, const char *name, const char *owner, ppo_role role,
                   ppo_dtype dtype, uint32_t rank, const size_t *shape)
{
    ppo_arena_row row = {.owner = owner, .slot = slot};
    size_t end;
    assert(!arena->block);
    if (arena->status != PPO_OK)
        return;
    if (!ppo_tensor_make(&row.tensor, name, role, dtype, rank, shape) ||
        __builtin_add_overflow(row.tensor.bytes, 2 * ROW_ALIGN, &end) || !grow(arena)) {
        arena->status = PPO_NO_MEMORY;
        return;
    }
    row.offset = arena->block_bytes;
    end -= end % ROW_ALIGN;
    if (__builtin_add_overflow(row.offset, end, &arena->block_bytes)) {
        arena->status = PPO_NO_MEMORY;
        return;
    }
    arena->rows[arena->num_rows++] = row;
}

void ppo_arena_mark_envs(ppo_arena *arena, uint32_t axis)
{
    if (arena->status == PPO_OK)
        arena->rows[arena->num_rows - 1].tensor.env_axis = 1 + axis;
}

void ppo_arena_share(ppo_arena *arena)
{
    assert(!arena->block);
    arena->is_shared = true;
}

static unsigned char *take_block(const ppo_arena *arena)
{
    if (!arena->is_shared)
        return aligned_alloc(ROW_ALIGN, arena->block_bytes);
    const int flags = MAP_SHARED | MAP_ANONYMOUS;
    // cppcheck-suppress invalidFunctionArg ; -1 means no file
    void *block = mmap(NULL, arena->block_bytes, PROT_READ | PROT_WRITE, flags, -1, 0);
    if (block == MAP_FAILED)
        return NULL;
    madvise(block, arena->block_bytes, MADV_HUGEPAGE); // a wish only
    return block;
}

ppo_status ppo_arena_bind(ppo_arena *arena, ppo_error *error)
{
    if (arena->status == PPO_OK && arena->block_bytes) {
        arena->block = take_block(arena);
        arena->status = arena->block ? PPO_OK : PPO_NO_MEMORY;
    }
    if (arena->status != PPO_OK)
        return ppo_fail(error, PPO_NO_MEMORY,
                        "not enough memory for %.1f MiB of buffers; use fewer environments, "
                        "steps or hidden units",
                        (double)arena->block_bytes / (1024.0 * 1024.0));
    if (arena->block)
        memset(arena->block, 0, arena->block_bytes);
    for (size_t i = 0; i < arena->num_rows; i++) {
        ppo_arena_row *row = &arena->rows[i];
        row->tensor.data = arena->block + row->offset;
        memcpy(row->slot, &row->tensor.data, sizeof row->tensor.data);
    }
    return PPO_OK;
}

bool ppo_arena_holds(const ppo_arena *arena, const void *data)
{
    const uintptr_t start = (uintptr_t)arena->block, place = (uintptr_t)data;
    return place >= start && place - start < arena->block_bytes;
}

void ppo_arena_release(ppo_arena *arena)
{
    if (arena->block && arena->is_shared)
        munmap(arena->block, arena->block_bytes);
    else
        free(arena->block);
    free(arena->rows);
    ppo_arena_init(arena);
}
