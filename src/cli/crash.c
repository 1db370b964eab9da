// SPDX-License-Identifier: MIT
// Last words: see crash.h. Owns what its handlers read, in globals, because they get no other
// argument.
#include "cli/crash.h"

#include "core/signal_stack.h"
#include "ppo/env.h"
#include "ppo/plugin.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NO_STEP             UINT64_MAX
#define MAX_EXITING_THREADS 32 // as many functions as C promises to keep

static char watched[64];   // the environment's name
static const char *action; // what is being done
static const char *last_advice;
static void (*restore_screen)(void);
static atomic_int num_watched;
static _Atomic uint64_t step_now; // NO_STEP: there is no run
static pid_t owner; // workers are forks of this process: their parent reports their ends

static void write_text(const char *text)
{
    const ssize_t written = write(STDERR_FILENO, text, strlen(text));
    (void)written; // there is no way to report a failure
}

// Calls only what a signal handler may.
static void write_number(uint64_t number)
{
    char text[24];
    size_t at = sizeof text - 1;
    text[at] = '\0';
    do
        text[--at] = (char)('0' + number % 10);
    while (number /= 10);
    write_text(text + at);
}

// Which environment the thread was in, if it was in any.
static void write_place(void)
{
    ppo_env_place place;
    if (!ppo_env_running(&place))
        return;
    write_text(place.count > 1 ? " in environments " : " in environment ");
    write_number(place.first);
    if (place.count > 1) {
        write_text(" to ");
        write_number(place.first + place.count - 1);
    }
    write_text(", step ");
    write_number(place.episode_step);
    write_text(" of its episode,");
}

static void write_sentence(const char *how)
{
    const uint64_t step = atomic_load(&step_now);
    if (restore_screen)
        restore_screen();
    write_text("\nppo: ");
    write_text(watched);
    write_text(how);
    write_place();
    write_text(" while ");
    write_text(action);
    if (step != NO_STEP) {
        write_text(" after step ");
        write_number(step);
        write_text(" of the run");
    }
    write_text(last_advice);
    write_text("\n");
}

// Threads may break down at the same time: the first one reports, and ends the process, for which
// the others wait.
static void wait_unless_first(void)
{
    static atomic_flag is_taken = ATOMIC_FLAG_INIT;
    while (atomic_flag_test_and_set(&is_taken))
        pause();
}

static void on_fatal_signal(int number)
{
    if (atomic_load(&num_watched) > 0 && getpid() == owner) {
        wait_unless_first();
        write_sentence(number == SIGSEGV  ? " or the program crashed (SIGSEGV)"
                       : number == SIGBUS ? " or the program crashed (SIGBUS)"
                       : number == SIGFPE ? " or the program crashed (SIGFPE)"
                       : number == SIGILL ? " or the program crashed (SIGILL)"
                                          : " or the program aborted (SIGABRT)");
    }
    signal(number, SIG_DFL);
    raise(number);
}

static bool is_exit_ordinary;

void cli_crash_allow_exit(void)
{
    is_exit_ordinary = true;
}

static void on_exit_call(void)
{
    if (atomic_load(&num_watched) == 0 || getpid() != owner || is_exit_ordinary)
        return;
    wait_unless_first();
    write_sentence(" called exit()");
    _exit(PPO_ENV_FAILED);
}

static void install(void)
{
    static unsigned char signal_stack[PPO_SIGNAL_STACK_BYTES]; // an overflow is a crash, too
    static const int numbers[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
    struct sigaction handler = {.sa_handler = on_fatal_signal, .sa_flags = SA_ONSTACK};
    sigemptyset(&handler.sa_mask);
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        sigaddset(&handler.sa_mask, numbers[i]); // a handler that breaks down itself is killed
    ppo_signal_stack_use(signal_stack, sizeof signal_stack); // other threads have theirs
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        struct sigaction old;
        if (sigaction(numbers[i], NULL, &old) == 0 && old.sa_handler == SIG_DFL)
            sigaction(numbers[i], &handler, NULL); // a sanitiser's handler stays
    }
    owner = getpid();
    // Before glibc 2.41 threads run exit() side by side, and each takes a function off the list:
    // one that found none would end the process as if nothing had happened.
    for (int i = 0; i < MAX_EXITING_THREADS; i++)
        atexit(on_exit_call);
}

void cli_crash_watch(const char *env_id, const char *doing, const char *advice,
                     void (*restore)(void))
{
    static pthread_mutex_t one_at_a_time = PTHREAD_MUTEX_INITIALIZER; // seeds train side by side
    pthread_mutex_lock(&one_at_a_time);
    if (!owner)
        install();
    snprintf(watched, sizeof watched, "%s", ppo_env_name(env_id));
    atomic_store(&step_now, NO_STEP);
    action = doing;
    last_advice = advice;
    restore_screen = restore;
    atomic_fetch_add(&num_watched, 1);
    pthread_mutex_unlock(&one_at_a_time);
}

void cli_crash_set_step(uint64_t step)
{
    atomic_store(&step_now, step);
}

void cli_crash_unwatch(void)
{
    atomic_fetch_sub(&num_watched, 1);
}
