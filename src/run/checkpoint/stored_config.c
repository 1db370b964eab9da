// SPDX-License-Identifier: MIT
// The configuration inside a checkpoint: see stored_config.h. The option table does the work.
#include "run/checkpoint/stored_config.h"

#include "core/error.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DIFFERENCES_SIZE 320 // of their list in a message
#define MAX_SHOWN        160 // characters of two values that are shown

// Without what differs between equal runs: folder, threads and the like at their defaults.
static ppo_config without_run_group(const ppo_config *config)
{
    ppo_config copy = *config;
    for (size_t i = 0; i < ppo_option_count(); i++) {
        const ppo_option option = ppo_option_at(i);
        if (!option.changes_result)
            ppo_config_set(&copy, option.name, option.default_text, NULL);
    }
    return copy;
}

char *ppo_stored_config_format(const ppo_config *config)
{
    const ppo_config stored = without_run_group(config);
    const size_t size = ppo_config_format(&stored, NULL, 0) + 1;
    char *text = malloc(size);
    if (text)
        ppo_config_format(&stored, text, size);
    return text;
}

ppo_status ppo_stored_config_parse(ppo_config *config, const ppo_safetensors *file,
                                   const char *label, ppo_error *error)
{
    ppo_error cause = {0};
    const char *text = ppo_safetensors_metadata(file, "config");
    const char *env_id = ppo_safetensors_metadata(file, "env_id");
    if (!text || !env_id || strlen(env_id) >= sizeof config->env_id)
        return ppo_fail(error, PPO_CORRUPT, "%s holds no configuration", label);
    ppo_config_defaults(config);
    const ppo_status status = ppo_config_parse(config, text, strlen(text), label, &cause);
    if (status == PPO_NO_MEMORY)
        return ppo_fail(error, status, "%s", cause.message);
    if (status != PPO_OK)
        return ppo_fail(error, PPO_CORRUPT, "the configuration in a checkpoint can't be read: %s",
                        cause.message);
    snprintf(config->env_id, sizeof config->env_id, "%s", env_id);
    return PPO_OK;
}

static bool is_compared(const ppo_option *option)
{
    return option->changes_result && strcmp(option->name, "total_timesteps") != 0 &&
           strcmp(option->name, "env_id") != 0;
}

// Appends "; name: a there, b here", or "; name differs" where that does not fit.
static void append_difference(char *text, size_t size, size_t index, const ppo_config *there,
                              const ppo_config *here)
{
    char value[2][PPO_TEXT_SIZE];
    const char *name = ppo_option_at(index).name;
    const size_t used = strlen(text), room = size - used;
    const char *comma = used ? "; " : "";
    const size_t lengths = ppo_option_format(there, index, value[0], sizeof value[0]) +
                           ppo_option_format(here, index, value[1], sizeof value[1]);
    if (lengths + strlen(name) + sizeof "; :  there,  here" <= room && lengths <= MAX_SHOWN)
        snprintf(text + used, room, "%s%s: %s there, %s here", comma, name, value[0], value[1]);
    else if (strlen(name) + sizeof ";  differs" <= room)
        snprintf(text + used, room, "%s%s differs", comma, name);
}

ppo_status ppo_stored_config_match(const ppo_config *there, const ppo_config *here,
                                   const char *label, ppo_error *error)
{
    char text[DIFFERENCES_SIZE] = "";
    size_t num_differences = 0;
    for (size_t i = 0; i < ppo_option_count(); i++) {
        const ppo_option option = ppo_option_at(i);
        if (!is_compared(&option) || ppo_option_equal(there, here, i))
            continue;
        append_difference(text, sizeof text, i, there, here);
        num_differences++;
    }
    if (num_differences == 0)
        return PPO_OK;
    return ppo_fail(error, PPO_MISMATCH, "%.200s belongs to another configuration (%zu %s): %s",
                    label, num_differences, num_differences == 1 ? "difference" : "differences",
                    text);
}
