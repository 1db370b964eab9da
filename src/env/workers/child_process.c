// SPDX-License-Identifier: MIT
// Ends of child processes: see child_process.h.
#include "env/workers/child_process.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

bool ppo_child_has_ended(pid_t id, ppo_child_end *end)
{
    const pid_t ended = waitpid(id, &end->status, WNOHANG);
    end->is_known = ended == id;
    return ended == id || (ended < 0 && errno == ECHILD);
}

void ppo_child_describe_end(char *text, size_t size, const ppo_child_end *end, uint32_t timeout_ms)
{
    if (timeout_ms)
        snprintf(text, size, "made no progress for %.3g s (env_timeout) and was killed",
                 (double)timeout_ms * 1e-3);
    else if (end->is_known && WIFSIGNALED(end->status))
        snprintf(text, size, "was ended by signal %d (%s)", WTERMSIG(end->status),
                 strsignal(WTERMSIG(end->status)));
    else if (end->is_known)
        snprintf(text, size, "exited with code %d", WEXITSTATUS(end->status));
    else
        snprintf(text, size, "has ended, its exit status is not known");
}

bool ppo_progress_timer_expired(ppo_progress_timer *timer, uint32_t progress, uint32_t limit_ms)
{
    if (progress != timer->progress)
        *timer = (ppo_progress_timer){.progress = progress};
    if (limit_ms == 0 || ++timer->num_waits * (uint64_t)PPO_CHILD_CHECK_MS <= limit_ms)
        return false;
    timer->num_waits = 0;
    return true;
}

void ppo_child_sleep_ms(long ms)
{
    nanosleep(&(struct timespec){.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000}, NULL);
}

void ppo_child_kill(pid_t id)
{
    kill(id, SIGKILL);
    while (waitpid(id, NULL, 0) < 0 && errno == EINTR)
        ;
}

void ppo_child_end_all(pid_t *ids, size_t count, size_t stride)
{
#define ID(i) (*(pid_t *)(void *)((char *)ids + (i)*stride))
    size_t num_left = count;
    for (long ms = 0; ms < PPO_CHILD_GRACE_MS && num_left > 0; ms++) {
        if (ms > 0)
            ppo_child_sleep_ms(1);
        num_left = 0;
        for (size_t i = 0; i < count; i++) {
            ppo_child_end end;
            if (ID(i) != 0 && ppo_child_has_ended(ID(i), &end))
                ID(i) = 0;
            num_left += ID(i) != 0;
        }
    }
    for (size_t i = 0; i < count; i++)
        if (ID(i) != 0) {
            ppo_child_kill(ID(i));
            ID(i) = 0;
        }
#undef ID
}
