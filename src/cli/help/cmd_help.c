// SPDX-License-Identifier: MIT
// `ppo help`: pages, the manual, completion scripts, the options as Markdown.
#include <stdio.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/args.h"
#include "cli/help/help.h"
#include "cli/message.h"

static int help_about(const cli_command_list *commands, const char *name)
{
    const cli_command *command = cli_command_find(commands, name);
    if (command) {
        cli_help_page(stdout, command, false);
        return PPO_OK;
    }
    ppo_error error;
    cli_command_fail(commands, name, &error);
    return cli_fail_usage(&error, NULL);
}

static int completion(const cli_command_list *commands, const char *shell)
{
    if (cli_help_completion(stdout, commands, shell))
        return PPO_OK;
    ppo_error error;
    ppo_fail(&error, PPO_INVALID, "--completion: there are bash, zsh and fish, not '%.40s'", shell);
    return cli_fail_usage(&error, "help");
}

int cli_cmd_help(const cli_args *args)
{
    if (args->flag[CLI_FLAG_COMPLETION])
        return completion(args->commands, args->flag[CLI_FLAG_COMPLETION]);
    if (args->flag[CLI_FLAG_MAN])
        cli_help_man(stdout, args->commands);
    else if (args->flag[CLI_FLAG_MARKDOWN])
        cli_help_markdown(stdout);
    else if (args->num_operands == 1)
        return help_about(args->commands, args->operand[0]);
    else
        cli_help_overview(stdout, args->commands);
    return PPO_OK;
}
