// SPDX-License-Identifier: MIT
// Every job runs exactly once, never more than num_workers at a time, and the caller's thread ticks
// meanwhile: the last job waits for a tick, or hangs.
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include <cmocka.h>

#include "cli/train/job_runner.h"

enum { NUM_JOBS = 40 };

typedef struct tally {
    atomic_uint num_runs[NUM_JOBS];
    atomic_uint running, most_running;
    atomic_uint num_ticks;
    size_t waits_for_tick; // the index of the job that does
} tally;

static void job(void *context, size_t index)
{
    tally *const t = context;
    const unsigned running = atomic_fetch_add(&t->running, 1) + 1;
    unsigned most = atomic_load(&t->most_running);
    while (running > most && !atomic_compare_exchange_weak(&t->most_running, &most, running)) {
    }
    do {
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    } while (index == t->waits_for_tick && atomic_load(&t->num_ticks) == 0);
    atomic_fetch_add(&t->num_runs[index], 1);
    atomic_fetch_sub(&t->running, 1);
}

static void tick(void *context)
{
    atomic_fetch_add(&((tally *)context)->num_ticks, 1);
}

static void run(tally *t, size_t num_jobs, uint32_t num_workers)
{
    const cli_jobs jobs = {.job = job,
                           .tick = tick,
                           .context = t,
                           .num_jobs = num_jobs,
                           .num_workers = num_workers,
                           .tick_s = 0.001};
    assert_int_equal(cli_jobs_run(&jobs, NULL), PPO_OK);
    for (size_t i = 0; i < NUM_JOBS; i++)
        assert_int_equal(atomic_load(&t->num_runs[i]), i < num_jobs ? 1 : 0);
    assert_true(atomic_load(&t->most_running) <= num_workers);
}

static void each_job_runs_once(void **state)
{
    (void)state;
    for (uint32_t num_workers = 1; num_workers <= 7; num_workers++) {
        tally t = {.waits_for_tick = NUM_JOBS - 1};
        run(&t, NUM_JOBS, num_workers);
        assert_true(atomic_load(&t.num_ticks) > 0);
    }
}

static void few_jobs(void **state)
{
    (void)state;
    tally t = {.waits_for_tick = 1}, none = {.waits_for_tick = 0};
    run(&t, 2, 8);
    run(&none, 0, 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_job_runs_once),
        cmocka_unit_test(few_jobs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
