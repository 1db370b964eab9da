// SPDX-License-Identifier: MIT
// Looking up presets, and the config that an environment starts with. Owns nothing.
#include "config/presets.h"

#include "config/table.h"
#include "core/error.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

size_t ppo_preset_count(void)
{
    return ppo_num_presets;
}

const char *ppo_preset_name_at(size_t index)
{
    assert(index < ppo_num_presets);
    return ppo_presets[index].name;
}

// All Atari games share one preset. The ids are distinguished by their form: config/ may not ask
// env/.
static bool is_atari_id(const char *name)
{
    const char *version = strstr(name, "NoFrameskip-v");
    return strncmp(name, "ALE/", 4) == 0 || (version && version != name);
}

const char *ppo_preset_find(const char *name)
{
    for (size_t i = 0; i < ppo_num_presets; i++)
        if (strcasecmp(ppo_presets[i].name, name) == 0)
            return ppo_presets[i].text;
    return NULL;
}

// Made by Gymnasium; the task may have a preset under its own name.
static bool is_gymnasium_id(const char *env_id)
{
    return strncmp(env_id, PPO_ENV_GYMNASIUM, strlen(PPO_ENV_GYMNASIUM)) == 0;
}

const char *ppo_preset_for_env(const char *env_id)
{
    if (is_gymnasium_id(env_id))
        return ppo_preset_find(env_id + strlen(PPO_ENV_GYMNASIUM));
    const char *own = ppo_preset_find(env_id);
    return own || !is_atari_id(env_id) ? own : ppo_preset_find("atari");
}

ppo_status ppo_config_for_env(ppo_config *config, const char *env_id, ppo_error *error)
{
    ppo_config fresh;
    char label[PPO_TEXT_SIZE + 8];
    ppo_config_defaults(&fresh);
    PPO_TRY(ppo_option_store(&fresh, PPO_OPTION_env_id, env_id, PPO_SET_BY_NAME, error));
    const char *preset = ppo_preset_for_env(env_id);
    snprintf(label, sizeof label, "preset %s", env_id);
    if (preset)
        PPO_TRY(ppo_config_parse(&fresh, preset, strlen(preset), label, error));
    if (is_gymnasium_id(env_id)) // the preset named the built-in task
        PPO_TRY(ppo_option_store(&fresh, PPO_OPTION_env_id, env_id, PPO_SET_BY_NAME, error));
    *config = fresh;
    return PPO_OK;
}
