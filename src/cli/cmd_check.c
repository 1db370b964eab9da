// SPDX-License-Identifier: MIT
// `ppo check`: the faults of an environment, one finding a line.
#include <stdio.h>

#include "cli/commands.h"
#include "cli/args.h"
#include "cli/json.h"
#include "cli/message.h"
#include "cli/flag_number.h"
#include "cli/term.h"

typedef struct cli_check {
    cJSON *list; // NULL: as text
    size_t count;
} cli_check;

static void print_finding(void *context, const ppo_finding *finding)
{
    cli_check *check = context;
    check->count++;
    if (!check->list) {
        printf("%s%-8s%s %-26s %s: %s\n",
               cli_style(stdout, finding->level == PPO_LEVEL_FAULT ? CLI_BOLD : CLI_PLAIN),
               ppo_finding_level_name(finding->level), cli_style(stdout, CLI_PLAIN), finding->name,
               finding->meaning, finding->message);
        fflush(stdout);
        return;
    }
    cJSON *row = cJSON_CreateObject();
    cJSON_AddStringToObject(row, "name", finding->name);
    cJSON_AddStringToObject(row, "level", ppo_finding_level_name(finding->level));
    cJSON_AddStringToObject(row, "meaning", finding->meaning);
    cJSON_AddStringToObject(row, "message", finding->message);
    cJSON_AddItemToArray(check->list, row);
}

static ppo_status check_setup(ppo_check_options *options, ppo_config *config, const char *id,
                              const cli_args *args, ppo_error *error)
{
    const char *episodes = args->flag[CLI_FLAG_EPISODES], *seed = args->flag[CLI_FLAG_SEED];
    uint64_t number = 5;
    ppo_check_options_defaults(options);
    options->seed = 1;
    if (episodes && cli_parse_integer(&number, "--episodes", episodes, 1, 1000000, error))
        return error->status;
    if (seed && cli_parse_integer(&options->seed, "--seed", seed, 0, UINT64_MAX, error))
        return error->status;
    options->episodes = (uint32_t)number;
    const ppo_status status = ppo_config_for_env(config, id, error);
    const char *python = args->flag[CLI_FLAG_PYTHON];
    return status == PPO_OK && python ? ppo_config_set(config, "python", python, error) : status;
}

static int print_report(cli_check *check, cJSON *object, const char *id,
                        const ppo_check_report *report)
{
    if (object) {
        cJSON_AddStringToObject(object, "env", id);
        cli_json_add_integer(object, "faults", report->faults);
        cli_json_add_integer(object, "warnings", report->warnings);
        cli_json_add_integer(object, "notes", report->notes);
        cli_json_add_integer(object, "calls", report->calls);
        cJSON_AddItemToObject(object, "findings", check->list);
        cli_json_print(object);
    } else {
        printf("%s: %u fault%s, %u warning%s, %u note%s in %llu calls\n", ppo_env_name(id),
               report->faults, report->faults == 1 ? "" : "s", report->warnings,
               report->warnings == 1 ? "" : "s", report->notes, report->notes == 1 ? "" : "s",
               (unsigned long long)report->calls);
    }
    return report->faults > 0 ? PPO_ENV_FAILED : PPO_OK;
}

int cli_cmd_check(const cli_args *args)
{
    const char *id = args->operand[0];
    const ppo_env_class *env = NULL;
    ppo_check_options options;
    ppo_check_report report;
    ppo_config config;
    ppo_error error = {0};
    if (check_setup(&options, &config, id, args, &error))
        return cli_fail(&error);
    const ppo_env_options how = ppo_config_env_options(&config);
    if (ppo_env_open(&env, id, &how, &error))
        return cli_fail(&error);
    cJSON *object = args->flag[CLI_FLAG_JSON] ? cJSON_CreateObject() : NULL;
    cli_check check = {.list = object ? cJSON_CreateArray() : NULL};
    const ppo_status status = ppo_check_env(&report, env, &options, print_finding, &check, &error);
    const int code = status == PPO_OK ? print_report(&check, object, env->id, &report) : PPO_OK;
    ppo_env_close(env);
    return status == PPO_OK ? code : cli_fail(&error);
}
