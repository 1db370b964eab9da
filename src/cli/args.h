// SPDX-License-Identifier: MIT
// The arguments of `ppo COMMAND`: flags of the command, settings of training options, operands.
// Parsed by getopt_long with a table made from the option table at run time, so that every option
// of that table is an option of the command line, its aliases included.
//
// Names may have dashes or underscores, and may be shortened as long as they are unique.
#ifndef CLI_ARGS_H
#define CLI_ARGS_H

#include "cli/command.h"
#include "ppo/ppo.h"

// A training option as given.
typedef struct cli_setting {
    const char *name; // the option's own name, or a foreign name that the library knows
    const char *text;
} cli_setting;

struct cli_args {
    const cli_command_list *commands; // all, for help
    const cli_command *command;       // the one that was given
    const char *flag[CLI_NUM_FLAGS];  // its value, "" if it takes none; NULL: not given
    cli_setting *setting;             // [num_settings], in the order given
    size_t num_settings;
    const char *const *operand; // [num_operands]
    size_t num_operands;
    char *metrics; // the values of all --metric, joined by commas
};

// Parses argv[1] onwards; argv[0] is the command's name. Reorders argv, whose strings must outlive
// `args`, and changes underscores to dashes in the names of options.
ppo_status cli_args_init(cli_args *args, const cli_command_list *commands,
                         const cli_command *command, int argc, char **argv, ppo_error *error);

void cli_args_release(cli_args *args);

#endif
