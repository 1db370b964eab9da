// SPDX-License-Identifier: MIT
// `ppo info`: about this build, a run, or the memory that a training takes.
#include <stdio.h>
#include <string.h>

#include "info.h"
#include "message.h"
#include "screen.h"

// Splits "name: value" lines into members.
cJSON *cli_info_build_json(void)
{
    char text[4096], *rest = NULL;
    ppo_build_info(text, sizeof text);
    cJSON *object = cJSON_CreateObject();
    for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        char *colon = strstr(line, ": ");
        if (!colon)
            continue;
        *colon = '\0';
        cJSON_AddStringToObject(object, line, colon + 2);
    }
    cli_window_describe(text, sizeof text);
    cJSON_AddStringToObject(object, "windows", text);
    return object;
}

int cli_info_build(bool is_json)
{
    if (is_json)
        return cli_json_print(cli_info_build_json());
    char text[4096];
    ppo_build_info(text, sizeof text);
    fputs(text, stdout);
    const size_t length = strlen(text);
    if (length > 0 && text[length - 1] != '\n')
        putchar('\n');
    cli_window_describe(text, sizeof text);
    printf("windows: %s\n", text);
    return PPO_OK;
}

int cli_cmd_info(const cli_args *args)
{
    const bool is_json = args->flag[CLI_FLAG_JSON] != NULL;
    const char *task = args->flag[CLI_FLAG_MEMORY];
    ppo_error error;
    if (task && args->num_operands > 0) {
        cli_error_set(&error, PPO_INVALID, "--memory and a run can't be had at once");
        return cli_fail_usage(&error, "info");
    }
    if (!task && args->num_settings > 0) {
        cli_error_set(&error, PPO_INVALID, "--%s: training options go with --memory alone",
                      args->setting[0].name);
        return cli_fail_usage(&error, "info");
    }
    if (task)
        return cli_info_memory(task, args);
    return args->num_operands ? cli_info_run(args->operand[0], is_json) : cli_info_build(is_json);
}
