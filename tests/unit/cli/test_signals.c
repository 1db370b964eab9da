// SPDX-License-Identifier: MIT
// The first signal asks to stop, the second ends the process with code 130, after restoring what it
// was given. Each case runs in a process of its own.
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "cli/message.h"
#include "cli/signals.h"

static int pipe_ends[2];

static void restore(void)
{
    (void)!write(pipe_ends[1], "restored", 8);
}

// Runs `body` in a child with stderr going to the pipe; returns its exit code and what it wrote.
static int run_child(void (*body)(void), char text[256])
{
    assert_int_equal(pipe(pipe_ends), 0);
    const pid_t child = fork();
    if (child == 0) {
        dup2(pipe_ends[1], STDERR_FILENO);
        body();
        _exit(0);
    }
    close(pipe_ends[1]);
    size_t used = 0;
    for (ssize_t count; used < 255 && (count = read(pipe_ends[0], text + used, 255 - used)) > 0;)
        used += (size_t)count;
    text[used] = '\0';
    close(pipe_ends[0]);
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static void one_signal(void)
{
    cli_signals_catch();
    if (cli_stop_requested())
        _exit(1);
    raise(SIGTERM);
    _exit(cli_stop_requested() ? 3 : 2);
}

static void two_signals(void)
{
    cli_signals_catch();
    raise(SIGINT);
    raise(SIGINT);
}

static void two_quiet_signals(void)
{
    cli_signals_catch_quietly(restore);
    raise(SIGHUP);
    raise(SIGINT);
}

static void under_nohup(void)
{
    signal(SIGHUP, SIG_IGN);
    cli_signals_catch();
    raise(SIGHUP);
    _exit(cli_stop_requested() ? 2 : 3);
}

static void signals(void **state)
{
    (void)state;
    char text[256];
    assert_int_equal(run_child(one_signal, text), 3);
    assert_non_null(strstr(text, "stop"));
    assert_int_equal(run_child(two_signals, text), CLI_INTERRUPTED);
    assert_int_equal(run_child(two_quiet_signals, text), CLI_INTERRUPTED);
    assert_string_equal(text, "restored\n");
    assert_int_equal(run_child(under_nohup, text), 3);
    assert_string_equal(text, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(signals)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
