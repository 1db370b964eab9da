// SPDX-License-Identifier: MIT
// The list of struct layouts: it says what the compiler does, each field lies in its struct, and
// none is listed twice.
#include "ppo/abi.h"

#include "ppo/ppo.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void test_rows(void **state)
{
    (void)state;
    ppo_abi_row row, whole = {0}, other;
    size_t count = 0;
    for (; ppo_abi_at(&row, count); count++) {
        if (!row.field[0])
            whole = row;
        assert_string_equal(row.type, whole.type);
        assert_true(row.size > 0 && row.offset + row.size <= whole.size);
        for (size_t i = 0; i < count; i++) {
            ppo_abi_at(&other, i);
            assert_false(!strcmp(row.type, other.type) && !strcmp(row.field, other.field));
        }
    }
    assert_true(count > 50);
    assert_false(ppo_abi_at(&row, count + 100));
}

static void test_known_row(void **state)
{
    (void)state;
    ppo_abi_row row = {0};
    for (size_t i = 0; strcmp(row.field ? row.field : "", "message"); i++)
        assert_true(ppo_abi_at(&row, i));
    assert_string_equal(row.type, "ppo_error");
    assert_int_equal(row.offset, offsetof(ppo_error, message));
    assert_int_equal(row.size, 512);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_known_row),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
