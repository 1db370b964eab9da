// SPDX-License-Identifier: MIT
// The built-in environments by name, and those that are made to order. Owns nothing; a new
// environment is a line in the table here. Not here: the check of a class's table (class.c).
#include "core/error.h"
#include "core/nearest.h"
#include "env/atari/atari_env.h"
#include "env/box2d/box2d.h"
#include "env/gym/bridge.h"
#include "env/classic/classic.h"
#include "env/plugin.h"
#include "ppo/env.h"

#include <stdio.h>
#include <string.h>

static const ppo_env_class *const classes[] = {
    &ppo_cartpole_v1,       &ppo_cartpole_v0,
    &ppo_acrobot_v1,        &ppo_mountain_car_v0,
    &ppo_pendulum_v1,       &ppo_mountain_car_continuous_v0,
    &ppo_lunar_lander_v3,   &ppo_lunar_lander_continuous_v3,
    &ppo_bipedal_walker_v3, &ppo_bipedal_walker_hardcore_v3,
};

size_t ppo_env_count(void)
{
    return sizeof classes / sizeof classes[0];
}

const ppo_env_class *ppo_env_at(size_t index)
{
    return index < ppo_env_count() ? classes[index] : NULL;
}

bool ppo_env_id_at(char *id, size_t size, size_t index)
{
    if (index >= ppo_env_count())
        return ppo_atari_id_at(id, size, index - ppo_env_count());
    snprintf(id, size, "%s", classes[index]->id);
    return true;
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
    return ppo_fail(error, PPO_NOT_FOUND,
                    "no environment is called '%.64s'; there are %zu, the first is %s", id,
                    list.count, classes[0]->id);
}

ppo_status ppo_env_find(const ppo_env_class **env, const char *id, ppo_error *error)
{
    *env = NULL;
    for (size_t i = 0; i < ppo_env_count(); i++)
        if (strcmp(classes[i]->id, id) == 0) {
            *env = classes[i];
            return PPO_OK;
        }
    if (ppo_atari_has_id(id) || ppo_plugin_has_id(id) || ppo_bridge_has_id(id))
        return ppo_fail(error, PPO_INVALID, "%.64s is made to order: ppo_env_open does that", id);
    return unknown_id(id, error);
}

ppo_status ppo_env_open(const ppo_env_class **env, const char *id, const ppo_env_options *options,
                        ppo_error *error)
{
    if (ppo_atari_has_id(id))
        return ppo_atari_open(env, id, options, error);
    if (ppo_plugin_has_id(id))
        return ppo_plugin_open(env, id, error);
    if (ppo_bridge_has_id(id))
        return ppo_bridge_open(env, id, options, error);
    if (ppo_box2d_has_id(id))
        return ppo_box2d_open(env, id, options, error);
    return ppo_env_find(env, id, error);
}

void ppo_env_close(const ppo_env_class *env)
{
    if (env && env->struct_size >= sizeof *env && env->close)
        env->close(env);
    else
        ppo_atari_close(env);
}
