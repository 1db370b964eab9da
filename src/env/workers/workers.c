// SPDX-License-Identifier: MIT
// The parent's side of worker processes: see workers.h.
//
// A death is noticed by whoever waits for a job of the dead worker: after some milliseconds asleep
// it asks the system. Jobs that lay on the dead worker's desk stay there for its successor, which
// goes on after the environments that are done. Each environment of the dead worker is marked as
// lost: its next step, or the one under way, says so and begins a fresh episode.
#include "env/workers/workers.h"

#include "core/error.h"
#include "core/pool.h"
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
    bool hung;         // it was killed for doing nothing
    ppo_error failure; // why it is not replaced any more; PPO_OK: it is
} ppo_worker_process;

struct ppo_worker_set {
    ppo_instances *instances;
    const ppo_arena *arena;
    size_t num_workers, num_envs;
    int spins;
    int log;                     // of the workers' output; -1: none of their own
    char *log_path;              // NULL: none
    ppo_worker_process *process; // [W]
    pthread_mutex_t mutex;       // for `process` and the following two, where threads wait
    uint64_t num_lost;
    ppo_error last_loss;

    ppo_desk *desks; // [W] shared with the workers, as the following
    ppo_job *jobs;   // [N]
    uint32_t *tries; // [N]
};

// The worker that has environment n.
static size_t worker_of(const ppo_worker_set *s, size_t n)
{
    return n * s->num_workers / s->num_envs;
}

static bool is_posted(const ppo_job *job)
{
    return ppo_bell_count(&job->bell) % 2 == 1;
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
    s->num_workers = num_workers;
    s->num_envs = n;
    s->spins = num_workers <= ppo_pool_cores() ? PPO_PROCESS_SPINS : 0;
    s->log = -1;
    s->log_path = own_path;
    s->process = process;
    for (size_t w = 0; w < num_workers; w++) { // environment e is the worker's e * W / N
        process[w].first = (w * n + num_workers - 1) / num_workers;
        process[w].end = ((w + 1) * n + num_workers - 1) / num_workers;
    }
    pthread_mutex_init(&s->mutex, NULL);
    ppo_arena_share(arena);
    PPO_ARENA_ADD(arena, &s->desks, "workers.desk", "ppo_workers_post", PPO_ROLE_SCRATCH, PPO_U8,
                  num_workers, sizeof(ppo_desk));
    PPO_ARENA_ADD(arena, &s->jobs, "workers.job", "ppo_workers_post", PPO_ROLE_SCRATCH, PPO_U8, n,
                  sizeof(ppo_job));
    PPO_ARENA_ADD(arena, &s->tries, "workers.tries", "ppo_workers_wait", PPO_ROLE_SCRATCH, PPO_U32,
                  n);
    *workers = s;
    return PPO_OK;
}

// --- the processes ------------------------------------------------------------------------------

