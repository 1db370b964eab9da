// SPDX-License-Identifier: MIT
// Rows of CSV files by column name, from files that are whole, torn, empty or not there.
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "cli/info/csv_row.h"

static char dir[] = "/tmp/ppo-test-XXXXXX";
static char path[64];

static int make_dir(void **state)
{
    (void)state;
    if (!mkdtemp(dir))
        return -1;
    snprintf(path, sizeof path, "%s/rows.csv", dir);
    return 0;
}

static int remove_dir(void **state)
{
    (void)state;
    unlink(path);
    return rmdir(dir);
}

static void write_file(const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

static void last_and_marked_rows(void **state)
{
    (void)state;
    cli_csv_row row;
    write_file("step,a/return,best\n1,10.5,1\n2,20.5,1\n3,5.5,0\n4,");
    cli_csv_row_read(&row, dir, "rows.csv", NULL);
    assert_true(cli_csv_row_get(&row, "step") == 3.0); // row 4 is still being written
    assert_true(cli_csv_row_get(&row, "a/return") == 5.5);
    assert_true(isnan(cli_csv_row_get(&row, "ste")));
    assert_true(isnan(cli_csv_row_get(&row, "other")));
    cli_csv_row_release(&row);
    cli_csv_row_read(&row, dir, "rows.csv", "best");
    assert_true(cli_csv_row_get(&row, "a/return") == 20.5);
    cli_csv_row_release(&row);
}

static void nothing_there(void **state)
{
    (void)state;
    static const char *const text[] = {"", "step", "step\n", "step,b\n,\n", "step,b\n1\n"};
    cli_csv_row row;
    for (size_t i = 0; i < sizeof text / sizeof text[0]; i++) {
        write_file(text[i]);
        cli_csv_row_read(&row, dir, "rows.csv", NULL);
        assert_true(isnan(cli_csv_row_get(&row, "b")));
        cli_csv_row_release(&row);
    }
    cli_csv_row_read(&row, dir, "missing.csv", NULL);
    assert_true(isnan(cli_csv_row_get(&row, "step")));
    cli_csv_row_release(&row);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(last_and_marked_rows),
        cmocka_unit_test(nothing_there),
    };
    return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
