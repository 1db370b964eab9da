// SPDX-License-Identifier: MIT
// Ends of child processes: see child_process.h.
#include "env/workers/child_process.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

bool ppo_process_has_ended(pid_t id, ppo_process_end *end)
{
    const pid_t ended = waitpid(id, &end->how, WNOHANG);
    end->is_known = ended == id;
    return ended == id || (ended < 0 && errno == ECHILD);
}

void ppo_process_describe(char *text, size_t size, const ppo_process_end *end, uint32_t timeout_ms)
{
    if (timeout_ms)
        snprintf(text, size, "did nothing for %.3g s (env_timeout) and was ended",
                 (double)timeout_ms * 1e-3);
    else if (end->is_known && WIFSIGNALED(end->how))
        snprintf(text, size, "was ended by signal %d (%s)", WTERMSIG(end->how),
                 strsignal(WTERMSIG(end->how)));
    else if (end->is_known)
        snprintf(text, size, "exited with code %d", WEXITSTATUS(end->how));
    else
        snprintf(text, size, "has gone");
}

bool ppo_patience_is_over(ppo_patience *patience, uint32_t progress, uint32_t limit_ms)
{
    if (progress != patience->progress)
        *patience = (ppo_patience){.progress = progress};
    if (limit_ms == 0 || ++patience->naps * (uint64_t)PPO_PROCESS_CHECK_MS <= limit_ms)
        return false;
    patience->naps = 0;
    return true;
}

void ppo_process_sleep_ms(long ms)
{
    nanosleep(&(struct timespec){.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000}, NULL);
}

void ppo_process_kill(pid_t id)
{
    kill(id, SIGKILL);
    while (waitpid(id, NULL, 0) < 0 && errno == EINTR)
        ;
}
