// SPDX-License-Identifier: MIT
// `ppo envs`: the table of built-in environments.
#include <math.h>
#include <stdio.h>

#include "args.h"
#include "json.h"
#include "space_text.h"
#include "term.h"

enum { SPACE_SIZE = 64 };

static bool has_preset(const ppo_env_class *env)
{
    return ppo_preset_find(env->id) != NULL;
}

static void print_row(const ppo_env_class *env)
{
    char observations[SPACE_SIZE], actions[SPACE_SIZE], limit[16] = "-", threshold[32] = "-";
    cli_space_text(observations, sizeof observations, &env->observation_space);
    cli_space_text(actions, sizeof actions, &env->action_space);
    if (env->max_episode_steps > 0)
        snprintf(limit, sizeof limit, "%u", env->max_episode_steps);
    if (!isnan(env->reward_threshold))
        snprintf(threshold, sizeof threshold, "%g", env->reward_threshold);
    printf("%-26s %-14s %-12s %6s %7s  %-6s  %s\n", env->id, observations, actions, limit,
           threshold, has_preset(env) ? "yes" : "no", env->summary);
}

static int print_table(void)
{
    printf("%s%-26s %-14s %-12s %6s %7s  %-6s  %s%s\n", cli_style(stdout, CLI_BOLD), "id",
           "observations", "actions", "limit", "solved", "preset", "summary",
           cli_style(stdout, CLI_PLAIN));
    for (size_t i = 0; i < ppo_env_count(); i++)
        print_row(ppo_env_at(i));
    return PPO_OK;
}

static int print_json(void)
{
    cJSON *object = cJSON_CreateObject();
    cJSON *list = cJSON_AddArrayToObject(object, "envs");
    for (size_t i = 0; i < ppo_env_count(); i++) {
        const ppo_env_class *env = ppo_env_at(i);
        char text[SPACE_SIZE];
        cJSON *row = cJSON_CreateObject();
        cJSON_AddStringToObject(row, "id", env->id);
        cli_space_text(text, sizeof text, &env->observation_space);
        cJSON_AddStringToObject(row, "observations", text);
        cli_space_text(text, sizeof text, &env->action_space);
        cJSON_AddStringToObject(row, "actions", text);
        cJSON_AddNumberToObject(row, "max_episode_steps", env->max_episode_steps);
        cJSON_AddNumberToObject(row, "reward_threshold", env->reward_threshold);
        cJSON_AddBoolToObject(row, "preset", has_preset(env));
        cJSON_AddStringToObject(row, "summary", env->summary);
        cJSON_AddItemToArray(list, row);
    }
    return cli_json_print(object);
}

int cli_cmd_envs(const cli_args *args)
{
    return args->flag[CLI_FLAG_JSON] ? print_json() : print_table();
}
