// SPDX-License-Identifier: MIT
// How children have ended, in words; the timer without progress; ending several at once.
#include "env/workers/child_process.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static pid_t child(int exit_code, int signal_number)
{
    const pid_t id = fork();
    if (id != 0)
        return id;
    if (signal_number)
        raise(signal_number);
    if (exit_code < 0)
        for (;;)
            pause();
    _exit(exit_code);
}

static void describe(char *text, size_t size, pid_t id)
{
    ppo_child_end end;
    while (!ppo_child_has_ended(id, &end))
        ppo_child_sleep_ms(1);
    ppo_child_describe_end(text, size, &end, 0);
}

static void test_ends(void **state)
{
    (void)state;
    char text[96];
    ppo_child_end end;
    describe(text, sizeof text, child(7, 0));
    assert_string_equal(text, "exited with code 7");
    describe(text, sizeof text, child(0, SIGKILL));
    assert_string_equal(text, "was ended by signal 9 (Killed)");
    const pid_t id = child(-1, 0);
    assert_false(ppo_child_has_ended(id, &end));
    ppo_child_kill(id);
    assert_true(ppo_child_has_ended(id, &end)); // it was waited for already
    assert_false(end.is_known);
    ppo_child_describe_end(text, sizeof text, &end, 0);
    assert_non_null(strstr(text, "not known"));
    ppo_child_describe_end(text, sizeof text, &end, 1500);
    assert_string_equal(text, "made no progress for 1.5 s (env_timeout) and was killed");
}

static void test_timer(void **state)
{
    (void)state;
    ppo_progress_timer timer = {.progress = 5};
    const uint32_t waits = 100 / PPO_CHILD_CHECK_MS;
    for (uint32_t i = 0; i < waits; i++)
        assert_false(ppo_progress_timer_expired(&timer, 5, 100));
    assert_false(ppo_progress_timer_expired(&timer, 6, 100)); // progress: from the beginning
    for (uint32_t i = 1; i < waits; i++)
        assert_false(ppo_progress_timer_expired(&timer, 6, 100));
    assert_true(ppo_progress_timer_expired(&timer, 6, 100));
    for (uint32_t i = 0; i < 10000; i++)
        assert_false(ppo_progress_timer_expired(&timer, 6, 0));
}

typedef struct row {
    double other;
    pid_t id;
} row;

// One that has ended, one that ends by itself within the grace period, one that has to be killed,
// and a row without a process.
static void test_end_all(void **state)
{
    (void)state;
    struct timespec before, after;
    row rows[4] = {{1.0, child(1, 0)}, {2.0, 0}, {3.0, child(-1, 0)}, {4.0, fork()}};
    if (rows[3].id == 0) {
        ppo_child_sleep_ms(50);
        _exit(0);
    }
    const pid_t killed = rows[2].id;
    clock_gettime(CLOCK_MONOTONIC, &before);
    ppo_child_end_all(&rows[0].id, 4, sizeof rows[0]);
    clock_gettime(CLOCK_MONOTONIC, &after);
    for (int i = 0; i < 4; i++) {
        assert_int_equal(rows[i].id, 0);
        assert_true(rows[i].other == i + 1.0);
    }
    assert_int_not_equal(kill(killed, 0), 0);
    assert_true(waitpid(-1, NULL, WNOHANG) < 0); // none is left
    assert_true(after.tv_sec - before.tv_sec >= PPO_CHILD_GRACE_MS / 1000 - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ends),
        cmocka_unit_test(test_timer),
        cmocka_unit_test(test_end_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
