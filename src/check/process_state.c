// SPDX-License-Identifier: MIT
// The state of the process: see process_state.h. Opens no descriptor that remains open.
#include "check/process_state.h"

#include "check/check_hash.h"

#include <fenv.h>
#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#ifdef __x86_64__
#include <xmmintrin.h>
#endif

unsigned ppo_process_rounding(void)
{
#ifdef __x86_64__
    return (unsigned)fegetround() | (_mm_getcsr() & 0xFFC0u) << 16; // without the exception flags
#else
    return (unsigned)fegetround();
#endif
}

void ppo_process_set_rounding(unsigned rounding)
{
    fesetround((int)(rounding & 0xFFFFu));
#ifdef __x86_64__
    _mm_setcsr((_mm_getcsr() & 0x3Fu) | rounding >> 16);
#endif
}

static uint64_t hash_variables(void)
{
    uint64_t sum = 0;
    for (char **at = environ; at && *at; at++)
        sum += ppo_check_hash(*at, strlen(*at)); // in any order
    return sum;
}

static uint64_t hash_limits(void)
{
    static const int kinds[] = {RLIMIT_AS,    RLIMIT_CORE,   RLIMIT_CPU,   RLIMIT_DATA,
                                RLIMIT_FSIZE, RLIMIT_NOFILE, RLIMIT_STACK, RLIMIT_NPROC};
    struct rlimit limits[sizeof kinds / sizeof *kinds];
    memset(limits, 0, sizeof limits);
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        getrlimit((__rlimit_resource_t)kinds[i], &limits[i]);
    return ppo_check_hash(limits, sizeof limits);
}

static void read_signals(ppo_process_state *state)
{
    sigset_t mask;
    unsigned char is_blocked[PPO_STATE_SIGNALS] = {0};
    sigemptyset(&mask);
    sigprocmask(SIG_SETMASK, NULL, &mask);
    for (int i = 1; i < PPO_STATE_SIGNALS; i++) {
        struct sigaction action;
        is_blocked[i] = sigismember(&mask, i) == 1;
        if (sigaction(i, NULL, &action) != 0)
            continue;
        state->handler[i] = action.sa_flags & SA_SIGINFO ? (uintptr_t)action.sa_sigaction
                                                         : (uintptr_t)action.sa_handler;
    }
    state->mask = ppo_check_hash(is_blocked, sizeof is_blocked);
}

void ppo_process_state_read(ppo_process_state *state)
{
    struct itimerval timer = {.it_value = {.tv_sec = 0}};
    memset(state, 0, sizeof *state);
    if (!getcwd(state->directory, sizeof state->directory))
        state->directory[0] = '\0';
    const char *locale = setlocale(LC_ALL, NULL);
    snprintf(state->locale, sizeof state->locale, "%s", locale ? locale : "");
    state->variables = hash_variables();
    for (int i = 0; i < PPO_STATE_DESCRIPTORS; i++)
        state->is_open[i] = fcntl(i, F_GETFD) >= 0;
    state->limits = hash_limits();
    read_signals(state);
    state->umask = umask(0);
    umask(state->umask);
    getitimer(ITIMER_REAL, &timer);
    state->timer = timer.it_value.tv_sec > 0 || timer.it_value.tv_usec > 0;
    state->rounding = ppo_process_rounding();
}

bool ppo_process_state_differs(char *text, size_t size, const ppo_process_state *before,
                               const ppo_process_state *after)
{
    int changed = 0, closed = -1;
    for (int i = 0; i < PPO_STATE_DESCRIPTORS && closed < 0; i++)
        if (before->is_open[i] && !after->is_open[i])
            closed = i;
    for (int i = 1; i < PPO_STATE_SIGNALS && !changed; i++)
        if (before->handler[i] != after->handler[i])
            changed = i;
    const char *what = strcmp(before->directory, after->directory) != 0 ? "the current directory"
                       : before->rounding != after->rounding ? "the rounding mode or denormals"
                       : strcmp(before->locale, after->locale) != 0 ? "the locale"
                       : before->mask != after->mask                ? "the blocked signals"
                       : before->variables != after->variables      ? "the environment variables"
                       : before->umask != after->umask              ? "the umask"
                       : before->limits != after->limits            ? "the resource limits"
                       : before->timer != after->timer              ? "the interval timer"
                                                                    : NULL;
    if (changed)
        snprintf(text, size, "the handler of signal %d", changed);
    else if (closed >= 0)
        snprintf(text, size, "descriptor %d, which was closed", closed);
    else
        snprintf(text, size, "%s", what ? what : "");
    return changed || closed >= 0 || what;
}

size_t ppo_process_state_opened(const ppo_process_state *before, const ppo_process_state *after)
{
    size_t count = 0;
    for (int i = 0; i < PPO_STATE_DESCRIPTORS; i++)
        count += after->is_open[i] && !before->is_open[i];
    return count;
}
