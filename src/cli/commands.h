// SPDX-License-Identifier: MIT
// The commands of `ppo`. To add one, add its cmd_NAME.c, a declaration here and a row in
// commands.c.
#ifndef CLI_COMMANDS_H
#define CLI_COMMANDS_H

#include "cli/command.h"

extern const cli_command_list cli_commands;

// Each returns the exit code: the value of a ppo_status, or CLI_INTERRUPTED.
int cli_cmd_train(const cli_args *args);
int cli_cmd_eval(const cli_args *args);
int cli_cmd_watch(const cli_args *args);
int cli_cmd_plot(const cli_args *args);
int cli_cmd_runs(const cli_args *args);
int cli_cmd_envs(const cli_args *args);
int cli_cmd_check(const cli_args *args);
int cli_cmd_info(const cli_args *args);
int cli_cmd_doctor(const cli_args *args);
int cli_cmd_bench(const cli_args *args);
int cli_cmd_hash(const cli_args *args);
int cli_cmd_help(const cli_args *args);

#endif
