// SPDX-License-Identifier: MIT
// One block of memory, planned as a list of named rows: each row is an array. The block is
// allocated once, then the pointers are bound. Allocation, the memory report, checkpoints and the
// search for non-finite numbers all use the same list.
//
// Workload: tens of rows, planned once at setup; nothing is added after binding.
// Rows start at multiples of 64 bytes with at least 64 unused bytes behind each, so that a kernel
// may read a whole vector at a row's end (it must not use what it reads there).
#ifndef PPO_CORE_ARENA_H
#define PPO_CORE_ARENA_H

#include "core/tensor.h"

typedef struct ppo_arena_row {
    ppo_tensor tensor; // its data are set when the block is bound
    const char *owner; // function that computes the contents
    size_t offset;     // bytes from the block's start
    void **slot;       // the pointer that is set when the block is bound
} ppo_arena_row;

typedef struct ppo_arena {
    ppo_arena_row *rows;
    size_t num_rows;
    size_t capacity;
    size_t block_bytes;
    unsigned char *block;
    bool is_shared;    // the block is the same memory in child processes
    ppo_status status; // the first failure while planning, reported by bind
} ppo_arena;

// An empty plan. Zero-initialised memory is one too.
void ppo_arena_init(ppo_arena *arena);

// Adds a row; `slot` points to the pointer to be bound (any object pointer type). Sizes that
// overflow or memory that runs out are remembered and reported by ppo_arena_bind.
void ppo_arena_add(ppo_arena *arena, void *slot, const char *name, const char *owner, ppo_role role,
                   ppo_dtype dtype, uint32_t rank, const size_t *shape);

// Says of the row that was added last that environments lie along this axis (core/tensor.h).
void ppo_arena_mark_envs(ppo_arena *arena, uint32_t axis);

// Asks for a block that processes forked after binding share with this one, at the same place.
void ppo_arena_share(ppo_arena *arena);

// Takes the block, zeroed, and sets all pointers.
ppo_status ppo_arena_bind(ppo_arena *arena, ppo_error *error);

// True if `data` points into the block.
bool ppo_arena_holds(const ppo_arena *arena, const void *data);

void ppo_arena_release(ppo_arena *arena);

// ppo_arena_add with the shape written out:
//     PPO_ARENA_ADD(arena, &r->obs, "rollout.obs", "ppo_collect_run", PPO_ROLE_SCRATCH, PPO_F32, n,
//                   d);
#define PPO_ROW_DIMS(...) ((const size_t[]){__VA_ARGS__})
#define PPO_ARENA_ADD(arena, slot, name, owner, role, dtype, ...)                \
    ppo_arena_add(arena, slot, name, owner, role, dtype,                         \
                  (uint32_t)(sizeof PPO_ROW_DIMS(__VA_ARGS__) / sizeof(size_t)), \
                  PPO_ROW_DIMS(__VA_ARGS__))

#endif
