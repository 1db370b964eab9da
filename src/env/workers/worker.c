// SPDX-License-Identifier: MIT
// The worker's side: see worker.h.
//
// The process was forked from one that may have threads, so it takes no lock that one of those
// could have held: it uses its rows, its control block and what the environments do.
#include "env/workers/worker.h"

#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define SLEEP_MS 1000 // between checks whether the parent still lives, if no signal said so

// --- setting up the process ---------------------------------------------------------------------

// Read by a signal handler, which has no other way to learn it. The parent's copy is never written.
static volatile sig_atomic_t parent_id;

// Sent by the kernel when the thread that forked this process has ended; the parent may still run.
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
    if (getppid() != parent) // it died before prctl
        _exit(1);
}

// Closes what the parent had open, so that its files and locks end with it.
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

static void set_up_process(const ppo_env_worker *w, pid_t parent)
{
    char name[16]; // as ps and top show it
    snprintf(name, sizeof name, "ppo-env-%zu", w->index);
    prctl(PR_SET_NAME, name);

    // Ctrl-C goes to all processes of the terminal; the parent decides what it means.
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    sigemptyset(&ignore.sa_mask);
    sigaction(SIGINT, &ignore, NULL);
    sigaction(SIGTERM, &ignore, NULL);
    sigaction(SIGQUIT, &ignore, NULL);
    die_with_parent(parent);

    // Several workers append to one log, whole lines each.
    if (w->log >= 0) {
        dup2(w->log, STDOUT_FILENO);
        dup2(w->log, STDERR_FILENO);
        dprintf(w->log, "--- worker %zu, process %ld, environments %zu to %zu\n", w->index,
                (long)getpid(), w->first, w->end - 1);
    }
    close_files();
}

// --- jobs ---------------------------------------------------------------------------------------

// Does what the request asks for with environments n .. n+count-1; count is 1 for all but steps.
static ppo_status run_range(const ppo_env_worker *w, const ppo_job_request *request, size_t n,
                            size_t count, ppo_error *error)
{
    ppo_instances *instances = w->instances;
    switch (request->kind) {
    case PPO_JOB_INIT:
        break;
    case PPO_JOB_START:
        return ppo_instances_start(instances, n, request->obs, error);
    case PPO_JOB_RESET:
        return ppo_instances_reset(instances, n, request->seeds, request->obs, request->step,
                                   error);
    case PPO_JOB_STEP:
        return ppo_instances_step(instances, &request->rows, request->action, n, count,
                                  request->step, error);
    case PPO_JOB_SAVE:
        ppo_instances_save(instances, n);
        break;
    case PPO_JOB_LOAD:
        return ppo_instances_load(instances, n, request->obs, request->step, error);
    }
    return PPO_OK;
}

// Whether a completed call shows that the environment works: a step that only reports a lost
// episode does not.
static bool shows_that_it_works(const ppo_env_worker *w, const ppo_job_request *request, size_t n)
{
    return request->kind != PPO_JOB_INIT && request->kind != PPO_JOB_SAVE &&
           !(request->kind == PPO_JOB_STEP && w->instances->episode[n].is_lost);
}

// Runs the environments of a job that are not done yet: a worker that died may have done some.
static ppo_status run_job(const ppo_env_worker *w, ppo_job *job, size_t first, ppo_error *error)
{
    const ppo_job_request *request = &job->request;
    const size_t end = first + job->count;
    for (size_t n = first + atomic_load(&job->num_done), next; n < end; n = next) {
        const bool works = shows_that_it_works(w, request, n); // the same for all of one call
        next = n + (request->kind == PPO_JOB_STEP ? ppo_instances_at_once(w->instances, n, end - n)
                                                  : 1);
        const ppo_status status = run_range(w, request, n, next - n, error);
        if (status != PPO_OK)
            return status;
        for (size_t i = n; works && i < next; i++)
            if (w->tries[i])
                w->tries[i] = 0;
        atomic_store_explicit(&job->num_done, (uint32_t)(next - first), memory_order_release);
        atomic_fetch_add_explicit(&w->control->progress, 1, memory_order_relaxed);
    }
    return PPO_OK;
}

// Runs all posted jobs; false if there were none. `init_error` is why there are no instances, if
// so.
static bool run_posted_jobs(const ppo_env_worker *w, const ppo_error *init_error)
{
    bool found = false;
    for (size_t n = w->first; n < w->end; n++) {
        ppo_job *job = &w->jobs[n];
        if (ppo_event_count_read(&job->event) % 2 == 0)
            continue;
        ppo_error error;
        error.message[0] = '\0'; // clearing all of it would cost as much as a step
        const ppo_error *said = init_error;
        job->status = init_error->status;
        if (job->status == PPO_OK) {
            job->status = run_job(w, job, n, &error);
            said = &error;
        }
        if (job->status != PPO_OK)
            snprintf(job->message, sizeof job->message, "%s", said->message);
        ppo_event_count_signal(&job->event);
        found = true;
    }
    return found;
}

noreturn void ppo_env_worker_main(const ppo_env_worker *w, pid_t parent)
{
    ppo_error init_error = {.status = PPO_OK, .message = ""};
    set_up_process(w, parent);
    ppo_instances_clear(w->instances, w->first, w->end);
    ppo_instances_init(w->instances, w->first, w->end, &init_error);
    for (;;) {
        const uint32_t seen = ppo_event_count_read(&w->control->event);
        if (atomic_load(&w->control->must_quit))
            break;
        if (run_posted_jobs(w, &init_error) ||
            ppo_event_count_wait(&w->control->event, seen, w->spins, SLEEP_MS))
            continue;
        if (getppid() != parent)
            _exit(1);
    }
    ppo_instances_release(w->instances);
    _exit(0);
}
