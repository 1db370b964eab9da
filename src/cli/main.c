// SPDX-License-Identifier: MIT
// The `ppo` command: finds the command in argv[1] and runs it. A thin client of the public API;
// it alone owns stdout, exit codes and signals.
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "cli/args.h"
#include "cli/commands.h"
#include "cli/help/help.h"
#include "cli/message.h"
#include "cli/signals.h"

static int run_command(const cli_command *command, int argc, char **argv)
{
    ppo_error error = {0};
    cli_args args;
    if (cli_args_init(&args, &cli_commands, command, argc, argv, &error))
        return cli_fail_usage(&error, command->name);
    int code = PPO_OK;
    const bool with_all = args.flag[CLI_FLAG_HELP_ALL] != NULL;
    if (args.flag[CLI_FLAG_HELP] || with_all)
        cli_help_page(stdout, command, with_all);
    else
        code = command->run(&args);
    cli_args_release(&args);
    return code;
}

// Every spelling that other programs have.
static bool is_version(const char *word)
{
    return !strcmp(word, "--version") || !strcmp(word, "-V") || !strcmp(word, "-v") ||
           !strcmp(word, "version");
}

static int dispatch(int argc, char **argv)
{
    if (argc < 2) {
        cli_help_overview(stderr, &cli_commands);
        return PPO_INVALID;
    }
    if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h")) {
        cli_help_overview(stdout, &cli_commands);
        return PPO_OK;
    }
    if (is_version(argv[1])) {
        printf("ppo %s\n", ppo_version());
        return PPO_OK;
    }
    const cli_command *command = cli_command_find(&cli_commands, argv[1]);
    if (command)
        return run_command(command, argc - 1, argv + 1);
    ppo_error error;
    cli_command_fail(&cli_commands, argv[1], &error);
    return cli_fail_usage(&error, NULL);
}

// Whether the reader of stdout has closed its end of the pipe, as `head` does: no error.
static bool reader_is_gone(void)
{
    struct pollfd out = {.fd = STDOUT_FILENO, .events = POLLOUT};
    return poll(&out, 1, 0) == 1 && (out.revents & POLLERR);
}

// If the command is started with a standard descriptor closed, the next file that is opened would
// get its number, and messages would be written into that file.
static void open_standard_files(void)
{
    int descriptor;
    do
        descriptor = open("/dev/null", O_RDWR);
    while (descriptor >= 0 && descriptor <= STDERR_FILENO);
    if (descriptor > STDERR_FILENO)
        close(descriptor);
}

typedef struct arguments {
    int argc;
    char **argv;
    int code;
} arguments;

static void *dispatch_in_thread(void *context)
{
    arguments *a = context;
    a->code = dispatch(a->argc, a->argv);
    return NULL;
}

// A stack that the shell has limited to some kilobytes (ulimit -s) is too small for drawing,
// parsing and encoding: then the command runs in a thread with a stack of the usual size.
static int dispatch_with_stack(int argc, char **argv)
{
    const rlim_t enough = (rlim_t)1 << 20, usual = (rlim_t)8 << 20;
    struct rlimit limit;
    arguments a = {.argc = argc, .argv = argv};
    pthread_t thread;
    pthread_attr_t attributes;
    if (getrlimit(RLIMIT_STACK, &limit) != 0 || limit.rlim_cur >= enough)
        return dispatch(argc, argv);
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, (size_t)usual);
    const int failure = pthread_create(&thread, &attributes, dispatch_in_thread, &a);
    pthread_attr_destroy(&attributes);
    if (failure) {
        ppo_error error;
        ppo_fail(&error, PPO_NO_MEMORY,
                 "a stack of %llu kB is too small, and there is no memory for "
                 "a larger one; raise it (ulimit -s)",
                 (unsigned long long)limit.rlim_cur / 1024);
        return cli_fail(&error);
    }
    pthread_join(thread, NULL);
    return a.code;
}

int main(int argc, char **argv)
{
    open_standard_files();
    cli_signals_ignore_pipe();
    const int code = dispatch_with_stack(argc, argv);
    errno = 0;
    const bool lost = fflush(stdout) != 0 || ferror(stdout);
    if (lost && code == PPO_OK && !reader_is_gone()) {
        ppo_error error;
        ppo_fail(&error, PPO_IO, "the result could not be written: %s",
                 errno ? strerror(errno) : "output failed");
        return cli_fail(&error);
    }
    return code;
}
