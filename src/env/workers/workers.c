// SPDX-License-Identifier: MIT
// The parent's side of worker processes: see workers.h.
//
// A death is noticed by the thread that waits for a job of the dead worker: each time it has slept
// for some milliseconds it asks the system. Jobs that were posted to the dead worker stay posted
// for its successor, which continues after the environments that are done. Each environment of the
// dead worker is marked as lost: its step under way, or else its next one, reports that and begins
// a new episode.
#include "env/workers/workers.h"

#include "core/error.h"
#include "core/file.h"
#include "core/cores.h"
#include "env/workers/child_process.h"
#include "ppo/plugin.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct ppo_worker_process {
    size_t first, end; // its environments
    pid_t id;          // 0: not running
    bool was_killed;   // for making no progress
    ppo_error failure; // why it is not replaced any more; status PPO_OK: it is
} ppo_worker_process;

struct ppo_worker_set {
    ppo_instances *instances;
    const ppo_arena *arena;
    size_t num_workers, num_envs;
    pid_t owner; // whose children the workers are: a fork of it leaves them alone
    int spins;
    int log;                     // of the workers' output; -1: none of their own
    char *log_path;              // NULL: none
    ppo_worker_process *process; // [W]
    pthread_mutex_t mutex;       // for `process` and the following two, where threads wait
    uint64_t num_lost;
    ppo_error last_loss;

    ppo_worker_control *control; // [W] shared with the workers, as the following
    ppo_job *jobs;               // [N]
    uint32_t *tries;             // [N]
};

// The worker that environment n belongs to.
static size_t worker_of(const ppo_worker_set *s, size_t n)
{
    return n * s->num_workers / s->num_envs;
}

static bool is_posted(const ppo_job *job)
{
    return ppo_event_count_read(&job->event) % 2 == 1;
}

ppo_status ppo_workers_create(ppo_worker_set **workers, ppo_instances *instances,
                              size_t num_workers, ppo_arena *arena, ppo_error *error)
{
    const size_t n = instances->options.num_envs;
    ppo_worker_set *s = calloc(1, sizeof *s);
    ppo_worker_process *process = calloc(num_workers, sizeof *process);
    const char *log_path = instances->options.worker_log;
    char *own_path = log_path ? strdup(log_path) : NULL;
    if (!s || !process || (log_path && !own_path)) {
        free(s);
        free(process);
        free(own_path);
        return ppo_fail(error, PPO_NO_MEMORY, "not enough memory for %zu workers", num_workers);
    }
    s->instances = instances;
    s->arena = arena;
    s->owner = getpid();
    s->num_workers = num_workers;
    s->num_envs = n;
    s->spins = num_workers <= ppo_cores_available() ? PPO_CHILD_SPINS : 0;
    s->log = -1;
    s->log_path = own_path;
    s->process = process;
    for (size_t w = 0; w < num_workers; w++) { // environment e is the worker's e * W / N
        process[w].first = (w * n + num_workers - 1) / num_workers;
        process[w].end = ((w + 1) * n + num_workers - 1) / num_workers;
    }
    pthread_mutex_init(&s->mutex, NULL);
    ppo_arena_share(arena);
    PPO_ARENA_ADD(arena, &s->control, "workers.control", "ppo_workers_post", PPO_ROLE_SCRATCH,
                  PPO_U8, num_workers, sizeof(ppo_worker_control));
    PPO_ARENA_ADD(arena, &s->jobs, "workers.job", "ppo_workers_post", PPO_ROLE_SCRATCH, PPO_U8, n,
                  sizeof(ppo_job));
    PPO_ARENA_ADD(arena, &s->tries, "workers.tries", "ppo_workers_wait", PPO_ROLE_SCRATCH, PPO_U32,
                  n);
    *workers = s;
    return PPO_OK;
}

ppo_status ppo_workers_check_owner(const ppo_worker_set *s, ppo_error *error)
{
    if (getpid() == s->owner)
        return PPO_OK;
    return ppo_fail(error, PPO_UNSUPPORTED,
                    "the worker processes belong to process %ld, of which this one is a fork; make "
                    "the environments in the process that steps them",
                    (long)s->owner);
}

// --- the processes ------------------------------------------------------------------------------

static ppo_status fork_worker(ppo_worker_set *s, size_t index)
{
    ppo_worker_process *process = &s->process[index];
    const ppo_env_worker worker = {.instances = s->instances,
                                   .control = &s->control[index],
                                   .jobs = s->jobs,
                                   .tries = s->tries,
                                   .index = index,
                                   .first = process->first,
                                   .end = process->end,
                                   .spins = s->spins,
                                   .log = s->log};
    const pid_t parent = getpid();
    ppo_event_count_reset_waiters(&worker.control->event);
    atomic_store(&worker.control->must_quit, 0);
    const pid_t id = fork();
    if (id == 0)
        ppo_env_worker_main(&worker, parent);
    if (id < 0)
        return ppo_fail(&process->failure, PPO_NO_MEMORY,
                        "can't start worker process %zu of %zu: %s", index, s->num_workers,
                        strerror(errno));
    process->id = id;
    return PPO_OK;
}

