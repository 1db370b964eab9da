// SPDX-License-Identifier: MIT
// A pool whose workers claim tasks without a common queue. The tasks of a run are dealt in equal
// contiguous ranges, one per worker, so that a task tends to stay with the worker (and the cache)
// that ran it before. A worker that has emptied its range takes tasks from others after about a
// microsecond. (Not at once: a task of a microsecond is finished sooner by a worker that is about
// to begin than by another one, whose cache holds none of its data.)
//
// A range is one word, `cursor`: the run's generation, the end of the range and the next task.
// Claiming a task is a compare-and-swap on it, which fails once the run is over. A worker's cursor
// and all it needs to begin share one cache line, because a line that moves between cores costs
// time: handing a run over and getting the answer back, a round trip, takes 0.6 us (measured on two
// Zen 5 cores), and a minibatch of 20 us has two runs.
//
// Workers spin for 50 us between runs, then sleep. The caller spins for 50 us for the last tasks of
// others, then sleeps too. Every 10 ms the caller reads how long threads have been runnable without
// a core (/proc/self/task/ID/schedstat); if that is much, other processes compete for the cores,
// and thread_limit.h finds out how many workers should take part.
#include "core/pool.h"

#include "core/clock.h"
#include "core/cores.h"
#include "core/error.h"
#include "core/event_count.h"
#include "core/relax.h"
#include "core/signal_stack.h"
#include "core/thread_limit.h"

#include <assert.h>
#include <fcntl.h>
#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define INDEX_BITS        20u
#define INDEX_MASK        ((UINT64_C(1) << INDEX_BITS) - 1)
#define SPINS_TIGHT       200               // without a pause instruction, see relax.h
#define SPINS_BEFORE_HELP 230               // about a microsecond
#define SPINS_PER_LOOK    64                // between two readings of the clock
#define SPIN_S            50e-6             // before sleeping
#define RUNS_PER_LOOK     256               // at the clock
#define PERIOD_S          10e-3             // after which delays are read
#define MAX_EXAMINED      8                 // threads whose delays are read
#define SLEEP_MS          10000             // a sleeper looks again after this long, signal or not
#define STACK_BYTES       ((size_t)4 << 20) // of a worker, which also runs plug-ins

typedef struct ppo_worker {
    _Alignas(64) _Atomic uint64_t cursor; // generation | end of the range | next task
    _Atomic(ppo_task) task;               // of that generation
    _Atomic(void *) context;
    ppo_event_count begun; // signalled after the cursor has changed

    _Alignas(64) _Atomic pid_t id; // the system's, 0 until the thread has started
    int64_t delay_ns;              // at the beginning of the period; -1: not known
    ppo_pool *pool;
    size_t index;
    pthread_t thread;
} ppo_worker;

struct ppo_pool {
    _Alignas(64) _Atomic size_t done; // tasks that workers have finished in this run
    _Atomic bool caller_sleeps;
    ppo_event_count finished; // signalled after `done` has changed, if the caller sleeps
    _Alignas(64) _Atomic size_t num_active; // workers in this run, the caller included
    _Atomic bool stop;
    uint64_t generation; // of the last run; the caller's
    ppo_thread_limit limit;
    uint32_t num_runs;     // counts to RUNS_PER_LOOK
    double period_begin_s; // since when delays are counted; 0: not yet
    size_t size;
    size_t num_started;
    pid_t owner;         // the process that has the threads: a fork of it has none
    ppo_worker *workers; // [size], the caller's is 0
};

static uint64_t generation_of(uint64_t cursor)
{
    return cursor >> (2 * INDEX_BITS);
}

// --- tasks -------------------------------------------------------------------------------------

// Runs the tasks that are left of a range; returns their number.
static size_t run_range(ppo_worker *range, size_t worker)
{
    size_t count = 0;
    uint64_t cursor = atomic_load_explicit(&range->cursor, memory_order_acquire);
    for (;;) {
        const uint64_t index = cursor & INDEX_MASK;
        if (index >= ((cursor >> INDEX_BITS) & INDEX_MASK))
            return count;
        const ppo_task task = atomic_load_explicit(&range->task, memory_order_relaxed);
        void *context = atomic_load_explicit(&range->context, memory_order_relaxed);
        if (!atomic_compare_exchange_weak_explicit(&range->cursor, &cursor, cursor + 1,
                                                   memory_order_acq_rel, memory_order_acquire))
            continue;
        task(context, (size_t)index, worker);
        count++;
        cursor = atomic_load_explicit(&range->cursor, memory_order_acquire);
    }
}

// Runs the tasks that are left of the other ranges; returns their number.
static size_t help_others(ppo_pool *pool, size_t worker)
{
    const size_t active = atomic_load_explicit(&pool->num_active, memory_order_relaxed);
    size_t count = 0;
    for (size_t i = 0; i < active; i++)
        if (i != worker)
            count += run_range(&pool->workers[i], worker);
    return count;
}

// --- workers -----------------------------------------------------------------------------------

static bool has_begun(const ppo_worker *self, uint64_t generation)
{
    return generation_of(atomic_load(&self->cursor)) != generation;
}

