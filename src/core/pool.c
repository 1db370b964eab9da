// SPDX-License-Identifier: MIT
// Worker threads around one word: `ticket` holds the run's generation, its number of tasks and the
// next task to hand out, so that claiming a task is one compare-and-swap which can't succeed for a
// run that is over. Workers spin for a moment between runs (an update phase lasts microseconds),
// then sleep on a condition variable.
#include "core/pool.h"

#include "core/error.h"

#include <assert.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define INDEX_BITS         20u
#define INDEX_MASK         ((UINT64_C(1) << INDEX_BITS) - 1)
#define SPINS_BEFORE_SLEEP 20000
#define SPINS_BEFORE_YIELD 2000

typedef struct ppo_worker {
    ppo_pool *pool;
    size_t index;
    pthread_t thread;
} ppo_worker;

struct ppo_pool {
    _Alignas(64) _Atomic uint64_t ticket; // generation | number of tasks | next task
    _Alignas(64) _Atomic size_t done;     // tasks finished in this run
    _Alignas(64) _Atomic(ppo_task) task;
    _Atomic(void *) context;
    _Atomic size_t num_sleepers;
    _Atomic bool stop;
    bool oversubscribed; // more workers than cores: don't spin
    pthread_mutex_t mutex;
    pthread_cond_t wake;
    size_t size;
    size_t num_started;
    ppo_worker *workers; // [size], the caller's place is 0
};

static void cpu_relax(void)
{
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

static uint64_t generation_of(uint64_t ticket)
{
    return ticket >> (2 * INDEX_BITS);
}

// Claims and runs tasks until the current run has none left.
static void work(ppo_pool *pool, size_t worker)
{
    uint64_t ticket = atomic_load_explicit(&pool->ticket, memory_order_acquire);
    for (;;) {
        const uint64_t index = ticket & INDEX_MASK;
        const uint64_t count = (ticket >> INDEX_BITS) & INDEX_MASK;
        if (index >= count)
            return;
        const ppo_task task = atomic_load_explicit(&pool->task, memory_order_relaxed);
        void *context = atomic_load_explicit(&pool->context, memory_order_relaxed);
        if (!atomic_compare_exchange_weak_explicit(&pool->ticket, &ticket, ticket + 1,
                                                   memory_order_acq_rel, memory_order_acquire))
            continue;
        task(context, (size_t)index, worker);
        atomic_fetch_add_explicit(&pool->done, 1, memory_order_release);
        ticket = atomic_load_explicit(&pool->ticket, memory_order_acquire);
    }
}

static void sleep_until_changed(ppo_pool *pool, uint64_t generation)
{
    pthread_mutex_lock(&pool->mutex);
    atomic_fetch_add(&pool->num_sleepers, 1);
    while (generation_of(atomic_load(&pool->ticket)) == generation && !atomic_load(&pool->stop))
        pthread_cond_wait(&pool->wake, &pool->mutex);
    atomic_fetch_sub(&pool->num_sleepers, 1);
    pthread_mutex_unlock(&pool->mutex);
}

static void wait_for_run(ppo_pool *pool, uint64_t generation)
{
    const int spins = pool->oversubscribed ? 0 : SPINS_BEFORE_SLEEP;
    for (int i = 0; i < spins; i++) {
        if (generation_of(atomic_load_explicit(&pool->ticket, memory_order_acquire)) != generation)
            return;
        cpu_relax();
    }
    sleep_until_changed(pool, generation);
}

static void *worker_main(void *argument)
{
    const ppo_worker *self = argument;
    ppo_pool *pool = self->pool;
    uint64_t generation = 0;
    for (;;) {
        wait_for_run(pool, generation);
        if (atomic_load(&pool->stop))
            return NULL;
        generation = generation_of(atomic_load_explicit(&pool->ticket, memory_order_acquire));
        work(pool, self->index);
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

static void wait_for_tasks(ppo_pool *pool, size_t num_tasks)
{
    const int spins = pool->oversubscribed ? 0 : SPINS_BEFORE_YIELD;
    for (int i = 0; atomic_load_explicit(&pool->done, memory_order_acquire) < num_tasks; i++) {
        if (i < spins)
            cpu_relax();
        else
            sched_yield();
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
    const uint64_t last = atomic_load_explicit(&pool->ticket, memory_order_relaxed);
    const uint64_t generation = generation_of(last) + 1;
    atomic_store_explicit(&pool->task, task, memory_order_relaxed);
    atomic_store_explicit(&pool->context, context, memory_order_relaxed);
    atomic_store_explicit(&pool->done, 0, memory_order_relaxed);
    atomic_store(&pool->ticket, generation << (2 * INDEX_BITS) | (uint64_t)num_tasks << INDEX_BITS);
    wake_sleepers(pool);
    work(pool, 0);
    wait_for_tasks(pool, num_tasks);
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
        *worker = (ppo_worker){.pool = pool, .index = i};
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
    ppo_worker *workers = calloc(size, sizeof *workers);
    if (!pool || !workers) {
        free(pool);
        free(workers);
        return ppo_fail(error, PPO_NO_MEMORY, "not enough memory for %zu worker threads", size);
    }
    memset(pool, 0, sizeof *pool);
    pool->size = size;
    pool->workers = workers;
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
    pthread_mutex_lock(&pool->mutex);
    atomic_store(&pool->stop, true);
    atomic_fetch_add(&pool->ticket, UINT64_C(1) << (2 * INDEX_BITS)); // ends the spinning
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
