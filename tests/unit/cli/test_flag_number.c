// SPDX-License-Identifier: MIT
// Numbers and lists of seeds from the command line: what is taken, what is refused.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cli/flag_number.h"

static void integers(void **state)
{
    (void)state;
    static const char *const bad[] = {"",    "-1",   " 1", "1 ",
                                      "1.5", "0x10", "x",  "18446744073709551616"};
    ppo_error error = {0};
    uint64_t value = 7;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(cli_parse_integer(&value, "--n", bad[i], 0, UINT64_MAX, &error),
                         PPO_INVALID);
    assert_int_equal(value, 7); // unchanged
    assert_int_equal(
        cli_parse_integer(&value, "--n", "18446744073709551615", 0, UINT64_MAX, &error), PPO_OK);
    assert_true(value == UINT64_MAX);
    assert_int_equal(cli_parse_integer(&value, "--n", "11", 1, 10, &error), PPO_INVALID);
    assert_string_equal(error.message, "--n: 11 is outside [1, 10]");
}

static void positive_numbers(void **state)
{
    (void)state;
    static const char *const bad[] = {"", "0", "-1", "nan", "inf", "1s", "11"};
    ppo_error error = {0};
    double value = 0.0;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(cli_parse_positive(&value, "--s", bad[i], 10.0, &error), PPO_INVALID);
    assert_int_equal(cli_parse_positive(&value, "--s", "2.5e-1", 10.0, &error), PPO_OK);
    assert_true(value == 0.25);
}

static void seeds(void **state)
{
    (void)state;
    static const char *const bad[] = {"",      ",", "1,",    "1,,2",  "3-1",    "1-",  "-3",
                                      "1 - 3", "a", "1,2,1", "1-3,2", "0-1000", "1;2", "1-2-3"};
    static cli_seeds list;
    ppo_error error = {0};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(cli_parse_seeds(&list, bad[i], &error), PPO_INVALID);
    assert_int_equal(cli_parse_seeds(&list, "1-3,10,0", &error), PPO_OK);
    assert_int_equal(list.count, 5);
    const uint64_t wanted[] = {1, 2, 3, 10, 0};
    assert_memory_equal(list.seed, wanted, sizeof wanted);
    assert_int_equal(cli_parse_seeds(&list, "18446744073709551614-18446744073709551615", &error),
                     PPO_OK);
    assert_int_equal(list.count, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(integers),
        cmocka_unit_test(positive_numbers),
        cmocka_unit_test(seeds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
