// SPDX-License-Identifier: MIT
// The handlers of SIGINT, SIGTERM and SIGHUP. Owns what they record and call, in globals, because a
// handler gets no other argument.
#include "cli/signals.h"

#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "cli/message.h"

// Atomic: two signals may run the handler in two threads at once. Lock-free, so a handler may use
// it.
static atomic_bool stop_requested;

// Set before handlers are installed.
static bool is_hushed;
static bool is_quiet;
static void (*restore_before_exit)(void);

static void write_text(const char *text)
{
    const ssize_t written = write(STDERR_FILENO, text, strlen(text));
    (void)written; // a handler has no way to report a failure
}

static void on_signal(int number)
{
    (void)number;
    if (is_hushed) { // launchers repeat themselves, and end ranks that don't end
        atomic_store(&stop_requested, true);
        return;
    }
    if (atomic_exchange(&stop_requested, true)) {
        if (restore_before_exit)
            restore_before_exit();
        write_text(is_quiet ? "\n"
                            : "\nppo: stopped at once; the last checkpoint is kept, and "
                              "the same command continues from there\n");
        _exit(CLI_INTERRUPTED);
    }
    if (is_quiet)
        return; // there is nothing to wait for
    write_text(
        "\nppo: stopping after this iteration; a second Ctrl-C stops at once and loses it\n");
}

void cli_signals_catch(void)
{
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    if (is_hushed)
        sigaction(SIGUSR1, &action, NULL);
    struct sigaction old;
    if (sigaction(SIGHUP, NULL, &old) == 0 && old.sa_handler != SIG_IGN) // else: under nohup
        sigaction(SIGHUP, &action, NULL);
}

void cli_signals_hush(void)
{
    is_hushed = true;
}

void cli_signals_catch_quietly(void (*restore)(void))
{
    is_quiet = true;
    restore_before_exit = restore;
    cli_signals_catch();
}

void cli_signals_ignore_pipe(void)
{
    struct sigaction action = {.sa_handler = SIG_IGN};
    sigemptyset(&action.sa_mask);
    sigaction(SIGPIPE, &action, NULL);
}

void cli_request_stop(void)
{
    atomic_store(&stop_requested, true);
}

bool cli_stop_requested(void)
{
    return atomic_load(&stop_requested);
}
