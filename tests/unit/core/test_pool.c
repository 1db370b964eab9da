// SPDX-License-Identifier: MIT
// The pool of workers: every task runs exactly once, whatever their number and the pool's size,
// also while threads are stopped at random; what a run has written is seen after it; workers that
// sleep wake up, and use no processor time meanwhile.
#include "core/pool.h"

#include "core/clock.h"
#include "core/cores.h"
#include "core/rng.h"

#include <math.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#define MAX_TASKS   5000
#define MAX_THREADS 8

static ppo_pool *create(uint32_t threads)
{
    ppo_pool *pool = NULL;
    ppo_error error = {0};
    if (ppo_pool_create(&pool, threads, &error) != PPO_OK)
        fail_msg("%s", error.message);
    ppo_pool_set_limit(pool, ppo_pool_size(pool)); // more workers than cores, too
    return pool;
}

typedef struct run {
    unsigned times[MAX_TASKS]; // not atomic: ThreadSanitizer is to see whether it need be
    size_t num_tasks, num_workers;
    atomic_uint in_use[MAX_THREADS];
    atomic_uint wrong;
} run;

// A worker's number is its own while it works.
static void count_task(void *context, size_t task, size_t worker)
{
    run *r = context;
    if (task >= r->num_tasks || worker >= r->num_workers) {
        atomic_fetch_add(&r->wrong, 1);
        return;
    }
    if (atomic_fetch_add(&r->in_use[worker], 1) != 0)
        atomic_fetch_add(&r->wrong, 1);
    r->times[task]++;
    atomic_fetch_sub(&r->in_use[worker], 1);
}

static void check(ppo_pool *pool, run *r, size_t num_tasks)
{
    r->num_tasks = num_tasks;
    r->num_workers = ppo_pool_size(pool);
    memset(r->times, 0, num_tasks * sizeof *r->times);
    ppo_pool_run(pool, count_task, r, num_tasks);
    for (size_t i = 0; i < num_tasks; i++)
        if (r->times[i] != 1)
            fail_msg("task %zu of %zu ran %u times", i, num_tasks, r->times[i]);
    assert_int_equal(atomic_load(&r->wrong), 0);
}

static void test_every_task_once(void **state)
{
    (void)state;
    static const size_t counts[] = {0, 1, 2, 3, 7, 8, 9, 64, 1000, MAX_TASKS};
    static run r;
    for (uint32_t threads = 1; threads <= MAX_THREADS; threads++) {
        ppo_pool *pool = create(threads);
        assert_int_equal(ppo_pool_size(pool), threads);
        for (int round = 0; round < 20; round++)
            for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
                check(pool, &r, counts[i]);
        ppo_pool_destroy(pool);
    }
}

// Many short runs right after one another: claims of a run that is over must not count.
static void test_many_runs(void **state)
{
    (void)state;
    static run r;
    for (uint32_t threads = 2; threads <= 4; threads++) {
        ppo_pool *pool = create(threads);
        for (size_t i = 0; i < 5000; i++)
            check(pool, &r, i % 5);
        ppo_pool_destroy(pool);
    }
}

// A pool that is destroyed while a worker is about to begin: the worker must not take the end for a
// run and wait for the next one.
static void test_destroyed_at_once(void **state)
{
    (void)state;
    static run r;
    alarm(300); // seconds; a hang ends here
    for (size_t i = 0; i < 5000; i++) {
        ppo_pool *pool = create(2);
        check(pool, &r, 2 + i % 3);
        ppo_pool_destroy(pool);
    }
    alarm(0);
}

// Each run reads what all workers wrote in the one before.
typedef struct relay {
    long from[64], to[64];
} relay;

static void relay_task(void *context, size_t task, size_t worker)
{
    relay *x = context;
    (void)worker;
    x->to[task] = x->from[(task + 1) % 64] + x->from[(task + 17) % 64];
}

static void test_runs_see_each_other(void **state)
{
    (void)state;
    relay once = {.from = {0}};
    for (uint32_t threads = 1; threads <= MAX_THREADS; threads++) {
        relay x;
        for (size_t i = 0; i < 64; i++)
            x.from[i] = (long)i;
        ppo_pool *pool = create(threads);
        for (int round = 0; round < 40; round++) {
            ppo_pool_run(pool, relay_task, &x, 64);
            memcpy(x.from, x.to, sizeof x.from);
        }
        ppo_pool_destroy(pool);
        if (threads == 1)
            once = x;
        assert_memory_equal(x.to, once.to, sizeof x.to);
    }
}

