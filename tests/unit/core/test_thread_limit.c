// SPDX-License-Identifier: MIT
// The limit against simulated machines: free ones keep all threads; on busy ones the number that is
// fastest is found, from either side, in spite of runs of unlike kinds; and all threads take part
// again when the machine is free.
#include "core/thread_limit.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

// Seconds of a run of a kind with n threads.
typedef double ppo_cost(int kind, size_t num_threads);

static double slow_meetings(int kind, size_t n) // waiting costs more than a second thread gains
{
    return (kind ? 200e-6 : 20e-6) * (n == 1 ? 1.0 : 1.6);
}

static double still_worth_it(int kind, size_t n)
{
    return (kind ? 200e-6 : 20e-6) / (n == 1 ? 1.0 : 1.5);
}

static double best_with_four(int kind, size_t n)
{
    return (kind ? 90e-6 : 30e-6) * (1.0 + fabs(log2((double)n) - 2.0));
}

// Runs from `begin_s` to `end_s`; returns the time that runs would have taken with `best` threads
// over the time that they took. Phases of 5 ms are of one kind of run each.
static double simulate(ppo_thread_limit *limit, ppo_cost *cost, double share, size_t best,
                       double begin_s, double end_s)
{
    double ideal_s = 0.0, t = begin_s;
    while (t < end_s) {
        const int kind = (int)(t / 5e-3) % 2;
        const size_t n = limit->now;
        const double duration = cost(kind, n);
        t += duration;
        ideal_s += cost(kind, best);
        if (!limit->is_contended)
            ppo_thread_limit_delay(limit, n, share, t);
        else if (ppo_thread_limit_run(limit, (uintptr_t)(1000 + 64 * kind), 8, duration, t))
            ppo_thread_limit_delay(limit, n, share, t);
    }
    return ideal_s / (end_s - begin_s);
}

static void test_a_free_machine_keeps_all(void **state)
{
    ppo_thread_limit limit;
    (void)state;
    ppo_thread_limit_init(&limit, 4);
    simulate(&limit, slow_meetings, 0.05, 4, 0.0, 1.0);
    assert_true(!limit.is_contended && limit.now == 4);
    ppo_thread_limit_init(&limit, 1);
    simulate(&limit, slow_meetings, 0.9, 1, 0.0, 0.1);
    assert_int_equal(limit.now, 1);
}

static void test_a_busy_machine(void **state)
{
    ppo_thread_limit limit;
    (void)state;
    ppo_thread_limit_init(&limit, 2);
    assert_true(simulate(&limit, slow_meetings, 0.5, 1, 0.0, 10.0) > 0.95);
    ppo_thread_limit_init(&limit, 2);
    assert_true(simulate(&limit, still_worth_it, 0.5, 2, 0.0, 10.0) > 0.95);
}

static void test_the_best_of_many(void **state)
{
    ppo_thread_limit limit;
    (void)state;
    ppo_thread_limit_init(&limit, 16);
    simulate(&limit, best_with_four, 0.5, 4, 0.0, 5.0);
    assert_int_equal(limit.chosen, 4);
    assert_true(simulate(&limit, best_with_four, 0.5, 4, 5.0, 25.0) > 0.9);
    // More is better now.
    simulate(&limit, still_worth_it, 0.5, 2, 25.0, 35.0);
    ppo_thread_limit_init(&limit, 2);
    simulate(&limit, slow_meetings, 0.5, 1, 0.0, 3.0);
    assert_int_equal(limit.chosen, 1);
    simulate(&limit, still_worth_it, 0.5, 2, 3.0, 6.0);
    assert_int_equal(limit.chosen, 2);
}

static void test_the_machine_is_free_again(void **state)
{
    ppo_thread_limit limit;
    (void)state;
    ppo_thread_limit_init(&limit, 2);
    simulate(&limit, slow_meetings, 0.5, 1, 0.0, 3.0);
    assert_true(limit.is_contended);
    simulate(&limit, still_worth_it, 0.0, 2, 3.0, 5.0);
    assert_true(!limit.is_contended && limit.now == 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_free_machine_keeps_all),
        cmocka_unit_test(test_a_busy_machine),
        cmocka_unit_test(test_the_best_of_many),
        cmocka_unit_test(test_the_machine_is_free_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
