// SPDX-License-Identifier: MIT
// `ppo plot`: draws the learning curves of runs and prints the picture's name.
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "args.h"
#include "message.h"

enum { PATH_SIZE = 4096 };

static bool is_directory(const char *path)
{
    struct stat facts;
    return stat(path, &facts) == 0 && S_ISDIR(facts.st_mode);
}

// One run's curve lies in its directory, unless --output says otherwise.
static void choose_path(char path[PATH_SIZE], const cli_args *args)
{
    const char *run = args->operand[0];
    if (args->flag[CLI_FLAG_OUTPUT])
        snprintf(path, PATH_SIZE, "%s", args->flag[CLI_FLAG_OUTPUT]);
    else if (args->num_operands == 1 && is_directory(run))
        snprintf(path, PATH_SIZE, "%s%scurve.png", run, run[strlen(run) - 1] == '/' ? "" : "/");
    else
        snprintf(path, PATH_SIZE, "curve.png");
}

static ppo_status choose_x(ppo_plot_x *x, const char *text, ppo_error *error)
{
    *x = PPO_PLOT_STEPS;
    if (!text || strcmp(text, "steps") == 0)
        return PPO_OK;
    *x = PPO_PLOT_SECONDS;
    if (strcmp(text, "seconds") == 0)
        return PPO_OK;
    return cli_error_set(error, PPO_INVALID, "--x: '%.80s' is neither steps nor seconds", text);
}

int cli_cmd_plot(const cli_args *args)
{
    ppo_error error = {0};
    char path[PATH_SIZE];
    ppo_plot_options options = {.metric = args->flag[CLI_FLAG_METRIC],
                                .each = args->flag[CLI_FLAG_EACH] != NULL,
                                .title = args->flag[CLI_FLAG_TITLE]};
    if (choose_x(&options.x, args->flag[CLI_FLAG_X], &error))
        return cli_fail_usage(&error, "plot");
    choose_path(path, args);
    if (ppo_plot_runs(path, args->operand, args->num_operands, &options, &error))
        return cli_fail(&error);
    puts(path);
    return PPO_OK;
}
