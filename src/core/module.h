// SPDX-License-Identifier: MIT
// Parts of the library that bring heavy libraries along (codecs, drawing, windows) are modules:
// shared objects that are loaded when they are first needed, so that whoever never films starts
// without a hundred libraries.
//
// A module exports one symbol, a table of functions that begins with a ppo_module_head:
//
//     typedef struct ppo_film_module {         // in film_module.h, for both sides
//         ppo_module_head head;
//         ppo_status (*open)(...);
//     } ppo_film_module;
//
//     PPO_MODULE_TABLE(ppo_film_module) = {PPO_MODULE_HEAD(ppo_film_module, PPO_FILM_ABI), open};
//
// It calls nothing of the program that loads it, which may have linked libppo.a without showing its
// names: what it needs of core/ is compiled into it once more (cmake/Modules.cmake). The other side
// keeps one ppo_module and asks for the table at each call:
//
//     static ppo_module module = PPO_MODULE("film", "films", "libavformat and libavcodec",
//                                           ppo_film_module, PPO_FILM_ABI);
//     const ppo_film_module *film = ppo_module_open(&module, error);
//
// Workload: a dozen openings in a process's life; later calls are one load. Modules stay until the
// process ends.
#ifndef PPO_CORE_MODULE_H
#define PPO_CORE_MODULE_H

#include "ppo/base.h"

#include <stdatomic.h>

// What a module says of itself before it is believed.
typedef struct ppo_module_head {
    uint32_t size;       // of its table in bytes
    uint32_t abi;        // counts up whenever something changes that crosses the table
    uint32_t version[3]; // of the libppo that it was built with
} ppo_module_head;

#define PPO_MODULE_SYMBOL "ppo_module_table"
#define PPO_MODULE_HEAD(type, number)                               \
    {                                                               \
        sizeof(type), number,                                       \
        {                                                           \
            PPO_VERSION_MAJOR, PPO_VERSION_MINOR, PPO_VERSION_PATCH \
        }                                                           \
    }
#define PPO_MODULE_TABLE(type)                  \
    PPO_API extern const type ppo_module_table; \
    const type ppo_module_table

// What its user knows of a module, and whether it is open. One for a process, in static storage.
typedef struct ppo_module {
    const char *name;     // of the file, which ends in .so
    const char *makes;    // what it is for: "films"
    const char *needs;    // what it is built with: "libavformat and libavcodec"
    ppo_module_head head; // as this library wants it
    _Atomic(const ppo_module_head *) table;
} ppo_module;

#define PPO_MODULE(file, makes_what, needs_what, type, number)        \
    {                                                                 \
        .name = (file), .makes = (makes_what), .needs = (needs_what), \
        .head = PPO_MODULE_HEAD(type, number), .table = NULL          \
    }

// The module's table, loaded if it isn't yet; NULL and a sentence if it can't be had:
// PPO_UNSUPPORTED if there is no such file, or it or a library that it needs can't be loaded,
// PPO_MISMATCH if it is of another build. A later call tries again. It lies in the folder that the
// environment variable PPO_MODULE_DIR names, or else in ppo/, LIBDIR/ppo/ or ../LIBDIR/ppo/ beside
// the file that this code is in (the library, or the program that has it linked in), or else where
// it was to be installed. Threads may call at once, with the same module too.
const void *ppo_module_open(ppo_module *module, ppo_error *error);

#endif
