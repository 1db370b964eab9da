// SPDX-License-Identifier: MIT
// Reading CSV files of numbers: cells, empty and torn ones, damage.
#include "run/record/csv_table.h"
#include "unit/run/support/scratch.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static ppo_status read_text(ppo_csv_table *table, const char *text, size_t size, ppo_error *error)
{
    assert_true(scratch_write(scratch_path("t.csv"), text, size));
    return ppo_csv_table_read(table, scratch_path("t.csv"), error);
}

static void test_cells(void **state)
{
    (void)state;
    static const char text[] = "a,b/c,d\n1,,-2.5e3\nnan,inf,0\n7,8"; // the last one is torn
    ppo_csv_table t;
    ppo_error error = {0};
    assert_int_equal(read_text(&t, text, sizeof text - 1, &error), PPO_OK);
    assert_int_equal(t.num_columns, 3);
    assert_int_equal(t.num_rows, 2);
    assert_int_equal(ppo_csv_table_find(&t, "b/c"), 1);
    assert_int_equal(ppo_csv_table_find(&t, "b"), 3);
    assert_true(ppo_csv_table_at(&t, 0, 0) == 1.0);
    assert_true(isnan(ppo_csv_table_at(&t, 0, 1)));
    assert_true(ppo_csv_table_at(&t, 0, 2) == -2500.0);
    assert_true(isnan(ppo_csv_table_at(&t, 1, 0)));
    assert_true(isinf(ppo_csv_table_at(&t, 1, 1)));
    ppo_csv_table_release(&t);
    assert_int_equal(read_text(&t, "x\n", 2, &error), PPO_OK);
    assert_int_equal(t.num_rows, 0);
    ppo_csv_table_release(&t);
}

static void expect_refusal(const char *text, size_t size, const char *part)
{
    ppo_csv_table t;
    ppo_error error = {0};
    assert_int_equal(read_text(&t, text, size, &error), PPO_CORRUPT);
    assert_null(t.cell);
    if (!strstr(error.message, part))
        fail_msg("'%s' does not say '%s'", error.message, part);
}

static void test_damage(void **state)
{
    (void)state;
    expect_refusal("", 0, "is empty");
    expect_refusal("a,b", 3, "is empty"); // a header still being written
    expect_refusal("\n1\n", 3, "is empty");
    expect_refusal("a,b\n1\n", 6, "t.csv:2: 1 cells, but the header names 2");
    expect_refusal("a\n1\n2,3\n", 8, "t.csv:3: 2 cells");
    expect_refusal("a\none\n", 6, "t.csv:2: 'one' is not a number");
    expect_refusal("a\n1\0\n", 6, "not a text file");
    ppo_csv_table t;
    assert_int_equal(ppo_csv_table_read(&t, scratch_path("none"), NULL), PPO_NOT_FOUND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cells),
        cmocka_unit_test(test_damage),
    };
    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
