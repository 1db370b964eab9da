// SPDX-License-Identifier: MIT
// Messages on stderr: errors, notes, and the exit codes that go with them.
//
// Results go to stdout, everything else here. An exit code is the value of the status (PPO_STATUS_
// LIST), and CLI_INTERRUPTED after Ctrl-C.
#ifndef CLI_MESSAGE_H
#define CLI_MESSAGE_H

#include "core/error.h"
#include "ppo/ppo.h"

enum { CLI_INTERRUPTED = 130 }; // 128 + SIGINT, the code that shells report

// This process is one of several ranks: messages begin with its number and machine. An error of
// another rank than 0 is printed two seconds later, for one that all ranks have is reported by rank
// 0, which then ends the others.
void cli_message_set_rank(uint32_t rank, const char *host);

// Prints "ppo: error: MESSAGE" and returns the exit code of the error's status.
int cli_fail(const ppo_error *error);

// The same for a mistyped command line, with the help page to look at. `command` may be NULL.
int cli_fail_usage(const ppo_error *error, const char *command);

// Prints "ppo: note: ...", for what is unusual but not an error.
void cli_note(const char *format, ...) PPO_PRINTF(1, 2);

// Prints "ppo: warning: ...", for failures that the program survives.
void cli_warn(const char *format, ...) PPO_PRINTF(1, 2);

// Prints "ppo: ...", for progress.
void cli_say(const char *format, ...) PPO_PRINTF(1, 2);

#endif