// Spins until another run has begun, the first `tight` times without a pause; false if it took too
// long.
static bool spin_for_run(const ppo_worker *self, uint64_t generation, int spins, int tight)
{
    for (int i = 0; i < spins; i++) {
        if (generation_of(atomic_load_explicit(&self->cursor, memory_order_acquire)) != generation)
            return true;
        ppo_relax(i, tight);
    }
    return false;
}

// Waits until another run has begun in which this worker takes part, or the pool is destroyed.
static void wait_for_run(ppo_worker *self, uint64_t generation)
{
    if (spin_for_run(self, generation, SPINS_TIGHT, SPINS_TIGHT))
        return;
    for (const double begin = ppo_clock_seconds(); ppo_clock_seconds() - begin < SPIN_S;)
        if (spin_for_run(self, generation, SPINS_PER_LOOK, 0))
            return;
    for (;;) {
        const uint32_t seen = ppo_event_count_read(&self->begun);
        if (has_begun(self, generation))
            return;
        ppo_event_count_wait(&self->begun, seen, 0, SLEEP_MS);
    }
}

static void report(ppo_pool *pool, size_t count)
{
    if (count == 0)
        return;
    atomic_fetch_add(&pool->done, count);
    if (atomic_load(&pool->caller_sleeps)) // the caller sets this before it reads `done` again
        ppo_event_count_signal(&pool->finished);
}

static void *worker_main(void *argument)
{
    ppo_worker *self = argument;
    ppo_pool *pool = self->pool;
    uint64_t generation = 0;
    unsigned char
        signal_stack[PPO_SIGNAL_STACK_BYTES]; // at the end that an overflow does not reach
    ppo_signal_stack_use(signal_stack, sizeof signal_stack);
    atomic_store(&self->id, (pid_t)syscall(SYS_gettid));
    for (;;) {
        wait_for_run(self, generation);
        // First the generation, then `stop`, which is set before the last generation begins: the
        // other way round, a worker could take the last one for a run and wait for another for
        // ever.
        generation = generation_of(atomic_load_explicit(&self->cursor, memory_order_acquire));
        if (atomic_load(&pool->stop))
            return NULL;
        report(pool, run_range(self, self->index));
        if (!spin_for_run(self, generation, SPINS_BEFORE_HELP, SPINS_TIGHT))
            report(pool, help_others(pool, self->index));
    }
}

// --- the caller's side -------------------------------------------------------------------------

// Deals the tasks: worker w of W gets those from w/W to (w+1)/W of them all.
static void deal(ppo_pool *pool, size_t num_workers, ppo_task task, void *context, size_t num_tasks)
{
    const uint64_t generation = ++pool->generation;
    atomic_store_explicit(&pool->done, 0, memory_order_relaxed);
    atomic_store_explicit(&pool->num_active, num_workers, memory_order_relaxed);
    for (size_t w = num_workers; w-- > 0;) {
        ppo_worker *worker = &pool->workers[w];
        const uint64_t begin = num_tasks * w / num_workers;
        const uint64_t end = num_tasks * (w + 1) / num_workers;
        atomic_store_explicit(&worker->task, task, memory_order_relaxed);
        atomic_store_explicit(&worker->context, context, memory_order_relaxed);
        atomic_store(&worker->cursor, generation << (2 * INDEX_BITS) | end << INDEX_BITS | begin);
        if (w > 0)
            ppo_event_count_signal(&worker->begun);
    }
}

// Spins until workers have finished `count` tasks, as spin_for_run; false if it took too long.
static bool spin_for_tasks(const ppo_pool *pool, size_t count, int spins, int tight)
{
    for (int i = 0; i < spins; i++) {
        if (atomic_load_explicit(&pool->done, memory_order_acquire) >= count)
            return true;
        ppo_relax(i, tight);
    }
    return false;
}

