// SPDX-License-Identifier: MIT
// What a module with an MPI library in it exports. There is one for each library, because their
// binary interfaces differ: openmpi.so and mpich.so, of the same source (ranks_mpi.c).
#ifndef PPO_CORE_RANKS_MODULE_H
#define PPO_CORE_RANKS_MODULE_H

#include "core/module.h"
#include "core/ranks.h"

#define PPO_RANKS_ABI 1

typedef struct ppo_ranks_module {
    ppo_module_head head;
    const char *built_with; // "Open MPI 4.1.4"
    // Starts MPI; `timeout_s`: without a sign of life of a rank for so long it counts as hung.
    ppo_status (*open)(void **context, uint32_t *rank, uint32_t *size, double timeout_s,
                       ppo_error *error);
    ppo_transport transport;
} ppo_ranks_module;

#endif
