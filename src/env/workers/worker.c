// SPDX-License-Identifier: MIT
// The worker's side: settling down after the fork, then job after job. See worker.h.
//
// The process was forked from one that may have threads, so it takes no locks that those could have
// held: it keeps to its rows, its desk and what the environments do.
#include "env/workers/worker.h"

#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define SLEEP_MS 1000 // before it looks whether its parent still lives, should no signal say so

// --- settling down ------------------------------------------------------------------------------

// Of this process; a signal's handler can't be told otherwise. The parent's copy is never written.
static volatile sig_atomic_t parent_id;

// Comes when the thread that forked this process has ended; the parent may well go on.
static void on_parent_death(int signal_number)
{
    (void)signal_number;
    if (getppid() != (pid_t)parent_id)
        _exit(1);
}

static void die_with_parent(pid_t parent)
{
    struct sigaction action = {.sa_handler = on_parent_death, .sa_flags = SA_RESTART};
    sigset_t mask;
    parent_id = (sig_atomic_t)parent;
    sigemptyset(&action.sa_mask);
    sigaction(SIGHUP, &action, NULL);
    sigemptyset(&mask);
    sigaddset(&mask, SIGHUP);
    sigprocmask(SIG_UNBLOCK, &mask, NULL);
    prctl(PR_SET_PDEATHSIG, SIGHUP);
    if (getppid() != parent) // it died before it could be known
        _exit(1);
}

// What Ctrl-C sends goes to all processes of the terminal; what it means is the parent's decision.
static void leave_signals_to_parent(void)
{
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    sigemptyset(&ignore.sa_mask);
    sigaction(SIGINT, &ignore, NULL);
    sigaction(SIGTERM, &ignore, NULL);
    sigaction(SIGQUIT, &ignore, NULL);
}

// The parent's files and locks are not to outlive the parent by the moment that this process may.
static void close_files(void)
{
    const int first = STDERR_FILENO + 1;
#ifdef SYS_close_range
    if (syscall(SYS_close_range, first, ~0u, 0) == 0)
        return;
#endif
    const long end = sysconf(_SC_OPEN_MAX);
    for (int fd = first; fd < (end > 0 && end < 65536 ? (int)end : 65536); fd++)
        close(fd);
}

// What environments print: lines of several workers may stand in one file, each appended whole.
static void redirect_output(const ppo_env_worker *w)
{
    if (w->log < 0)
        return;
    dup2(w->log, STDOUT_FILENO);
    dup2(w->log, STDERR_FILENO);
    dprintf(w->log, "--- worker %zu, process %ld, environments %zu to %zu\n", w->index,
            (long)getpid(), w->first, w->end - 1);
}

static void settle(const ppo_env_worker *w, pid_t parent)
{
    char name[16]; // what ps and top show
    snprintf(name, sizeof name, "ppo-env-%zu", w->index);
    prctl(PR_SET_NAME, name);
    leave_signals_to_parent();
    die_with_parent(parent);
    redirect_output(w);
    close_files();
}

// --- working ------------------------------------------------------------------------------------

// Environments n .. n+count-1; more than one in a step alone.
static ppo_status do_some(const ppo_env_worker *w, const ppo_order *order, size_t n, size_t count,
                          ppo_error *error)
{
    ppo_instances *instances = w->instances;
    switch (order->kind) {
    case PPO_JOB_INIT:
        break;
    case PPO_JOB_START:
        return ppo_instances_start(instances, n, order->obs, error);
    case PPO_JOB_RESET:
        return ppo_instances_reset(instances, n, order->seeds, order->obs, order->step, error);
    case PPO_JOB_STEP:
        return ppo_instances_step(instances, &order->rows, order->action, n, count, order->step,
                                  error);
    case PPO_JOB_SAVE:
        ppo_instances_save(instances, n);
        break;
    case PPO_JOB_LOAD:
        return ppo_instances_load(instances, n, order->obs, order->step, error);
    }
    return PPO_OK;
}

// A step that only says that an episode was lost proves nothing about its environment.
static bool is_proof(const ppo_env_worker *w, const ppo_order *order, size_t n)
{
    return order->kind != PPO_JOB_INIT && order->kind != PPO_JOB_SAVE &&
           !(order->kind == PPO_JOB_STEP && w->instances->episode[n].is_lost);
}

static ppo_status do_all(const ppo_env_worker *w, ppo_job *job, size_t first, ppo_error *error)
{
    const size_t count = job->count;
    size_t i = atomic_load(&job->num_done); // a dead worker's are done
    for (size_t next; i < count; i = next) {
        const bool proof = is_proof(w, &job->order, first + i); // one for all that are done at once
        next = i + (job->order.kind == PPO_JOB_STEP
                        ? ppo_instances_at_once(w->instances, first + i, count - i)
                        : 1);
        const ppo_status status = do_some(w, &job->order, first + i, next - i, error);
        if (status != PPO_OK)
            return status;
        for (size_t n = first + i; proof && n < first + next; n++)
            if (w->tries[n])
                w->tries[n] = 0;
        atomic_store_explicit(&job->num_done, (uint32_t)next, memory_order_release);
        atomic_fetch_add_explicit(&w->desk->progress, 1, memory_order_relaxed);
    }
    return PPO_OK;
}

static void answer(ppo_job *job, ppo_status status, const char *message)
{
    job->status = status;
    if (status != PPO_OK)
        snprintf(job->message, sizeof job->message, "%s", message);
    ppo_bell_ring(&job->bell);
}

// `unfit` says why there are no instances to work with, if so.
static void do_job(const ppo_env_worker *w, size_t n, const ppo_error *unfit)
{
    ppo_job *job = &w->jobs[n];
    ppo_error error;
    error.message[0] = '\0'; // clearing all of it would cost as much as a step
    if (unfit->status != PPO_OK)
        answer(job, unfit->status, unfit->message);
    else
        answer(job, do_all(w, job, n, &error), error.message);
}

// Does what lies on the desk; false if there was nothing.
static bool do_posted(const ppo_env_worker *w, const ppo_error *unfit)
{
    bool found = false;
    for (size_t n = w->first; n < w->end; n++) {
        if (ppo_bell_count(&w->jobs[n].bell) % 2 == 0)
            continue;
        do_job(w, n, unfit);
        found = true;
    }
    return found;
}

noreturn void ppo_env_worker_main(const ppo_env_worker *w, pid_t parent)
{
    ppo_error unfit = {.status = PPO_OK, .message = ""};
    settle(w, parent);
    ppo_instances_clear(w->instances, w->first, w->end);
    ppo_instances_init(w->instances, w->first, w->end, &unfit);
    for (;;) {
        const uint32_t seen = ppo_bell_count(&w->desk->bell);
        if (atomic_load(&w->desk->must_quit))
            break;
        if (do_posted(w, &unfit) || ppo_bell_wait(&w->desk->bell, seen, w->spins, SLEEP_MS))
            continue;
        if (getppid() != parent)
            _exit(1);
    }
    ppo_instances_release(w->instances);
    _exit(0);
}
