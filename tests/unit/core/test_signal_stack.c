// SPDX-License-Identifier: MIT
// A thread of a pool that overflows its stack still runs the handler of the signal; a stack that a
// thread has already is kept.
#include "core/signal_stack.h"

#include "core/pool.h"

#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define HANDLED 42

static void end_well(int number)
{
    (void)number;
    _exit(HANDLED);
}

// 4 KiB a level.
static int recurse(const volatile char *outer, size_t levels)
{
    volatile char inner[4096];
    inner[7] = outer ? outer[7] : 1;
    return levels ? recurse(inner, levels - 1) + inner[7] : 0;
}

// Task 1 falls to worker 1 unless the caller helps it, so the caller waits for the end.
static void overflow_in_worker(void *context, size_t task, size_t worker)
{
    (void)context;
    (void)task;
    if (worker == 0)
        sleep(10);
    _exit(recurse(NULL, 1 << 20));
}

static void test_overflow_in_pool(void **state)
{
    (void)state;
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct sigaction action = {.sa_handler = end_well, .sa_flags = SA_ONSTACK};
        sigaction(SIGSEGV, &action, NULL);
        ppo_pool *pool;
        if (ppo_pool_create(&pool, 2, NULL) != PPO_OK)
            _exit(1);
        ppo_pool_set_limit(pool, 2);
        ppo_pool_run(pool, overflow_in_worker, NULL, 2);
        _exit(2);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), HANDLED);
}

static void *set_twice(void *argument)
{
    static unsigned char second[PPO_SIGNAL_STACK_BYTES];
    stack_t first, kept;
    ppo_signal_stack_use(argument, PPO_SIGNAL_STACK_BYTES);
    sigaltstack(NULL, &first);
    ppo_signal_stack_use(second, sizeof second);
    sigaltstack(NULL, &kept);
    return (void *)(uintptr_t)(kept.ss_sp == first.ss_sp && !(kept.ss_flags & SS_DISABLE));
}

static void test_first_is_kept(void **state)
{
    (void)state;
    static unsigned char first[PPO_SIGNAL_STACK_BYTES];
    pthread_t thread;
    void *is_kept;
    assert_int_equal(pthread_create(&thread, NULL, set_twice, first), 0);
    assert_int_equal(pthread_join(thread, &is_kept), 0);
    assert_non_null(is_kept);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_overflow_in_pool),
        cmocka_unit_test(test_first_is_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
