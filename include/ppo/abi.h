// SPDX-License-Identifier: MIT
// The memory layout of public structs, for bindings in languages that don't read C headers: they
// declare the structs themselves and check at start that the library was built with the same
// layout, as the Python package does.
//
// Threads: the function may be called at any time from any thread.
#ifndef PPO_ABI_H
#define PPO_ABI_H

#include "ppo/base.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ppo_abi_row {
    const char *type;  // "ppo_error"; static
    const char *field; // "message"; "" in the struct's own row, which comes before its fields
    size_t offset;     // bytes from the struct's start
    size_t size;       // bytes
} ppo_abi_row;

// Writes the index-th row; false, and nothing is written, past the last. ppo_config is listed as a
// whole only: its options are accessed by name (ppo_config_set, ppo_option_format).
PPO_API bool ppo_abi_at(ppo_abi_row *row, size_t index);

#ifdef __cplusplus
}
#endif

#endif
