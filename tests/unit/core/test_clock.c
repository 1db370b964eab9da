// SPDX-License-Identifier: MIT
// Both clocks count seconds: they never go back within a loop, agree about a short wait, and the
// time of day is the system's.
#include "core/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include <cmocka.h>

static void test_the_monotonic_clock_never_goes_back(void **state)
{
    (void)state;
    double last = ppo_clock_seconds();
    for (int i = 0; i < 100000; i++) {
        const double now = ppo_clock_seconds();
        assert_true(now >= last);
        last = now;
    }
}

static void test_seconds_are_seconds(void **state)
{
    (void)state;
    const double monotonic = ppo_clock_seconds(), unix_time = ppo_clock_unix_seconds();
    nanosleep(&(struct timespec){.tv_nsec = 30000000}, NULL);
    const double waited = ppo_clock_seconds() - monotonic;
    assert_true(waited >= 0.03 && waited < 10.0);
    assert_true(ppo_clock_unix_seconds() - unix_time > 0.02);
}

static void test_the_time_of_day(void **state)
{
    (void)state;
    const double difference = ppo_clock_unix_seconds() - (double)time(NULL);
    assert_true(difference > -1.5 && difference < 1.5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_monotonic_clock_never_goes_back),
        cmocka_unit_test(test_seconds_are_seconds),
        cmocka_unit_test(test_the_time_of_day),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
