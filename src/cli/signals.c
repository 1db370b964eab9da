// SPDX-License-Identifier: MIT
// The handlers of SIGINT, SIGTERM and SIGHUP. Owns the program's one changing global.
#include "signals.h"

#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "message.h"

// Atomic: two signals may run the handler in two threads at once. Lock-free, so a handler may use
// it.
static atomic_bool stop_requested;

static void tell(const char *text)
{
    const ssize_t written = write(STDERR_FILENO, text, strlen(text));
    (void)written; // nobody to complain to
}

static void on_signal(int number)
{
    (void)number;
    if (atomic_exchange(&stop_requested, true)) {
        tell("\n");
        _exit(CLI_INTERRUPTED);
    }
    tell("\nppo: stopping after this iteration; once more stops at once\n");
}

void cli_signals_catch(void)
{
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    struct sigaction old;
    if (sigaction(SIGHUP, NULL, &old) == 0 && old.sa_handler != SIG_IGN) // else: under nohup
        sigaction(SIGHUP, &action, NULL);
}

void cli_signals_ignore_pipe(void)
{
    struct sigaction action = {.sa_handler = SIG_IGN};
    sigemptyset(&action.sa_mask);
    sigaction(SIGPIPE, &action, NULL);
}

bool cli_stop_requested(void)
{
    return atomic_load(&stop_requested);
}
