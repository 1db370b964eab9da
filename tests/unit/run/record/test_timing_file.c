// SPDX-License-Identifier: MIT
// timing.csv opened again: the rows that stay, the time that has passed, what is missing or torn.
#include "run/record/timing_file.h"
#include "unit/run/support/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define HEADER \
    "iteration,global_step,time/time_elapsed,time/fps,time/collect_seconds,time/update_seconds\n"
#define ROW_1 "1,64,0.5,128,0.1,0.2\n"
#define ROW_2 "2,128,1.25,102.4,0.1,0.2\n"
#define ROW_3 "3,192,inf,0,0.1,0.2\n"

typedef struct opened {
    double elapsed;
    bool changed;
    char text[512];
} opened;

// Writes the file (none if NULL), opens it for a run at `iteration` and reads what is left.
static opened open_at(const char *content, uint64_t iteration)
{
    opened result;
    ppo_append_file csv;
    ppo_error error = {0};
    size_t size;
    const char *path = scratch_path("timing.csv");
    remove(path);
    if (content)
        assert_true(scratch_write(path, content, strlen(content)));
    if (ppo_timing_file_open(&csv, path, iteration, &result.elapsed, &result.changed, &error) !=
        PPO_OK)
        fail_msg("%s", error.message);
    ppo_append_file_close(&csv);
    char *text = scratch_read(&size, path);
    assert_true(text && size < sizeof result.text);
    memcpy(result.text, text, size);
    result.text[size] = '\0';
    free(text);
    return result;
}

static void assert_opened(const char *content, uint64_t iteration, const char *left, double elapsed,
                          bool changed)
{
    const opened result = open_at(content, iteration);
    assert_string_equal(result.text, left);
    assert_true(result.elapsed == elapsed);
    assert_int_equal(result.changed, changed);
}

static void test_rows_up_to_the_iteration_stay(void **state)
{
    (void)state;
    const char *whole = HEADER ROW_1 ROW_2 ROW_3;
    assert_opened(whole, 0, HEADER, 0, false);
    assert_opened(whole, 1, HEADER ROW_1, 0.5, false);
    assert_opened(whole, 2, HEADER ROW_1 ROW_2, 1.25, false);
    assert_opened(NULL, 0, HEADER, 0, false);
}

static void test_missing_rows_are_reported(void **state)
{
    (void)state;
    assert_opened(NULL, 2, HEADER, 0, true);
    assert_opened("", 2, HEADER, 0, true);
    assert_opened(HEADER, 2, HEADER, 0, true);
    assert_opened(HEADER ROW_1, 2, HEADER ROW_1, 0.5, true);
    assert_opened(HEADER ROW_1 "2,128,1.2", 2, HEADER ROW_1, 0.5, true); // torn
    assert_opened(HEADER ROW_1 "2,128\n" ROW_2, 2, HEADER ROW_1, 0.5, true);
    assert_opened(HEADER ROW_1 "x,128,1\n" ROW_2, 2, HEADER ROW_1, 0.5, true);
    assert_opened(HEADER ROW_1 "2,128,x\n" ROW_2, 2, HEADER ROW_1, 0.5, true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows_up_to_the_iteration_stay),
        cmocka_unit_test(test_missing_rows_are_reported),
    };
    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
