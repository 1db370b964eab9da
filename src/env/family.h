// SPDX-License-Identifier: MIT
// A family of environments: what the registry knows of each folder below src/env/. A family has
// classes that are always there, or makes a class when an id is opened (Atari games, plug-ins,
// Gymnasium's environments), or both (classic control, Box2D: other classes for other options).
#ifndef PPO_ENV_FAMILY_H
#define PPO_ENV_FAMILY_H

#include "ppo/env_options.h"

typedef struct ppo_env_family {
    ppo_env_kind kind;

    const ppo_env_class *const *classes; // [num_classes] those that are always there
    size_t num_classes;

    // Whether an id belongs to the family, by its form alone. NULL: those of `classes` do.
    bool (*has_id)(const char *id);

    // Writes the index-th of the ids that are listed, false past the last. NULL: those of
    // `classes`.
    bool (*id_at)(char *id, size_t size, size_t index);

    // Opens an id of the family: see ppo_env_open; `options` is never NULL, `env` points to NULL.
    // If this is NULL, the class with the id is the answer.
    ppo_status (*open)(const ppo_env_class **env, const char *id, const ppo_env_options *options,
                       ppo_error *error);
} ppo_env_family;

// The class with this id among those that are always there; NULL if there is none.
const ppo_env_class *ppo_env_family_class(const ppo_env_family *family, const char *id);

#endif
