// SPDX-License-Identifier: MIT
// How public structs lie in memory, for bindings in languages that don't read C headers: they
// declare the structs once more, and check at start that the library they found was built with the
// same ones. The Python package does.
#ifndef PPO_ABI_H
#define PPO_ABI_H

#include "ppo/base.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ppo_abi_row {
    const char *type; // "ppo_error"; static
    const char
        *field;    // "message"; "" in a row about the whole struct, which comes before its fields
    size_t offset; // bytes from the struct's start
    size_t size;   // bytes
} ppo_abi_row;

// The index-th row; false, and nothing written, past the last. ppo_config, whose settings have
// names and texts (ppo_config_set, ppo_option_format), is listed as a whole only.
PPO_API bool ppo_abi_at(ppo_abi_row *row, size_t index);

#ifdef __cplusplus
}
#endif

#endif
