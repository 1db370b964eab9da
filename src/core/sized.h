// SPDX-License-Identifier: MIT
// Public structs that may grow: their first member is `size_t struct_size`, which the caller
// sets to its own sizeof. The library copies what it gets into a struct of its own size, so that
// programs compiled with an older header keep working, and a newer program is told when it asks for
// an option that this library doesn't have.
#ifndef PPO_CORE_SIZED_H
#define PPO_CORE_SIZED_H

#include "ppo/base.h"

// Copies the caller's struct at `given`, which begins with its size, into `own` of `own_size`
// bytes; members that the caller's header did not have become zero. NULL for `given`: all zero.
// `type` is its name for messages, `first_size` its size in the first version that had it.
// PPO_INVALID if struct_size is smaller than that, or larger than `own_size` with a byte that is
// not zero beyond.
ppo_status ppo_sized_read(void *own, size_t own_size, size_t first_size, const void *given,
                          const char *type, ppo_error *error);

// For structs that the library fills: PPO_INVALID if the caller's struct at `given`, which begins
// with its size, is smaller than `first_size`, or ends within a field. NULL is allowed.
ppo_status ppo_sized_check(const void *given, size_t first_size, const char *type,
                           ppo_error *error);

// Copies `own` of `own_size` bytes there, as much of it as the caller's struct has room for; the
// caller's struct_size stays. NULL: does nothing.
void ppo_sized_write(void *given, const void *own, size_t own_size);

#endif
