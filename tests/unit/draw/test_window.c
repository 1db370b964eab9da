// SPDX-License-Identifier: MIT
// Windows on SDL's display without output: opened twice, shown, waited for; and where there is no
// display. What people see and press is tested by tests/cli/watch.sh.
#include "ppo/window.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

static double now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static void skip_if_absent(void)
{
    char text[512];
    ppo_window_describe(text, sizeof text);
    if (strncmp(text, "absent", 6) == 0)
        skip();
}

static void test_show(void **state)
{
    (void)state;
    static const unsigned char rgb[20 * 30 * 3] = {200};
    skip_if_absent();
    setenv("SDL_VIDEODRIVER", "dummy", 1);
    for (int i = 0; i < 2; i++) {
        ppo_window *window = NULL;
        ppo_error error = {.status = PPO_OK};
        assert_int_equal(ppo_window_open(&window, "test", 30, 20, &error), PPO_OK);
        ppo_window_show(window, rgb, "one");
        const double began = now_s();
        assert_int_equal(ppo_window_wait(window, 0.05), PPO_KEY_NONE);
        assert_true(now_s() - began > 0.04);
        ppo_window_show(window, rgb, "two");
        ppo_window_close(window);
    }
    ppo_window_close(NULL);
}

static void test_no_display(void **state)
{
    (void)state;
    static const char *const drivers[] = {"", "nonsense"};
    skip_if_absent();
    unsetenv("DISPLAY");
    unsetenv("WAYLAND_DISPLAY");
    for (int i = 0; i < 2; i++) {
        ppo_window *window = (ppo_window *)&window;
        ppo_error error = {.status = PPO_OK};
        setenv("SDL_VIDEODRIVER", drivers[i], 1);
        assert_int_equal(ppo_window_open(&window, "test", 30, 20, &error), PPO_UNSUPPORTED);
        assert_null(window);
        assert_non_null(strstr(error.message, i == 0 ? "no display" : "no window can be opened"));
        assert_int_equal(ppo_window_open(&window, "test", 30, 20, NULL), PPO_UNSUPPORTED);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_show),
        cmocka_unit_test(test_no_display),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
