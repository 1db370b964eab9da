// SPDX-License-Identifier: MIT
// Jobs side by side on POSIX threads; the calling thread waits and reports. Owns the threads for
// the length of one call.
#include "cli/train/job_runner.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "cli/message.h"

typedef struct crew {
    const cli_fleet *fleet;
    pthread_mutex_t lock; // guards the two counters
    pthread_cond_t done;
    size_t num_taken;
    size_t num_done;
} crew;

static void *work(void *argument)
{
    crew *const c = argument;
    pthread_mutex_lock(&c->lock);
    while (c->num_taken < c->fleet->num_jobs) {
        const size_t index = c->num_taken++;
        pthread_mutex_unlock(&c->lock);
        c->fleet->job(c->fleet->context, index);
        pthread_mutex_lock(&c->lock);
        c->num_done++;
        pthread_cond_signal(&c->done);
    }
    pthread_mutex_unlock(&c->lock);
    return NULL;
}

// Waits until all jobs are done, with a tick now and then.
static void wait_for_all(crew *c)
{
    pthread_mutex_lock(&c->lock);
    while (c->num_done < c->fleet->num_jobs) {
        struct timespec until;
        clock_gettime(CLOCK_MONOTONIC, &until);
        const double nanoseconds = (double)until.tv_nsec + 1e9 * c->fleet->tick_s;
        until.tv_sec += (time_t)(nanoseconds / 1e9);
        until.tv_nsec = (long)nanoseconds % 1000000000L;
        pthread_cond_timedwait(&c->done, &c->lock, &until);
        pthread_mutex_unlock(&c->lock);
        c->fleet->tick(c->fleet->context);
        pthread_mutex_lock(&c->lock);
    }
    pthread_mutex_unlock(&c->lock);
}

static void crew_init(crew *c, const cli_fleet *fleet)
{
    *c = (crew){.fleet = fleet};
    pthread_mutex_init(&c->lock, NULL);
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&c->done, &attributes);
    pthread_condattr_destroy(&attributes);
}

static void crew_release(crew *c)
{
    pthread_cond_destroy(&c->done);
    pthread_mutex_destroy(&c->lock);
}

ppo_status cli_fleet_run(const cli_fleet *fleet, ppo_error *error)
{
    const size_t wanted =
        fleet->num_jobs < fleet->num_threads ? fleet->num_jobs : fleet->num_threads;
    pthread_t *thread = calloc(wanted ? wanted : 1, sizeof *thread);
    if (!thread)
        return cli_error_set(error, PPO_NO_MEMORY, "no memory for %zu threads", wanted);
    crew c;
    crew_init(&c, fleet);
    size_t started = 0;
    while (started < wanted && pthread_create(&thread[started], NULL, work, &c) == 0)
        started++;
    if (started > 0) // fewer threads than wanted only take longer
        wait_for_all(&c);
    for (size_t i = 0; i < started; i++)
        pthread_join(thread[i], NULL);
    crew_release(&c);
    free(thread);
    if (wanted > 0 && started == 0)
        return cli_error_set(error, PPO_NO_MEMORY, "no thread could be started");
    return PPO_OK;
}
