// SPDX-License-Identifier: MIT
// Jobs side by side on POSIX threads; the calling thread waits and reports. Owns the workers for
// the length of one call.
#include "cli/train/job_runner.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "core/error.h"
#include "core/signal_stack.h"

typedef struct job_queue {
    const cli_jobs *jobs;
    pthread_mutex_t lock; // guards the two counters
    pthread_cond_t done;
    size_t num_taken;
    size_t num_done;
} job_queue;

static void *run_worker(void *argument)
{
    job_queue *const queue = argument;
    const cli_jobs *jobs = queue->jobs;
    unsigned char signal_stack[PPO_SIGNAL_STACK_BYTES];
    ppo_signal_stack_use(signal_stack, sizeof signal_stack);
    pthread_mutex_lock(&queue->lock);
    while (queue->num_taken < jobs->num_jobs) {
        const size_t index = queue->num_taken++;
        pthread_mutex_unlock(&queue->lock);
        jobs->job(jobs->context, index);
        pthread_mutex_lock(&queue->lock);
        queue->num_done++;
        pthread_cond_signal(&queue->done);
    }
    pthread_mutex_unlock(&queue->lock);
    return NULL;
}

// Returns when all jobs are done; ticks meanwhile.
static void wait_for_all(job_queue *queue)
{
    const cli_jobs *jobs = queue->jobs;
    pthread_mutex_lock(&queue->lock);
    while (queue->num_done < jobs->num_jobs) {
        struct timespec until;
        clock_gettime(CLOCK_MONOTONIC, &until);
        const double nanoseconds = (double)until.tv_nsec + 1e9 * jobs->tick_s;
        until.tv_sec += (time_t)(nanoseconds / 1e9);
        until.tv_nsec = (long)nanoseconds % 1000000000L;
        pthread_cond_timedwait(&queue->done, &queue->lock, &until);
        pthread_mutex_unlock(&queue->lock);
        jobs->tick(jobs->context);
        pthread_mutex_lock(&queue->lock);
    }
    pthread_mutex_unlock(&queue->lock);
}

ppo_status cli_jobs_run(const cli_jobs *jobs, ppo_error *error)
{
    const size_t wanted = jobs->num_jobs < jobs->num_workers ? jobs->num_jobs : jobs->num_workers;
    pthread_t *worker = calloc(wanted ? wanted : 1, sizeof *worker);
    if (!worker)
        return ppo_fail(error, PPO_NO_MEMORY, "no memory for %zu threads", wanted);

    job_queue queue = {.jobs = jobs};
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_mutex_init(&queue.lock, NULL);
    pthread_cond_init(&queue.done, &attributes);
    pthread_condattr_destroy(&attributes);

    pthread_attr_t stack; // not the process's limit, which may be tiny
    pthread_attr_init(&stack);
    pthread_attr_setstacksize(&stack, (size_t)4 << 20);
    size_t started = 0; // fewer workers than wanted only take longer
    while (started < wanted && pthread_create(&worker[started], &stack, run_worker, &queue) == 0)
        started++;
    pthread_attr_destroy(&stack);
    if (started > 0)
        wait_for_all(&queue);
    for (size_t i = 0; i < started; i++)
        pthread_join(worker[i], NULL);

    pthread_cond_destroy(&queue.done);
    pthread_mutex_destroy(&queue.lock);
    free(worker);
    if (wanted > 0 && started == 0)
        return ppo_fail(error, PPO_NO_MEMORY, "no thread could be started");
    return PPO_OK;
}
