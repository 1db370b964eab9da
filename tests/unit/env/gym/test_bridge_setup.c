// SPDX-License-Identifier: MIT
// Failures are counted, the last one is kept, and those that Python has not logged go to the log.
#include "env/gym/bridge_setup.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void test_failures(void **state)
{
    (void)state;
    FILE *log = tmpfile();
    ppo_bridge_setup setup = {.id = "gym:X-v0", .log = fileno(log)};
    ppo_error last = {.status = PPO_OK, .message = "untouched"};
    char text[256] = "";
    pthread_mutex_init(&setup.mutex, NULL);
    assert_int_equal(ppo_bridge_failures(&setup, &last), 0);
    assert_string_equal(last.message, "untouched");
    ppo_bridge_record_failure(&setup, false, "process %d fell", 3);
    ppo_bridge_record_failure(&setup, true, "environment %d raised", 4);
    assert_int_equal(ppo_bridge_failures(&setup, NULL), 2);
    assert_int_equal(ppo_bridge_failures(&setup, &last), 2);
    assert_int_equal(last.status, PPO_ENV_FAILED);
    assert_string_equal(last.message, "environment 4 raised");
    assert_true(pread(setup.log, text, sizeof text - 1, 0) > 0);
    assert_string_equal(text, "--- gym:X-v0, process 3 fell\n");
    pthread_mutex_destroy(&setup.mutex);
    fclose(log);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_failures),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
