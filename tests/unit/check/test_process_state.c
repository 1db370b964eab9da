// SPDX-License-Identifier: MIT
// The state of the process: each change is described, restored states are equal, and descriptors
// are counted.
#include "check/process_state.h"

#include <fcntl.h>
#include <fenv.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static ppo_process_state before, after;

static void expect(const char *words)
{
    char text[128];
    ppo_process_state_read(&after);
    if (!ppo_process_state_differs(text, sizeof text, &before, &after))
        fail_msg("%s: no difference", words);
    if (!strstr(text, words))
        fail_msg("%s: '%s'", words, text);
}

static void expect_none(void)
{
    char text[128];
    ppo_process_state_read(&after);
    if (ppo_process_state_differs(text, sizeof text, &before, &after))
        fail_msg("'%s' differs", text);
}

static void test_changes_are_described(void **state)
{
    (void)state;
    ppo_process_state_read(&before);
    expect_none();
    const mode_t mask = umask(0);
    umask(mask ^ 022);
    expect("umask");
    umask(mask);
    expect_none();
    setenv("PPO_TEST_VARIABLE", "1", 1);
    expect("environment variables");
    unsetenv("PPO_TEST_VARIABLE");
    expect_none();
    signal(SIGUSR2, SIG_IGN);
    expect("signal 12");
    signal(SIGUSR2, SIG_DFL);
    expect_none();
    fesetround(FE_DOWNWARD);
    expect("rounding");
    ppo_process_set_rounding(before.rounding);
    expect_none();
    assert_int_equal(fegetround(), FE_TONEAREST);
    assert_int_equal(chdir("/"), 0);
    if (strcmp(before.directory, "/") != 0)
        expect("directory");
    assert_int_equal(chdir(before.directory), 0);
    expect_none();
}

// Exception flags are no setting: arithmetic raises them.
static void test_exception_flags_do_not_count(void **state)
{
    (void)state;
    feclearexcept(FE_ALL_EXCEPT);
    ppo_process_state_read(&before);
    volatile double huge = 1e308; // overflows in the unit that computes, whichever that is
    huge = huge * 10.0;
    expect_none();
    feclearexcept(FE_ALL_EXCEPT);
}

static void test_descriptors_are_counted(void **state)
{
    (void)state;
    ppo_process_state_read(&before);
    const int opened = dup(1);
    assert_true(opened >= 0);
    expect_none(); // one more is not a change of what was there
    assert_int_equal(ppo_process_state_opened(&before, &after), 1);
    before = after;
    close(opened);
    expect("closed");
    assert_int_equal(ppo_process_state_opened(&before, &after), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_changes_are_described),
        cmocka_unit_test(test_exception_flags_do_not_count),
        cmocka_unit_test(test_descriptors_are_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
