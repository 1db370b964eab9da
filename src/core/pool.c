// SPDX-License-Identifier: MIT
// Worker threads that find their tasks by themselves. The tasks of a run are dealt out in equal
// contiguous ranges, one per worker, so that a task tends to stay with the worker (and the cache)
// that had it in the run before; a worker whose range has been used up for a moment helps the
// others. (At once would be too soon: a task of a microsecond is done sooner by a worker who is
// about to begin than by another, whose cache has nothing of it.)
//
// A range is one word, `cursor`: the run's generation, the range's end and its next task. Claiming
// a task is a compare-and-swap on it, which can't succeed for a run that is over. What a worker
// needs to begin lies with its cursor in one cache line of its own, because each line that travels
// between cores costs a tenth of a microsecond, and a minibatch of some twenty has two runs.
//
// Workers spin for a moment between runs, then sleep on a condition variable.
#include "core/pool.h"

#include "core/error.h"
#include "core/relax.h"

#include <assert.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define INDEX_BITS         20u
#define INDEX_MASK         ((UINT64_C(1) << INDEX_BITS) - 1)
#define SPINS_TIGHT        200 // before the first pause, which may take as long as a line's travel
#define SPINS_BEFORE_HELP  230 // about a microsecond
#define SPINS_BEFORE_SLEEP 20000
#define SPINS_BEFORE_YIELD 100000

typedef struct ppo_worker {
    _Alignas(64) _Atomic uint64_t cursor; // generation | end of the range | next task
    _Atomic(ppo_task) task;               // of that generation
    _Atomic(void *) context;
    ppo_pool *pool;
    size_t index;
    pthread_t thread;
} ppo_worker;

struct ppo_pool {
    _Alignas(64) _Atomic size_t done; // tasks that workers have finished in this run
    _Alignas(64) _Atomic size_t num_sleepers;
    _Atomic bool stop;
    uint64_t generation; // of the last run; the caller's
    bool oversubscribed; // more workers than cores: don't spin
    pthread_mutex_t mutex;
    pthread_cond_t wake;
    size_t size;
    size_t num_started;
    pid_t owner;         // the process that has the threads: a fork of it has none
    ppo_worker *workers; // [size], the caller's place is 0
};

// Spinning only helps while the one who is waited for has a core of its own.
static int spins_of(const ppo_pool *pool, int spins)
{
    return pool->oversubscribed ? 0 : spins;
}

static uint64_t generation_of(uint64_t cursor)
{
    return cursor >> (2 * INDEX_BITS);
}

// Runs the next task of one range; false if none is left.
static bool run_next(ppo_worker *range, size_t worker)
{
    uint64_t cursor = atomic_load_explicit(&range->cursor, memory_order_acquire);
    for (;;) {
        const uint64_t index = cursor & INDEX_MASK;
        if (index >= ((cursor >> INDEX_BITS) & INDEX_MASK))
            return false;
        const ppo_task task = atomic_load_explicit(&range->task, memory_order_relaxed);
        void *context = atomic_load_explicit(&range->context, memory_order_relaxed);
        if (atomic_compare_exchange_weak_explicit(&range->cursor, &cursor, cursor + 1,
                                                  memory_order_acq_rel, memory_order_acquire)) {
            task(context, (size_t)index, worker);
            return true;
        }
    }
}

static size_t run_range(ppo_worker *range, size_t worker)
{
    size_t count = 0;
    while (run_next(range, worker))
        count++;
    return count;
}

// Runs what is left of the other ranges.
static size_t help_others(ppo_pool *pool, size_t worker)
{
    size_t count = 0;
    for (size_t i = 1; i < pool->size; i++)
        count += run_range(&pool->workers[(worker + i) % pool->size], worker);
    return count;
}

static void sleep_until_changed(ppo_worker *self, uint64_t generation)
{
    ppo_pool *pool = self->pool;
    pthread_mutex_lock(&pool->mutex);
    atomic_fetch_add(&pool->num_sleepers, 1);
    while (generation_of(atomic_load(&self->cursor)) == generation && !atomic_load(&pool->stop))
        pthread_cond_wait(&pool->wake, &pool->mutex);
    atomic_fetch_sub(&pool->num_sleepers, 1);
    pthread_mutex_unlock(&pool->mutex);
}

// Spins until a new run has begun; false if it took too long.
static bool is_changed(ppo_worker *self, uint64_t generation, int spins)
{
    for (int i = 0; i < spins; i++) {
        const uint64_t cursor = atomic_load_explicit(&self->cursor, memory_order_acquire);
        if (generation_of(cursor) != generation)
            return true;
        ppo_relax(i, SPINS_TIGHT);
    }
    return false;
}

static void wait_for_run(ppo_worker *self, uint64_t generation)
{
    if (!is_changed(self, generation, spins_of(self->pool, SPINS_BEFORE_SLEEP)))
        sleep_until_changed(self, generation);
}

static void report(ppo_pool *pool, size_t count)
{
    if (count)
        atomic_fetch_add_explicit(&pool->done, count, memory_order_release);
}

static void *worker_main(void *argument)
{
    ppo_worker *self = argument;
    ppo_pool *pool = self->pool;
    uint64_t generation = 0;
    for (;;) {
        wait_for_run(self, generation);
        if (atomic_load(&pool->stop))
            return NULL;
        generation = generation_of(atomic_load_explicit(&self->cursor, memory_order_acquire));
        report(pool, run_range(self, self->index));
        if (!is_changed(self, generation, spins_of(pool, SPINS_BEFORE_HELP)))
            report(pool, help_others(pool, self->index));
    }
}

