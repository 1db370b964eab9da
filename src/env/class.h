// SPDX-License-Identifier: MIT
// A class's table as this library knows it, from a table of any accepted version; and what the
// library's own classes have beyond the public table.
#ifndef PPO_ENV_CLASS_H
#define PPO_ENV_CLASS_H

#include "ppo/env.h"

// What ppo_env_class.extension points to in classes that this library makes: constant, one for all
// classes of a family.
typedef struct ppo_env_extension {
    bool has_processes; // its instances run in processes of the class's own

    // Frees a class that was made when it was opened. NULL: there is nothing to free.
    void (*close)(const ppo_env_class *env);

    // How often one of the class's processes or instances has broken down so far, and a sentence
    // about the last time (`last` may be NULL, and is untouched if there was none). NULL: never.
    // May be called while other threads step instances.
    uint64_t (*count_failures)(const ppo_env_class *env, ppo_error *last);

    // Why a class without `render` has none, as a clause; "" or NULL: nothing is known.
    const char *(*why_no_pictures)(const ppo_env_class *env);

    // What papers report for its game. NULL: nothing.
    const struct ppo_game_scores *(*reported_scores)(const ppo_env_class *env);
} ppo_env_extension;

// A class that the library itself has made, as the memory that it was made in: for `close`, which
// gets it as const. The one place in the library that removes const.
void *ppo_env_class_made(const ppo_env_class *env);

// The class's extension; one that is all zero for classes that are not the library's own.
const ppo_env_extension *ppo_env_class_extension(const ppo_env_class *env);

// The class itself if its table is whole; else a copy in `copy`, whose struct_size is ours and in
// which every field that the table doesn't have whole is zero. A table that is longer than ours is
// whole: what lies behind our last field is not read. The table must have passed
// ppo_env_class_check.
const ppo_env_class *ppo_env_class_whole(ppo_env_class *copy, const ppo_env_class *env);

// What is wrong with a table, by kind.
typedef enum ppo_class_fault {
    PPO_CLASS_VALID,
    PPO_CLASS_ABI_VERSION,      // of another version of the interface
    PPO_CLASS_STRUCT_SIZE,      // smaller than the first version's table
    PPO_CLASS_MISSING_FUNCTION, // a required function, or one of a pair
    PPO_CLASS_BAD_SPACE,        // an impossible observation or action space
    PPO_CLASS_BAD_TABLE,        // anything else
} ppo_class_fault;

// As ppo_env_class_check, and says which kind of fault was found first.
ppo_class_fault ppo_env_class_fault(const ppo_env_class *env, ppo_error *error);

#endif
