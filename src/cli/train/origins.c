// SPDX-License-Identifier: MIT
// Where each setting comes from, by the record that the configuration keeps of who set an option.
#include "cli/train/origins.h"

#include <stdio.h>
#include <string.h>

#include "cli/json.h"
#include "cli/term.h"

enum { VALUE_SIZE = 1024 };

const char *cli_origin_text(const ppo_config *config, const cli_target *target, size_t index)
{
    switch (ppo_option_set_by(config, index)) {
    case PPO_SET_BY_DEFAULTS:
        return "default";
    case PPO_SET_BY_YAML:
        return target->label;
    case PPO_SET_BY_NAME:
        return "command line";
    }
    return "";
}

static void print_table(const ppo_config *config, const cli_target *target)
{
    const char *group = "";
    for (size_t i = 0; i < ppo_option_count(); i++) {
        const ppo_option option = ppo_option_at(i);
        const bool is_default = ppo_option_set_by(config, i) == PPO_SET_BY_DEFAULTS;
        char value[VALUE_SIZE];
        ppo_option_format(config, i, value, sizeof value);
        if (strcmp(group, option.group) != 0)
            printf("%s%s\n", i ? "\n" : "", option.group);
        group = option.group;
        printf("  %-24s %s%-20s%s  %s\n", option.name,
               is_default ? "" : cli_style(stdout, CLI_BOLD), value[0] ? value : "\"\"",
               is_default ? "" : cli_style(stdout, CLI_PLAIN), cli_origin_text(config, target, i));
    }
}

static int print_json(const ppo_config *config, const cli_target *target)
{
    cJSON *object = cJSON_CreateObject();
    for (size_t i = 0; i < ppo_option_count(); i++) {
        char value[VALUE_SIZE];
        ppo_option_format(config, i, value, sizeof value);
        cJSON *row = cJSON_AddObjectToObject(object, ppo_option_at(i).name);
        cJSON_AddStringToObject(row, "value", value);
        cJSON_AddStringToObject(row, "from", cli_origin_text(config, target, i));
    }
    return cli_json_print(object);
}

int cli_explain(const ppo_config *config, const cli_target *target, const cli_args *args)
{
    if (args->flag[CLI_FLAG_JSON])
        return print_json(config, target);
    print_table(config, target);
    return PPO_OK;
}