// After a pause in which the workers have gone to sleep.
static void test_sleepers_wake(void **state)
{
    (void)state;
    static run r;
    for (uint32_t threads = 2; threads <= 4; threads++) {
        ppo_pool *pool = create(threads);
        for (int round = 0; round < 5; round++) {
            nanosleep(&(struct timespec){.tv_nsec = 5000000}, NULL);
            check(pool, &r, 50);
        }
        ppo_pool_destroy(pool);
    }
}

// A pool for every caller: several at once, each in its own thread's hands, one inside another's
// tasks.
static void nested_task(void *context, size_t task, size_t worker)
{
    run *runs = context;
    (void)worker;
    ppo_pool *inner = NULL;
    if (ppo_pool_create(&inner, 2, NULL) != PPO_OK)
        return;
    run *r = &runs[task];
    r->num_tasks = 100;
    r->num_workers = 2;
    ppo_pool_run(inner, count_task, r, r->num_tasks);
    ppo_pool_destroy(inner);
}

static void test_pools_inside_tasks(void **state)
{
    (void)state;
    enum { OUTER = 6 };
    run *runs = calloc(OUTER, sizeof *runs);
    assert_non_null(runs);
    ppo_pool *pool = create(3);
    ppo_pool_run(pool, nested_task, runs, OUTER);
    for (size_t i = 0; i < OUTER; i++)
        for (size_t k = 0; k < 100; k++)
            assert_int_equal(runs[i].times[k], 1);
    ppo_pool_destroy(pool);
    free(runs);
}

// Signals stop a thread for 20 ms at a random point: between tasks, in one, while it waits.
static atomic_uint num_stops; // that are over

static void stop_20_ms(int signal_number)
{
    const struct timespec pause = {.tv_nsec = 20000000};
    (void)signal_number;
    nanosleep(&pause, NULL);
    atomic_fetch_add(&num_stops, 1);
}

typedef struct stopper {
    pthread_t threads[MAX_THREADS];
    atomic_size_t num_threads;
    atomic_bool stop;
} stopper;

static void *stop_at_random(void *context)
{
    stopper *s = context;
    uint32_t draws = 0;
    while (!atomic_load(&s->stop)) {
        const ppo_rng_block block = ppo_rng_draw(1, PPO_RNG_BENCH, draws++, 0);
        const struct timespec pause = {.tv_nsec = (long)(block.word[0] % 3000000)};
        nanosleep(&pause, NULL);
        const size_t count = atomic_load(&s->num_threads);
        const unsigned stops = atomic_load(&num_stops);
        if (count > 0)
            pthread_kill(s->threads[block.word[1] % count], SIGUSR1);
        // A thread for which the next signal waits already would not get on by one instruction.
        while (count > 0 && atomic_load(&num_stops) == stops && !atomic_load(&s->stop))
            nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    }
    return NULL;
}

// Each worker makes itself known once.
typedef struct stopped_run {
    run run;
    stopper *stopper;
    atomic_bool known[MAX_THREADS];
} stopped_run;

static void stopped_task(void *context, size_t task, size_t worker)
{
    stopped_run *r = context;
    if (!atomic_exchange(&r->known[worker], true) && worker == 1) {
        r->stopper->threads[0] = pthread_self();
        atomic_store(&r->stopper->num_threads, 1);
    }
    count_task(&r->run, task, worker);
}

static void test_a_stopped_thread(void **state)
{
    static stopped_run r;
    static stopper s;
    pthread_t id;
    struct sigaction action = {.sa_handler = stop_20_ms, .sa_flags = SA_RESTART};
    (void)state;
    assert_int_equal(sigaction(SIGUSR1, &action, NULL), 0);
    ppo_pool *pool = create(3);
    r.stopper = &s;
    r.run.num_workers = 3;
    assert_int_equal(pthread_create(&id, NULL, stop_at_random, &s), 0);
    const double begin = ppo_clock_seconds();
    for (size_t round = 0; // until worker 1 has taken part, on a busy machine too
         ppo_clock_seconds() - begin < 0.7 || atomic_load(&s.num_threads) == 0; round++) {
        const size_t num_tasks = 2 + round % 40;
        r.run.num_tasks = num_tasks;
        memset(r.run.times, 0, num_tasks * sizeof *r.run.times);
        ppo_pool_run(pool, stopped_task, &r, num_tasks);
        for (size_t i = 0; i < num_tasks; i++)
            assert_int_equal(r.run.times[i], 1);
        assert_int_equal(atomic_load(&r.run.wrong), 0);
    }
    assert_int_equal(atomic_load(&s.num_threads), 1);
    atomic_store(&s.stop, true);
    pthread_join(id, NULL);
    ppo_pool_destroy(pool);
}

