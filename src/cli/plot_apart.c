// SPDX-License-Identifier: MIT
// See plot_apart.h. Owns a child process for the duration of a call.
#include "cli/plot_apart.h"

#include "core/error.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

// What the child says: how it went.
static void send(int descriptor, const ppo_error *error)
{
    const ssize_t written = write(descriptor, error, sizeof *error); // fits into a pipe at once
    (void)written;
}

static bool receive(int descriptor, ppo_error *error)
{
    ssize_t size;
    do
        size = read(descriptor, error, sizeof *error);
    while (size < 0 && errno == EINTR);
    return size == (ssize_t)sizeof *error;
}

static ppo_status outcome_of(pid_t child, int descriptor, const char *path, ppo_error *error)
{
    ppo_error said;
    int status = 0;
    const bool has_said = receive(descriptor, &said);
    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
        ;
    if (!has_said)
        return ppo_fail(error, PPO_NO_MEMORY,
                        "can't draw %.200s: the process that draws has ended (%s); a library for "
                        "fonts does so where memory is short",
                        path, WIFSIGNALED(status) ? strsignal(WTERMSIG(status)) : "by itself");
    return said.status == PPO_OK ? PPO_OK : ppo_fail(error, said.status, "%s", said.message);
}

ppo_status cli_plot_runs(const char *path, const char *const *runs, size_t num_runs,
                         const ppo_plot_options *options, ppo_error *error)
{
    int ends[2];
    fflush(NULL); // or the child's copies could be written too
    if (pipe(ends) != 0)
        return ppo_plot_runs(path, runs, num_runs, options, error);
    const pid_t child = fork();
    if (child == 0) {
        ppo_error said = {.status = PPO_OK};
        signal(SIGSEGV, SIG_DFL); // no last words: the parent has them
        signal(SIGABRT, SIG_DFL);
        said.status = ppo_plot_runs(path, runs, num_runs, options, &said);
        send(ends[1], &said);
        _exit(0);
    }
    close(ends[1]);
    const ppo_status status = child < 0 ? ppo_plot_runs(path, runs, num_runs, options, error)
                                        : outcome_of(child, ends[0], path, error);
    close(ends[0]);
    return status;
}
