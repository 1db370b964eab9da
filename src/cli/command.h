// SPDX-License-Identifier: MIT
// One command of `ppo`: what it is called, what it takes, what its help page says, and the function
// that runs it. Parsing, help pages, the manual and shell completion are made from these rows.
//
// Not here: the rows themselves (commands.h).
#ifndef CLI_COMMAND_H
#define CLI_COMMAND_H

#include "ppo/base.h"

typedef struct cli_args cli_args; // args.h

// The flags that are not training options. A command lists those that it takes.
typedef enum cli_flag_id {
    CLI_FLAG_HELP,
    CLI_FLAG_HELP_ALL,
    CLI_FLAG_JSON,
    CLI_FLAG_QUIET,
    CLI_FLAG_RESTART,
    CLI_FLAG_EXPLAIN,
    CLI_FLAG_SEEDS,
    CLI_FLAG_GAMES,
    CLI_FLAG_SEED,
    CLI_FLAG_EPISODES,
    CLI_FLAG_FINAL,
    CLI_FLAG_STOCHASTIC,
    CLI_FLAG_PYTHON,
    CLI_FLAG_VIDEO,
    CLI_FLAG_VIDEO_STEPS,
    CLI_FLAG_VIDEO_FPS,
    CLI_FLAG_VIDEO_SIZE,
    CLI_FLAG_VIDEO_OVERLAY,
    CLI_FLAG_SCALE,
    CLI_FLAG_FPS,
    CLI_FLAG_TERMINAL,
    CLI_FLAG_RANDOM,
    CLI_FLAG_OUTPUT,
    CLI_FLAG_X,
    CLI_FLAG_METRIC,
    CLI_FLAG_EACH,
    CLI_FLAG_TITLE,
    CLI_FLAG_STATISTIC,
    CLI_FLAG_BAND,
    CLI_FLAG_SMOOTH,
    CLI_FLAG_HUMAN_NORMALISED,
    CLI_FLAG_MEMORY,
    CLI_FLAG_LEARNING,
    CLI_FLAG_THREADS,
    CLI_FLAG_SECONDS,
    CLI_FLAG_NUM_ENVS,
    CLI_FLAG_MAN,
    CLI_FLAG_COMPLETION,
    CLI_FLAG_MARKDOWN,
    CLI_NUM_FLAGS,
} cli_flag_id;

typedef struct cli_flag {
    cli_flag_id id;
    const char *name;  // without the dashes; NULL ends a list
    const char *value; // what it takes, e.g. "N"; NULL: nothing
    const char *help;  // one or two sentences
} cli_flag;

// What a command's operands are, for shell completion.
typedef enum cli_operand { CLI_NOTHING, CLI_TASK, CLI_RUN, CLI_BENCH, CLI_COMMAND } cli_operand;

typedef struct cli_command {
    const char *name;
    const char *synopsis;  // what follows the name
    const char *summary;   // one line, no full stop
    const char *text;      // paragraphs, each on one line
    const char *examples;  // lines "command  # comment"
    const cli_flag *flags; // a row without a name ends them
    cli_operand operand;
    const char *operand_words; // CLI_BENCH: the words to complete, separated by spaces
    size_t min_operands;
    size_t max_operands;
    bool takes_options; // whether it takes the training options of the option table
    int (*run)(const cli_args *args);
} cli_command;

typedef struct cli_command_list {
    const cli_command *row; // [count]
    size_t count;
} cli_command_list;

// The command of this name; NULL if there is none.
const cli_command *cli_command_find(const cli_command_list *list, const char *name);

// Fails with "no command 'NAME'" and what to use instead: the name that is most like a mistyped
// one, or what does here what `name` does in other programs.
ppo_status cli_command_fail(const cli_command_list *list, const char *name, ppo_error *error);

#endif
