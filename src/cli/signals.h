// SPDX-License-Identifier: MIT
// Ctrl-C: the first one asks the loops to stop after the iteration under way, a second one ends
// the program at once.
#ifndef CLI_SIGNALS_H
#define CLI_SIGNALS_H

#include <stdbool.h>

// Installs the handlers of SIGINT, SIGTERM and SIGHUP.
void cli_signals_catch(void);

// The same without a message; the second one calls `restore`, which must be fit for a handler
// (NULL: nothing is called), before it ends the program.
void cli_signals_catch_quietly(void (*restore)(void));

// For one of several ranks: the handlers of cli_signals_catch, called later, say nothing and never
// end the program, and SIGUSR1, which mpirun passes on, asks to stop as well.
void cli_signals_hush(void);

// Lets writes to a closed pipe fail with EPIPE instead of killing the program.
void cli_signals_ignore_pipe(void);

// True once a signal has asked to stop, or cli_request_stop.
bool cli_stop_requested(void);

// For one of several ranks, when a signal has asked another one.
void cli_request_stop(void);

#endif