static void end_workers(ppo_worker_set *s)
{
    for (size_t w = 0; w < s->num_workers; w++) {
        if (s->process[w].id == 0)
            continue;
        atomic_store(&s->control[w].must_quit, 1);
        ppo_event_count_signal(&s->control[w].event);
    }
    ppo_child_end_all(&s->process[0].id, s->num_workers, sizeof s->process[0]);
}

void ppo_workers_destroy(ppo_worker_set *s)
{
    if (!s)
        return;
    if (getpid() == s->owner) {
        end_workers(s);
        pthread_mutex_destroy(&s->mutex);
    }
    if (s->log >= 0)
        close(s->log);
    free(s->log_path);
    free(s->process);
    free(s);
}

// --- deaths -------------------------------------------------------------------------------------

// Counts the death, with a sentence about it.
static void record_death(ppo_worker_set *s, size_t index, const ppo_child_end *end, uint64_t step)
{
    ppo_worker_process *process = &s->process[index];
    char how[96];
    ppo_child_describe_end(how, sizeof how, end,
                           process->was_killed ? s->instances->options.timeout_ms : 0);
    s->num_lost++;
    ppo_fail(&s->last_loss, PPO_ENV_FAILED,
             "worker %zu (process %ld; %.64s, environments %zu to %zu) %s at step %llu of the run",
             index, (long)process->id, ppo_env_name(s->instances->env->id),
             s->instances->options.first_env + process->first,
             s->instances->options.first_env + process->end - 1, how, (unsigned long long)step);
    process->id = 0;
    process->was_killed = false;
    if (s->log >= 0)
        dprintf(s->log, "--- %s\n", s->last_loss.message);
}

// Prepares the dead worker's job and environments for its successor. A start or a load is done
// again from its beginning; after any other job, or none, each environment's next step reports it
// as lost.
static void fail_outstanding(ppo_worker_set *s, size_t index)
{
    ppo_job *job = &s->jobs[s->process[index].first];
    const ppo_job_kind kind = job->request.kind;
    if (is_posted(job) && (kind == PPO_JOB_INIT || kind == PPO_JOB_START || kind == PPO_JOB_LOAD)) {
        atomic_store(&job->num_done, 0);
        return;
    }
    for (size_t n = s->process[index].first; n < s->process[index].end; n++)
        ppo_instances_lose(s->instances, n);
}

// Charges the death to the worker's environments; fails once one has PPO_WORKER_TRIES in a row.
static ppo_status charge_failure(ppo_worker_set *s, size_t index)
{
    uint32_t most = 0;
    for (size_t n = s->process[index].first; n < s->process[index].end; n++) {
        s->tries[n]++;
        most = s->tries[n] > most ? s->tries[n] : most;
    }
    if (most < PPO_WORKER_TRIES)
        return PPO_OK;
    return ppo_fail(&s->process[index].failure, PPO_ENV_FAILED,
                    "%.400s; %u in a row have died without completing a step", s->last_loss.message,
                    most);
}

// Replaces the worker if it has died. Fails if it can't be.
static ppo_status reap_and_restart(ppo_worker_set *s, size_t index, uint64_t step)
{
    ppo_worker_process *process = &s->process[index];
    ppo_child_end end;
    if (process->failure.status != PPO_OK)
        return process->failure.status;
    assert(process->id > 0);
    if (!ppo_child_has_ended(process->id, &end))
        return PPO_OK;
    record_death(s, index, &end, step);
    fail_outstanding(s, index);
    PPO_TRY(charge_failure(s, index));
    return fork_worker(s, index);
}

// Kills a worker that has made no progress for too long; its death is then noticed like any other.
static void check_timeout(ppo_worker_set *s, size_t index, ppo_progress_timer *timer)
{
    ppo_worker_process *process = &s->process[index];
    const uint32_t progress = atomic_load(&s->control[index].progress);
    if (!ppo_progress_timer_expired(timer, progress, s->instances->options.timeout_ms) ||
        process->id == 0)
        return;
    process->was_killed = true;
    kill(process->id, SIGKILL);
}

// --- jobs ---------------------------------------------------------------------------------------