// Nanoseconds that a thread has been runnable without a core, since it started; -1 if not known.
static int64_t read_delay_ns(pid_t id)
{
    char text[96];
    snprintf(text, sizeof text, "/proc/self/task/%d/schedstat", (int)id);
    const int file = open(text, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return -1;
    const ssize_t size = read(file, text, sizeof text - 1); // "running waiting timeslices"
    close(file);
    if (size <= 0)
        return -1;
    text[size] = '\0';
    const char *waiting = strchr(text, ' ');
    return waiting ? strtoll(waiting, NULL, 10) : -1;
}

// Sleeps until workers have finished `count` tasks.
static void sleep_for_tasks(ppo_pool *pool, size_t count)
{
    atomic_store(&pool->caller_sleeps, true);
    for (;;) {
        const uint32_t seen = ppo_event_count_read(&pool->finished);
        if (atomic_load(&pool->done) >= count)
            break;
        ppo_event_count_wait(&pool->finished, seen, 0, SLEEP_MS);
    }
    atomic_store(&pool->caller_sleeps, false);
}

// Waits until workers have finished `count` tasks: spins, then sleeps.
static void wait_for_tasks(ppo_pool *pool, size_t count)
{
    if (spin_for_tasks(pool, count, SPINS_TIGHT, SPINS_TIGHT))
        return;
    const double begin = ppo_clock_seconds();
    do {
        if (spin_for_tasks(pool, count, SPINS_PER_LOOK, 0))
            return;
    } while (ppo_clock_seconds() - begin < SPIN_S);
    sleep_for_tasks(pool, count);
}

static void run_tasks(ppo_pool *pool, ppo_task task, void *context, size_t num_tasks)
{
    const size_t num_workers = pool->limit.now;
    if (num_workers == 1 || num_tasks <= 1) {
        for (size_t i = 0; i < num_tasks; i++)
            task(context, i, 0);
        return;
    }
    deal(pool, num_workers, task, context, num_tasks);
    size_t own = run_range(&pool->workers[0], 0);
    if (spin_for_tasks(pool, num_tasks - own, SPINS_BEFORE_HELP, SPINS_TIGHT))
        return;
    own += help_others(pool, 0);
    wait_for_tasks(pool, num_tasks - own);
}

// Ends a period: the largest share of it that one of the threads that took part had no core for,
// and begins the next one.
static double measure_delay(ppo_pool *pool, double now)
{
    const double period_s = now - pool->period_begin_s;
    double share = 0.0;
    atomic_store_explicit(&pool->workers[0].id, (pid_t)syscall(SYS_gettid), memory_order_relaxed);
    for (size_t w = 0; w < pool->limit.max && w < MAX_EXAMINED; w++) {
        ppo_worker *worker = &pool->workers[w];
        const pid_t id = atomic_load(&worker->id);
        const int64_t delay_ns = id ? read_delay_ns(id) : -1;
        if (worker->delay_ns >= 0 && delay_ns >= 0)
            share = fmax(share, (double)(delay_ns - worker->delay_ns) * 1e-9 / period_s);
        worker->delay_ns = delay_ns;
    }
    pool->period_begin_s = now;
    return share;
}

void ppo_pool_run(ppo_pool *pool, ppo_task task, void *context, size_t num_tasks)
{
    assert(num_tasks <= INDEX_MASK);
    ppo_thread_limit *limit = &pool->limit;
    if (limit->is_contended) {
        const double begin = ppo_clock_seconds();
        run_tasks(pool, task, context, num_tasks);
        const double end = ppo_clock_seconds();
        const size_t before = limit->now;
        if (ppo_thread_limit_run(limit, (uintptr_t)task, num_tasks, end - begin, end))
            ppo_thread_limit_delay(limit, before, measure_delay(pool, end), end);
        return;
    }
    run_tasks(pool, task, context, num_tasks);
    if (limit->max > 1 && ++pool->num_runs % RUNS_PER_LOOK == 0) {
        const double now = ppo_clock_seconds();
        if (now - pool->period_begin_s >= PERIOD_S)
            ppo_thread_limit_delay(limit, limit->now, measure_delay(pool, now), now);
    }
}

// --- creation ----------------------------------------------------------------------------------

static ppo_status start_workers(ppo_pool *pool, ppo_error *error)
{
    // The default size of a stack is the limit that the process was started with, perhaps a tiny
    // one.
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, STACK_BYTES);
    ppo_status status = PPO_OK;
    for (size_t i = 1; i < pool->size && status == PPO_OK; i++) {
        ppo_worker *worker = &pool->workers[i];
        worker->pool = pool;
        worker->index = i;
        const int failure = pthread_create(&worker->thread, &attributes, worker_main, worker);
        if (failure)
            status = ppo_fail(error, PPO_NO_MEMORY, "can't start worker thread %zu of %zu: %s", i,
                              pool->size, strerror(failure));
        else
            pool->num_started++;
    }
    pthread_attr_destroy(&attributes);
    return status;
}

ppo_status ppo_pool_create(ppo_pool **result, uint32_t threads, ppo_error *error)
{
    const size_t cores = ppo_cores_available(), size = threads ? threads : cores;
    ppo_pool *pool = aligned_alloc(_Alignof(ppo_pool), sizeof *pool);
    ppo_worker *workers = aligned_alloc(_Alignof(ppo_worker), size * sizeof *workers);
    *result = NULL;
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
    for (size_t w = 0; w < size; w++)
        workers[w].delay_ns = -1;
    ppo_thread_limit_init(&pool->limit, size < cores ? size : cores);
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
    atomic_store(&pool->stop, true);
    for (size_t i = 1; i <= pool->num_started; i++) { // another generation, which ends the wait
        atomic_fetch_add(&pool->workers[i].cursor, UINT64_C(1) << (2 * INDEX_BITS));
        ppo_event_count_signal(&pool->workers[i].begun);
    }
    for (size_t i = 1; i <= pool->num_started; i++)
        pthread_join(pool->workers[i].thread, NULL);
    free(pool->workers);
    free(pool);
}

size_t ppo_pool_size(const ppo_pool *pool)
{
    return pool->size;
}

void ppo_pool_set_limit(ppo_pool *pool, size_t num_workers)
{
    assert(num_workers >= 1 && num_workers <= pool->size);
    ppo_thread_limit_init(&pool->limit, num_workers);
}