static ppo_status fork_worker(ppo_worker_set *s, size_t index)
{
    ppo_worker_process *process = &s->process[index];
    const ppo_env_worker worker = {.instances = s->instances,
                                   .desk = &s->desks[index],
                                   .jobs = s->jobs,
                                   .tries = s->tries,
                                   .index = index,
                                   .first = process->first,
                                   .end = process->end,
                                   .spins = s->spins,
                                   .log = s->log};
    const pid_t parent = getpid();
    ppo_bell_forget_sleepers(&worker.desk->bell);
    atomic_store(&worker.desk->must_quit, 0);
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

static bool all_ended(ppo_worker_set *s)
{
    bool all = true;
    for (size_t w = 0; w < s->num_workers; w++) {
        ppo_process_end end;
        if (s->process[w].id && ppo_process_has_ended(s->process[w].id, &end))
            s->process[w].id = 0;
        all = all && s->process[w].id == 0;
    }
    return all;
}

static void end_workers(ppo_worker_set *s)
{
    for (size_t w = 0; w < s->num_workers; w++) {
        if (s->process[w].id == 0)
            continue;
        atomic_store(&s->desks[w].must_quit, 1);
        ppo_bell_ring(&s->desks[w].bell);
    }
    for (long ms = 0; !all_ended(s) && ms < PPO_PROCESS_GRACE_MS; ms++)
        ppo_process_sleep_ms(1);
    for (size_t w = 0; w < s->num_workers; w++) {
        if (s->process[w].id == 0)
            continue;
        ppo_process_kill(s->process[w].id);
        s->process[w].id = 0;
    }
}

void ppo_workers_destroy(ppo_worker_set *s)
{
    if (!s)
        return;
    end_workers(s);
    pthread_mutex_destroy(&s->mutex);
    if (s->log >= 0)
        close(s->log);
    free(s->log_path);
    free(s->process);
    free(s);
}

// --- deaths -------------------------------------------------------------------------------------

static void describe_loss(ppo_worker_set *s, size_t index, pid_t id, const ppo_process_end *end,
                          uint64_t step)
{
    const size_t first = s->process[index].first, last = s->process[index].end - 1;
    char how[96];
    ppo_process_describe(how, sizeof how, end,
                         s->process[index].hung ? s->instances->options.timeout_ms : 0);
    s->num_lost++;
    ppo_fail(&s->last_loss, PPO_ENV_FAILED,
             "worker %zu (process %ld; %.64s, environments %zu to %zu) %s at step %llu of the run",
             index, (long)id, ppo_env_name(s->instances->env->id), first, last, how,
             (unsigned long long)step);
    s->process[index].hung = false;
    if (s->log >= 0)
        dprintf(s->log, "--- %s\n", s->last_loss.message);
}

// Counts the death against the worker's environments; fails once that is too much.
static ppo_status count_tries(ppo_worker_set *s, size_t index)
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

// What a dead worker leaves behind. A start or a load is done again from its beginning; after any
// other job, or none, each environment's next step begins anew.
static void clear_up(ppo_worker_set *s, size_t index)
{
    ppo_job *job = &s->jobs[s->process[index].first];
    const ppo_job_kind kind = job->order.kind;
    if (is_posted(job) && kind != PPO_JOB_STEP && kind != PPO_JOB_SAVE && kind != PPO_JOB_RESET) {
        atomic_store(&job->num_done, 0);
        return;
    }
    for (size_t n = s->process[index].first; n < s->process[index].end; n++)
        ppo_instances_lose(s->instances, n);
}

// Replaces the worker if it has died. Fails if it can't be.
static ppo_status look_after(ppo_worker_set *s, size_t index, uint64_t step)
{
    ppo_worker_process *process = &s->process[index];
    ppo_process_end end;
    if (process->failure.status != PPO_OK)
        return process->failure.status;
    assert(process->id > 0);
    if (!ppo_process_has_ended(process->id, &end))
        return PPO_OK;
    const pid_t id = process->id;
    process->id = 0;
    describe_loss(s, index, id, &end, step);
    clear_up(s, index);
    PPO_TRY(count_tries(s, index));
    return fork_worker(s, index);
}

// Called after each nap: ends a worker that has done nothing for too long. Its death is noticed
// like any other.
static void lose_patience(ppo_worker_set *s, size_t index, ppo_patience *patience)
{
    const uint32_t limit = s->instances->options.timeout_ms;
    if (!ppo_patience_is_over(patience, atomic_load(&s->desks[index].progress), limit))
        return;
    if (s->process[index].id == 0)
        return;
    s->process[index].hung = true;
    kill(s->process[index].id, SIGKILL);
}

// --- jobs ---------------------------------------------------------------------------------------

void ppo_workers_post(ppo_worker_set *s, const ppo_order *order, size_t first, size_t count)
{
    const size_t end = first + count;
    assert(!order->obs || ppo_arena_holds(s->arena, order->obs));
    assert(!order->action || ppo_arena_holds(s->arena, order->action));
    assert(!order->rows.obs || ppo_arena_holds(s->arena, order->rows.obs));
    for (size_t worker = worker_of(s, first); first < end; worker++) {
        const size_t limit = s->process[worker].end, next = end < limit ? end : limit;
        ppo_job *job = &s->jobs[first];
        job->order = *order;
        job->count = next - first;
        atomic_store_explicit(&job->num_done, 0, memory_order_relaxed);
        if (ppo_bell_ring(&job->bell) % 2 == 0) // a job that nobody was there for any more
            ppo_bell_ring(&job->bell);
        ppo_bell_ring(&s->desks[worker].bell);
        first = next;
    }
}

static ppo_status wait_for_job(ppo_worker_set *s, size_t worker, ppo_job *job, ppo_error *error)
{
    ppo_patience patience = {.progress = atomic_load(&s->desks[worker].progress)};
    for (uint32_t count = ppo_bell_count(&job->bell); count % 2 == 1;) {
        if (ppo_bell_wait(&job->bell, count, s->spins, PPO_PROCESS_CHECK_MS))
            break;
        pthread_mutex_lock(&s->mutex);
        lose_patience(s, worker, &patience);
        const ppo_status status = look_after(s, worker, job->order.step);
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
    for (size_t worker = worker_of(s, first); first < end; worker++) {
        const ppo_status status =
            wait_for_job(s, worker, &s->jobs[first], result == PPO_OK ? error : NULL);
        result = result == PPO_OK ? status : result;
        first = s->process[worker].end;
    }
    return result;
}

// --- starting -----------------------------------------------------------------------------------

// Jobs that nobody has waited for, because something else failed.
static void wait_for_all(ppo_worker_set *s)
{
    for (size_t w = 0; w < s->num_workers; w++)
        for (size_t n = s->process[w].first; n < s->process[w].end; n++)
            if (is_posted(&s->jobs[n]))
                wait_for_job(s, w, &s->jobs[n], NULL);
}

// Starts a process for a worker that never ran, or was given up.
static ppo_status begin_worker(ppo_worker_set *s, size_t index)
{
    for (size_t n = s->process[index].first; n < s->process[index].end; n++) {
        s->tries[n] = 0;
        if (is_posted(&s->jobs[n]))
            ppo_bell_ring(&s->jobs[n].bell);
    }
    s->process[index].failure.status = PPO_OK;
    return fork_worker(s, index);
}

static ppo_status open_log(ppo_worker_set *s, ppo_error *error)
{
    if (!s->log_path || s->log >= 0)
        return PPO_OK;
    s->log = open(s->log_path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    return s->log >= 0 ? PPO_OK
                       : ppo_fail(error, PPO_IO, "can't open %s for what workers print: %s",
                                  s->log_path, strerror(errno));
}

ppo_status ppo_workers_start(ppo_worker_set *s, ppo_error *error)
{
    wait_for_all(s);
    PPO_TRY(open_log(s, error));
    for (size_t w = 0; w < s->num_workers; w++)
        if (s->process[w].id == 0 && begin_worker(s, w) != PPO_OK)
            return ppo_fail(error, s->process[w].failure.status, "%s",
                            s->process[w].failure.message);
    ppo_workers_post(s, &(ppo_order){.kind = PPO_JOB_INIT}, 0, s->num_envs);
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