void ppo_workers_post(ppo_worker_set *s, const ppo_job_request *request, size_t first, size_t count)
{
    const size_t end = first + count;
    if (getpid() != s->owner) // ppo_workers_wait fails
        return;
    assert(!request->obs || ppo_arena_holds(s->arena, request->obs));
    assert(!request->action || ppo_arena_holds(s->arena, request->action));
    assert(!request->rows.obs || ppo_arena_holds(s->arena, request->rows.obs));
    for (size_t worker = worker_of(s, first); first < end; worker++) {
        const size_t limit = s->process[worker].end, next = end < limit ? end : limit;
        ppo_job *job = &s->jobs[first];
        job->request = *request;
        job->count = next - first;
        atomic_store_explicit(&job->num_done, 0, memory_order_relaxed);
        if (ppo_event_count_signal(&job->event) % 2 ==
            0) // it was still posted, to a worker that was given up
            ppo_event_count_signal(&job->event);
        ppo_event_count_signal(&s->control[worker].event);
        first = next;
    }
}

static ppo_status wait_for_job(ppo_worker_set *s, size_t worker, ppo_job *job, ppo_error *error)
{
    ppo_progress_timer timer = {.progress = atomic_load(&s->control[worker].progress)};
    for (uint32_t count = ppo_event_count_read(&job->event); count % 2 == 1;) {
        if (ppo_event_count_wait(&job->event, count, s->spins, PPO_CHILD_CHECK_MS))
            break;
        pthread_mutex_lock(&s->mutex);
        check_timeout(s, worker, &timer);
        const ppo_status status = reap_and_restart(s, worker, job->request.step);
        if (status != PPO_OK && error)
            *error = s->process[worker].failure;
        pthread_mutex_unlock(&s->mutex);
        PPO_TRY(status);
    }
    return job->status == PPO_OK ? PPO_OK : ppo_fail(error, job->status, "%s", job->message);
}

ppo_status ppo_workers_wait(ppo_worker_set *s, size_t first, size_t count, ppo_error *error)
{
    const size_t end = first + count;
    ppo_status result = PPO_OK;
    PPO_TRY(ppo_workers_check_owner(s, error));
    for (size_t worker = worker_of(s, first); first < end; worker++) {
        const ppo_status status =
            wait_for_job(s, worker, &s->jobs[first], result == PPO_OK ? error : NULL);
        result = result == PPO_OK ? status : result;
        first = s->process[worker].end;
    }
    return result;
}

// --- starting -----------------------------------------------------------------------------------

// Waits for jobs that were posted but not awaited because something else failed.
static void wait_for_all(ppo_worker_set *s)
{
    for (size_t w = 0; w < s->num_workers; w++)
        for (size_t n = s->process[w].first; n < s->process[w].end; n++)
            if (is_posted(&s->jobs[n]))
                wait_for_job(s, w, &s->jobs[n], NULL);
}

// Starts a process for a worker that never ran, or was given up.
static ppo_status start_worker(ppo_worker_set *s, size_t index)
{
    for (size_t n = s->process[index].first; n < s->process[index].end; n++) {
        s->tries[n] = 0;
        if (is_posted(&s->jobs[n]))
            ppo_event_count_signal(&s->jobs[n].event);
    }
    s->process[index].failure.status = PPO_OK;
    return fork_worker(s, index);
}

static ppo_status open_log(ppo_worker_set *s, ppo_error *error)
{
    if (!s->log_path || s->log >= 0)
        return PPO_OK;
    s->log = ppo_file_open(s->log_path, O_WRONLY | O_CREAT | O_APPEND, 0666);
    return s->log >= 0 ? PPO_OK
                       : ppo_fail(error, PPO_IO, "can't open %s for the output of workers: %s",
                                  s->log_path, strerror(errno));
}

ppo_status ppo_workers_start(ppo_worker_set *s, ppo_error *error)
{
    PPO_TRY(ppo_workers_check_owner(s, error));
    wait_for_all(s);
    PPO_TRY(open_log(s, error));
    for (size_t w = 0; w < s->num_workers; w++)
        if (s->process[w].id == 0 && start_worker(s, w) != PPO_OK)
            return ppo_fail(error, s->process[w].failure.status, "%s",
                            s->process[w].failure.message);
    ppo_workers_post(s, &(ppo_job_request){.kind = PPO_JOB_INIT}, 0, s->num_envs);
    const ppo_status status = ppo_workers_wait(s, 0, s->num_envs, error);
    if (status != PPO_OK)
        end_workers(s); // so that another start tries again
    return status;
}

uint64_t ppo_workers_lost(ppo_worker_set *s, ppo_error *last)
{
    pthread_mutex_lock(&s->mutex);
    const uint64_t num_lost = s->num_lost;
    if (last && num_lost)
        *last = s->last_loss;
    pthread_mutex_unlock(&s->mutex);
    return num_lost;
}
