// SPDX-License-Identifier: MIT
// From an id to its class, by the families below src/env/. Keeps nothing. Not here: the check of a
// class's table (class.c).
#include "core/error.h"
#include "core/nearest.h"
#include "env/atari/atari_env.h"
#include "env/box2d/box2d.h"
#include "env/class.h"
#include "env/classic/classic.h"
#include "env/gym/bridge.h"
#include "env/plugin.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

// In the order in which environments are listed and ids are tried; NULL ends it.
static const ppo_env_family *const families[] = {&ppo_classic_family,   &ppo_box2d_family,
                                                 &ppo_atari_family,     &ppo_plugin_family,
                                                 &ppo_gymnasium_family, NULL};

// --- the classes that are always there ----------------------------------------------------------

size_t ppo_env_count(void)
{
    size_t count = 0;
    for (size_t i = 0; families[i]; i++)
        count += families[i]->num_classes;
    return count;
}

const ppo_env_class *ppo_env_at(size_t index)
{
    for (size_t i = 0; families[i]; i++) {
        if (index < families[i]->num_classes)
            return families[i]->classes[index];
        index -= families[i]->num_classes;
    }
    return NULL;
}

// --- ids ----------------------------------------------------------------------------------------

bool ppo_env_id_at(char *id, size_t size, size_t index)
{
    const ppo_env_class *env = ppo_env_at(index);
    if (env) {
        snprintf(id, size, "%s", env->id);
        return true;
    }
    return ppo_atari_family.id_at(id, size, index - ppo_env_count()); // the others list none
}

static const ppo_env_family *family_of(const char *id)
{
    for (size_t i = 0; families[i]; i++)
        if (families[i]->has_id ? families[i]->has_id(id)
                                : ppo_env_family_class(families[i], id) != NULL)
            return families[i];
    return NULL;
}

ppo_env_kind ppo_env_id_kind(const char *id)
{
    const ppo_env_family *family = family_of(id);
    return family ? family->kind : PPO_ENV_KIND_NONE;
}

enum { MAX_IDS = 256, ID_SIZE = 64 };

typedef struct ppo_id_list {
    size_t count;
    char id[MAX_IDS][ID_SIZE];
} ppo_id_list;

static const char *id_at(void *context, size_t index)
{
    return ((ppo_id_list *)context)->id[index];
}

static ppo_status unknown_id(const char *id, ppo_error *error)
{
    ppo_id_list list = {.count = 0};
    while (list.count < MAX_IDS && ppo_env_id_at(list.id[list.count], ID_SIZE, list.count))
        list.count++;
    const char *nearest = ppo_nearest(id, id_at, &list, list.count);
    if (nearest)
        return ppo_fail(error, PPO_NOT_FOUND, "no environment is called '%.64s'; did you mean %s?",
                        id, nearest);
    return ppo_fail(error, PPO_NOT_FOUND, "no environment is called '%.64s'; `ppo envs` lists them",
                    id);
}

// --- from an id to its class --------------------------------------------------------------------

ppo_status ppo_env_find(const ppo_env_class **env, const char *id, ppo_error *error)
{
    const ppo_env_family *family = family_of(id);
    *env = family ? ppo_env_family_class(family, id) : NULL;
    if (*env)
        return PPO_OK;
    if (family)
        return ppo_fail(error, PPO_NOT_FOUND, "%.64s has a class only once ppo_env_open made it",
                        id);
    return unknown_id(id, error);
}

ppo_env_options ppo_env_options_default(void)
{
    return (ppo_env_options){.struct_size = sizeof(ppo_env_options),
                             .atari = {.frame_skip = 1},
                             .classic = {.tmaze_length = PPO_TMAZE_LENGTH},
                             .box2d = {.wind_power = 15.0, .turbulence_power = 1.5},
                             .gymnasium = {.env_timeout = 60.0}};
}

ppo_status ppo_env_open(const ppo_env_class **env, const char *id, const ppo_env_options *options,
                        ppo_error *error)
{
    const ppo_env_family *family = family_of(id);
    const ppo_env_options none = ppo_env_options_default();
    *env = NULL;
    if (options && options->struct_size != sizeof *options)
        return ppo_fail(
            error, PPO_MISMATCH,
            "ppo_env_options has a struct_size of %zu, this library's has %zu: begin with "
            "ppo_env_options_default(), and compile against this version's headers",
            options->struct_size, sizeof *options);
    if (!family || !family->open)
        return ppo_env_find(env, id, error);
    const ppo_status status = family->open(env, id, options ? options : &none, error);
    assert(status == PPO_OK || !*env);
    return status;
}

const struct ppo_game_scores *ppo_env_reported_scores(const ppo_env_class *env)
{
    const ppo_env_extension *extension = ppo_env_class_extension(env);
    return extension->reported_scores ? extension->reported_scores(env) : NULL;
}

const struct ppo_game_scores *ppo_env_id_reported_scores(const char *id)
{
    return ppo_game_reported_scores(ppo_env_game(id));
}

void ppo_env_close(const ppo_env_class *env)
{
    const ppo_env_extension *extension = env ? ppo_env_class_extension(env) : NULL;
    if (extension && extension->close)
        extension->close(env);
}