// Processor time of the whole process.
static double processor_s(void)
{
    struct timespec used;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    return (double)used.tv_sec + 1e-9 * (double)used.tv_nsec;
}

static void sleep_task(void *context, size_t task, size_t worker)
{
    (void)context, (void)worker;
    if (task == 1) // not the caller's
        nanosleep(&(struct timespec){.tv_nsec = 100000000}, NULL);
}

static void run_without_workers(ppo_pool *pool)
{
    for (int i = 0; i < 100; i++) {
        ppo_pool_run(pool, sleep_task, NULL, 1); // task 0 alone
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    }
}

// Each run wakes three workers, which spin for 50 us.
static void run_at_intervals(ppo_pool *pool)
{
    static run r;
    for (int i = 0; i < 50; i++) {
        check(pool, &r, 4);
        nanosleep(&(struct timespec){.tv_nsec = 2000000}, NULL);
    }
}

static void wait_for_a_sleeper(ppo_pool *pool)
{
    ppo_pool_run(pool, sleep_task, NULL, 4);
}

// One of ten tries has to keep to the limit: on a machine that is busy with something else a
// process is charged for more than its own work. One that spins keeps to it in none.
static void uses_at_most(double limit_s, void (*act)(ppo_pool *pool), ppo_pool *pool)
{
    double used = INFINITY;
    for (int try = 0; try < 10 && used > limit_s; try++) {
        const double begin = processor_s();
        act(pool);
        used = processor_s() - begin;
    }
    if (used > limit_s)
        fail_msg("%g s of processor time, %g are allowed", used, limit_s);
}

// Neither workers without work nor a caller that waits keep a core busy.
static void test_idle_threads_sleep(void **state)
{
    (void)state;
    ppo_pool *pool = create(4);
    uses_at_most(0.02, run_without_workers, pool);
    uses_at_most(50 * 4 * 150e-6, run_at_intervals, pool);
    uses_at_most(0.02, wait_for_a_sleeper, pool);
    ppo_pool_destroy(pool);
}

static void worker_task(void *context, size_t task, size_t worker)
{
    atomic_size_t *highest = context;
    (void)task;
    size_t seen = atomic_load(highest);
    while (worker > seen && !atomic_compare_exchange_weak(highest, &seen, worker))
        ;
}

static void test_no_more_workers_than_cores(void **state)
{
    (void)state;
    ppo_pool *pool = NULL;
    assert_int_equal(ppo_pool_create(&pool, 64, NULL), PPO_OK);
    assert_int_equal(ppo_pool_size(pool), 64);
    atomic_size_t highest = 0;
    for (int i = 0; i < 2000; i++)
        ppo_pool_run(pool, worker_task, &highest, 64);
    assert_true(atomic_load(&highest) < ppo_cores_available());
    ppo_pool_destroy(pool);
}

static void test_creation(void **state)
{
    (void)state;
    ppo_pool_destroy(NULL);
    ppo_pool *pool = create(0); // a worker per core
    assert_true(ppo_pool_size(pool) >= 1);
    ppo_pool_destroy(pool);
    for (uint32_t i = 0; i < 100; i++) // without a run in between
        ppo_pool_destroy(create(1 + i % MAX_THREADS));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_every_task_once),
                                       cmocka_unit_test(test_many_runs),
                                       cmocka_unit_test(test_destroyed_at_once),
                                       cmocka_unit_test(test_runs_see_each_other),
                                       cmocka_unit_test(test_sleepers_wake),
                                       cmocka_unit_test(test_pools_inside_tasks),
                                       cmocka_unit_test(test_a_stopped_thread),
                                       cmocka_unit_test(test_idle_threads_sleep),
                                       cmocka_unit_test(test_no_more_workers_than_cores),
                                       cmocka_unit_test(test_creation)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
