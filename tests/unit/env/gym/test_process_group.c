// SPDX-License-Identifier: MIT
// Process groups whose Python can't work. What groups do with one that does is in test_bridge.c.
#include "env/gym/process_group.h"

#include "env/gym/python.h"

#include <string.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void test_share(void **state)
{
    (void)state;
    static const size_t cases[][3] = {{2, 8, 4}, {3, 8, 3}, {8, 3, 1}, {1, 5, 5}, {4, 5, 2}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(ppo_process_group_share((uint32_t)cases[i][0], cases[i][1]), cases[i][2]);
}

// Processes that end at once, and a program that isn't there: no group, and the reason.
static void test_failed_starts(void **state)
{
    (void)state;
    static const struct {
        const char *program;
        ppo_status status;
        const char *says;
        bool is_counted;
    } cases[] = {{"/bin/false", PPO_ENV_FAILED, "exited with code 1", true},
                 {"/nowhere/python3", PPO_NOT_FOUND, "can't be started", false}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        ppo_bridge_setup setup = {.id = "gym:X-v0",
                                  .name = "X-v0",
                                  .python = cases[i].program,
                                  .kwargs = "",
                                  .log = -1,
                                  .obs_bytes = 4,
                                  .action_bytes = 4};
        ppo_process_group *group = (ppo_process_group *)&setup;
        ppo_error error = {.message = ""};
        pthread_mutex_init(&setup.mutex, NULL);
        assert_int_equal(pipe(setup.alive), 0);
        setup.alive[0] = ppo_python_move(setup.alive[0]);
        assert_int_equal(ppo_python_script(&setup.script, NULL), PPO_OK);
        assert_int_equal(ppo_process_group_create(&group, &setup, 3, &error), cases[i].status);
        assert_null(group);
        assert_non_null(strstr(error.message, cases[i].says));
        assert_int_equal(ppo_bridge_failures(&setup, NULL) > 0, cases[i].is_counted);
        close(setup.alive[0]);
        close(setup.alive[1]);
        close(setup.script);
        pthread_mutex_destroy(&setup.mutex);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_share),
        cmocka_unit_test(test_failed_starts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
