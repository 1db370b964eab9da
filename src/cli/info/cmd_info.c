// SPDX-License-Identifier: MIT
// `ppo info`: about this build, a run, or the memory that a training takes.
#include <stdio.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/info/info.h"
#include "cli/message.h"
#include "cli/screen/pixels.h"

void cli_info_build_text(char text[CLI_INFO_SIZE])
{
    char window[512], pixels[512]; // at most as long as each of the others, so that all fit
    size_t used = ppo_build_info(text, CLI_INFO_SIZE);
    used += ppo_parts_info(text + used, CLI_INFO_SIZE - used);
    ppo_window_describe(window, sizeof window);
    cli_pixels_describe(pixels, sizeof pixels);
    snprintf(text + used, CLI_INFO_SIZE - used, "windows: %s\nterminal graphics: %s\n", window,
             pixels);
}

// Splits its lines into members.
cJSON *cli_info_build_json(void)
{
    char text[CLI_INFO_SIZE], *rest = NULL;
    cli_info_build_text(text);
    cJSON *object = cJSON_CreateObject();
    for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        char *colon = strstr(line, ": ");
        if (!colon)
            continue;
        *colon = '\0';
        cJSON_AddStringToObject(object, line, colon + 2);
    }
    return object;
}

int cli_info_build(bool is_json)
{
    if (is_json)
        return cli_json_print(cli_info_build_json());
    char text[CLI_INFO_SIZE];
    cli_info_build_text(text);
    fputs(text, stdout);
    return PPO_OK;
}

int cli_cmd_info(const cli_args *args)
{
    const bool is_json = args->flag[CLI_FLAG_JSON] != NULL;
    const char *task = args->flag[CLI_FLAG_MEMORY];
    ppo_error error;
    if (task && args->num_operands > 0) {
        ppo_fail(&error, PPO_INVALID, "--memory and a run can't be given together");
        return cli_fail_usage(&error, "info");
    }
    if (!task && args->num_settings > 0) {
        ppo_fail(&error, PPO_INVALID, "--%s: training options go with --memory alone",
                 args->setting[0].name);
        return cli_fail_usage(&error, "info");
    }
    if (task)
        return cli_info_memory(task, args);
    return args->num_operands ? cli_info_run(args->operand[0], is_json) : cli_info_build(is_json);
}