static void wake_sleepers(ppo_pool *pool)
{
    if (atomic_load(&pool->num_sleepers) == 0)
        return;
    pthread_mutex_lock(&pool->mutex);
    pthread_cond_broadcast(&pool->wake);
    pthread_mutex_unlock(&pool->mutex);
}

// Spins until workers have finished `count` tasks; false if it took too long.
static bool are_done(ppo_pool *pool, size_t count, int spins)
{
    for (int i = 0; atomic_load_explicit(&pool->done, memory_order_acquire) < count; i++) {
        if (i >= spins)
            return false;
        ppo_relax(i, SPINS_TIGHT);
    }
    return true;
}

// Deals the tasks out: worker w begins with those from w/size to (w+1)/size of them all.
static void deal(ppo_pool *pool, ppo_task task, void *context, size_t num_tasks)
{
    const uint64_t generation = ++pool->generation;
    atomic_store_explicit(&pool->done, 0, memory_order_relaxed);
    for (size_t w = pool->size; w-- > 0;) {
        ppo_worker *worker = &pool->workers[w];
        const uint64_t begin = num_tasks * w / pool->size;
        const uint64_t end = num_tasks * (w + 1) / pool->size;
        atomic_store_explicit(&worker->task, task, memory_order_relaxed);
        atomic_store_explicit(&worker->context, context, memory_order_relaxed);
        atomic_store(&worker->cursor, generation << (2 * INDEX_BITS) | end << INDEX_BITS | begin);
    }
}

void ppo_pool_run(ppo_pool *pool, ppo_task task, void *context, size_t num_tasks)
{
    assert(num_tasks <= INDEX_MASK);
    if (pool->size == 1 || num_tasks <= 1) {
        for (size_t i = 0; i < num_tasks; i++)
            task(context, i, 0);
        return;
    }
    deal(pool, task, context, num_tasks);
    wake_sleepers(pool);
    size_t mine = run_range(&pool->workers[0], 0);
    if (are_done(pool, num_tasks - mine, spins_of(pool, SPINS_BEFORE_HELP)))
        return;
    mine += help_others(pool, 0);
    while (!are_done(pool, num_tasks - mine, spins_of(pool, SPINS_BEFORE_YIELD)))
        sched_yield();
}

size_t ppo_pool_cores(void)
{
    const long cores = sysconf(_SC_NPROCESSORS_ONLN);
    return cores > 0 ? (size_t)cores : 1;
}

static ppo_status start_workers(ppo_pool *pool, ppo_error *error)
{
    for (size_t i = 1; i < pool->size; i++) {
        ppo_worker *worker = &pool->workers[i];
        worker->pool = pool;
        worker->index = i;
        const int failure = pthread_create(&worker->thread, NULL, worker_main, worker);
        if (failure)
            return ppo_fail(error, PPO_NO_MEMORY, "can't start worker thread %zu of %zu: %s", i,
                            pool->size, strerror(failure));
        pool->num_started++;
    }
    return PPO_OK;
}

ppo_status ppo_pool_create(ppo_pool **result, uint32_t threads, ppo_error *error)
{
    const size_t size = threads ? threads : ppo_pool_cores();
    ppo_pool *pool = aligned_alloc(_Alignof(ppo_pool), sizeof *pool);
    ppo_worker *workers = aligned_alloc(_Alignof(ppo_worker), size * sizeof *workers);
    if (!pool || !workers) {
        free(pool);
        free(workers);
        return ppo_fail(error, PPO_NO_MEMORY, "not enough memory for %zu worker threads", size);
    }
    memset(pool, 0, sizeof *pool);
    memset(workers, 0, size * sizeof *workers);
    pool->size = size;
    pool->workers = workers;
    pool->owner = getpid();
    pool->oversubscribed = size > ppo_pool_cores();
    pthread_mutex_init(&pool->mutex, NULL);
    pthread_cond_init(&pool->wake, NULL);
    const ppo_status status = start_workers(pool, error);
    if (status != PPO_OK) {
        ppo_pool_destroy(pool);
        return status;
    }
    *result = pool;
    return PPO_OK;
}

void ppo_pool_destroy(ppo_pool *pool)
{
    if (!pool)
        return;
    if (getpid() != pool->owner) {
        free(pool->workers);
        free(pool);
        return;
    }
    pthread_mutex_lock(&pool->mutex);
    atomic_store(&pool->stop, true);
    for (size_t i = 1; i <= pool->num_started; i++) // ends the spinning
        atomic_fetch_add(&pool->workers[i].cursor, UINT64_C(1) << (2 * INDEX_BITS));
    pthread_cond_broadcast(&pool->wake);
    pthread_mutex_unlock(&pool->mutex);
    for (size_t i = 1; i <= pool->num_started; i++)
        pthread_join(pool->workers[i].thread, NULL);
    pthread_cond_destroy(&pool->wake);
    pthread_mutex_destroy(&pool->mutex);
    free(pool->workers);
    free(pool);
}

size_t ppo_pool_size(const ppo_pool *pool)
{
    return pool->size;
}
