// SPDX-License-Identifier: MIT
// Help in all its forms, made from the list of commands and the option table.
#ifndef CLI_HELP_HELP_H
#define CLI_HELP_HELP_H

#include <stdio.h>

#include "cli/command.h"

// The page of `ppo --help`.
void cli_help_overview(FILE *file, const cli_command_list *commands);

// The page of `ppo help COMMAND`, with the common training options or with all of them.
void cli_help_page(FILE *file, const cli_command *command, bool with_all_options);

// The manual page ppo(1), troff with the man macros.
void cli_help_man(FILE *file, const cli_command_list *commands);

// The training options as a Markdown document.
void cli_help_markdown(FILE *file);

// A completion script; false if there is none for this shell.
bool cli_help_completion(FILE *file, const cli_command_list *commands, const char *shell);

// `name` with dashes for underscores.
void cli_help_dashed(char *text, size_t size, const char *name);

#endif
