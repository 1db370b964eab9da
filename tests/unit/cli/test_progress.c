// SPDX-License-Identifier: MIT
// The progress line as it is written where stderr is a file: shares, steps, and only the values
// that there are; nothing when quiet.
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "cli/progress.h"

static FILE *captured;
static int kept;

static int capture(void **state)
{
    (void)state;
    captured = tmpfile();
    fflush(stderr);
    kept = dup(STDERR_FILENO);
    return !captured || kept < 0 || dup2(fileno(captured), STDERR_FILENO) < 0;
}

static int release(void **state)
{
    (void)state;
    dup2(kept, STDERR_FILENO);
    close(kept);
    return fclose(captured);
}

// What has been written to stderr since the last call.
static const char *written(void)
{
    static char text[1024];
    fflush(stderr);
    rewind(captured);
    text[fread(text, 1, sizeof text - 1, captured)] = '\0';
    rewind(captured);
    assert_int_equal(ftruncate(fileno(captured), 0), 0);
    lseek(STDERR_FILENO, 0, SEEK_SET);
    return text;
}

static const ppo_stats stats = {.global_step = 2500,
                                .return_mean = 12.34,
                                .length_mean = (double)NAN,
                                .approx_kl = 0.01,
                                .entropy = 0.5};

static void a_line_in_a_file(void **state)
{
    (void)state;
    cli_progress progress;
    cli_progress_init(&progress, 2500, 10000, false);
    assert_false(cli_progress_is_due(&progress));
    progress.drawn_s -= 3.0;
    assert_true(cli_progress_is_due(&progress));
    cli_progress_draw(&progress, "2 of 3 runs done", &stats);
    assert_string_equal(written(), "2 of 3 runs done   25 %  step 2500/10000  return 12.3  "
                                   "kl 0.0100  entropy 0.500\n");
    assert_false(cli_progress_is_due(&progress));
    cli_progress_clear(&progress); // nothing to take back in a file
    assert_string_equal(written(), "");
}

static void speed_and_time_left(void **state)
{
    (void)state;
    cli_progress progress;
    cli_progress_init(&progress, 500, 10000, false);
    progress.began_s -= 2.0; // 2000 steps in 2 s, so 7.5 s are left
    cli_progress_draw(&progress, "", &stats);
    const char *text = written();
    if (!strstr(text, " 25 %  step 2500/10000  1000 steps/s  0:08 left  return"))
        fail_msg("%s", text);
}

static void quiet(void **state)
{
    (void)state;
    cli_progress progress;
    cli_progress_init(&progress, 0, 10000, true);
    progress.drawn_s -= 60.0;
    assert_false(cli_progress_is_due(&progress));
    cli_progress_draw(&progress, "", &stats);
    cli_progress_text(&progress, "text");
    assert_string_equal(written(), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_line_in_a_file, capture, release),
        cmocka_unit_test_setup_teardown(speed_and_time_left, capture, release),
        cmocka_unit_test_setup_teardown(quiet, capture, release),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
