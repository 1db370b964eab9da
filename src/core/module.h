// SPDX-License-Identifier: MIT
// Parts of the library that need heavy libraries (codecs, drawing, windows) are modules: shared
// objects that are loaded when they are first needed, so that a program that never makes a film
// does not load a hundred libraries.
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
// It calls nothing of the program that loads it, which may have linked libppo.a without exporting
// its symbols: what it needs of core/ is compiled into it once more (cmake/Modules.cmake). The
// library's side keeps one ppo_module and asks for the table at each call:
//
//     static ppo_module module = PPO_MODULE("film", "films", "libavformat and libavcodec",
//                                           ppo_film_module, PPO_FILM_ABI);
//     const ppo_film_module *film = ppo_module_open(&module, error);
//
// Workload: a dozen openings in a process's life; later calls are one load. Modules stay loaded
// until the process ends.
#ifndef PPO_CORE_MODULE_H
#define PPO_CORE_MODULE_H

#include "ppo/base.h"

#include <stdatomic.h>

// What is compared before a module is used.
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

// A module as the library's side knows it. One per process, in static storage.
typedef struct ppo_module {
    const char *name;                       // of the file, which ends in .so
    const char *makes;                      // what it is for: "films"
    const char *needs;                      // what it is built with: "libavformat and libavcodec"
    ppo_module_head head;                   // what the module's must equal
    _Atomic(const ppo_module_head *) table; // NULL until it is loaded
} ppo_module;

#define PPO_MODULE(file, makes_what, needs_what, type, number)        \
    {                                                                 \
        .name = (file), .makes = (makes_what), .needs = (needs_what), \
        .head = PPO_MODULE_HEAD(type, number), .table = NULL          \
    }

// The module's table, which is loaded by the first call; NULL with a message on failure:
// PPO_UNSUPPORTED if there is no such file, or it or a library that it needs can't be loaded,
// PPO_MISMATCH if it is of another build. A later call tries again. The file is looked for in the
// folder that the environment variable PPO_MODULE_DIR names; without that variable, in ppo/,
// LIBDIR/ppo/ and ../LIBDIR/ppo/ beside the file that this code is in (the library, or the program
// that it is linked into), then in the folder that the build installs to. Threads may call at once,
// also with the same module.
const void *ppo_module_open(ppo_module *module, ppo_error *error);

#endif
