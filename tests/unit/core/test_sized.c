// SPDX-License-Identifier: MIT
// Option structs of an older, the same and a newer header.
#include "core/sized.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

typedef struct first_options {
    size_t struct_size;
    uint64_t a;
} first_options;

typedef struct own_options {
    size_t struct_size;
    uint64_t a, b;
} own_options;

typedef struct later_options {
    size_t struct_size;
    uint64_t a, b, c;
} later_options;

static ppo_status read_options(own_options *own, const void *given, ppo_error *error)
{
    memset(own, 0xee, sizeof *own);
    return ppo_sized_read(own, sizeof *own, sizeof(first_options), given, "own_options", error);
}

static void test_versions(void **state)
{
    const first_options first = {sizeof first, 1};
    const own_options same = {sizeof same, 1, 2};
    later_options later = {sizeof later, 1, 2, 0};
    own_options own;
    ppo_error error = {0};
    (void)state;
    assert_int_equal(read_options(&own, NULL, &error), PPO_OK);
    assert_true(own.a == 0 && own.b == 0 && own.struct_size == sizeof own);
    assert_int_equal(read_options(&own, &first, &error), PPO_OK);
    assert_true(own.a == 1 && own.b == 0 && own.struct_size == sizeof own);
    assert_int_equal(read_options(&own, &same, &error), PPO_OK);
    assert_true(own.a == 1 && own.b == 2);
    assert_int_equal(read_options(&own, &later, &error), PPO_OK);
    assert_true(own.a == 1 && own.b == 2 && own.struct_size == sizeof own);
    later.c = 1;
    assert_int_equal(read_options(&own, &later, &error), PPO_INVALID);
    assert_non_null(strstr(error.message, "doesn't have"));
}

static void test_forgotten_size(void **state)
{
    const own_options forgotten = {.a = 1};
    own_options own;
    ppo_error error = {0};
    (void)state;
    assert_int_equal(read_options(&own, &forgotten, &error), PPO_INVALID);
    assert_non_null(strstr(error.message, "own_options: struct_size is 0"));
}

static void test_half_a_field(void **state)
{
    own_options own, half = {.a = 1, .b = UINT64_MAX};
    ppo_error error = {0};
    (void)state;
    for (half.struct_size = sizeof(first_options) + 1; half.struct_size < sizeof half;
         half.struct_size++) {
        assert_int_equal(read_options(&own, &half, &error), PPO_INVALID);
        assert_non_null(strstr(error.message, "set it to sizeof(own_options)"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_versions),
        cmocka_unit_test(test_forgotten_size),
        cmocka_unit_test(test_half_a_field),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
