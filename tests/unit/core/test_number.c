// SPDX-License-Identifier: MIT
// Numbers as text: accepted forms, exactness, shortest output, no influence of the locale.
#include "core/number.h"

#include "core/rng.h"

#include <float.h>
#include <locale.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void expect_f64(const char *text, double expected)
{
    double value = -77;
    if (!ppo_number_parse_f64(&value, text) || memcmp(&value, &expected, sizeof value) != 0)
        fail_msg("'%s' gave %.17g instead of %.17g", text, value, expected);
}

static void refuse_f64(const char *text)
{
    double value = -77;
    if (ppo_number_parse_f64(&value, text) || value > -77)
        fail_msg("'%s' was taken for %.17g", text, value);
}

static void expect_u64(const char *text, uint64_t expected)
{
    uint64_t value = 77;
    if (!ppo_number_parse_u64(&value, text) || value != expected)
        fail_msg("'%s' gave %llu", text, (unsigned long long)value);
}

static void refuse_u64(const char *text)
{
    uint64_t value = 77;
    if (ppo_number_parse_u64(&value, text))
        fail_msg("'%s' was taken for %llu", text, (unsigned long long)value);
}

static void expect_text(double value, const char *expected)
{
    char text[PPO_NUMBER_SIZE];
    ppo_number_format_f64(text, value);
    assert_string_equal(text, expected);
}

static void test_doubles_are_read(void **state)
{
    (void)state;
    expect_f64("0", 0.0);
    expect_f64("-0", -0.0);
    expect_f64("2.5e-4", 2.5e-4);
    expect_f64("+.5", 0.5);
    expect_f64("5.", 5.0);
    expect_f64("1_000.25", 1000.25);
    expect_f64("1E3", 1000.0);
    expect_f64("0.1000000000000000055511151231257827", 0.1);
    expect_f64("1.7976931348623157e308", DBL_MAX);
    expect_f64("5e-324", 0x1p-1074);
    expect_f64("1e-999999999", 0.0);
    expect_f64("00012", 12.0);
}

static void test_what_is_no_number_is_refused(void **state)
{
    static const char *const texts[] = {"",      " ",     "1 ",    " 1",     "abc", "1,5",
                                        "--1",   "1e",    "1e+",   "e5",     ".",   "-",
                                        "inf",   "nan",   "0x1",   "1_",     "_1",  "1__0",
                                        "1.2.3", "1e5.0", "1e999", "-1e999", "1f",  "1e1_0"};
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        refuse_f64(texts[i]);
    char digits[400];
    memset(digits, '7', sizeof digits);
    digits[sizeof digits - 1] = '\0';
    refuse_f64(digits);
    refuse_u64(digits);
}

static void test_whole_numbers_are_exact(void **state)
{
    (void)state;
    expect_u64("0", 0);
    expect_u64("-0", 0);
    expect_u64("1e6", 1000000);
    expect_u64("1_000_000", 1000000);
    expect_u64("2.50e1", 25);
    expect_u64("100e-2", 1);
    expect_u64("18446744073709551615", UINT64_MAX);
    expect_u64("9007199254740993", 9007199254740993u); // not a double
    refuse_u64("18446744073709551616");
    refuse_u64("1e20");
    refuse_u64("1e999999");
    refuse_u64("1.5");
    refuse_u64("-1");
    refuse_u64("25e-1");
}

static void test_doubles_are_written_shortest(void **state)
{
    (void)state;
    expect_text(0.0, "0");
    expect_text(-0.0, "-0");
    expect_text(1, "1");
    expect_text(-10, "-10");
    expect_text(0.00025, "0.00025");
    expect_text(1e-5, "1.0e-5");
    expect_text(1.25e-5, "1.25e-5");
    expect_text(0.1, "0.1");
    expect_text(1.4142135623730951, "1.4142135623730951");
    expect_text(123.456, "123.456");
    expect_text(1e16, "10000000000000000");
    expect_text(1e17, "1.0e+17");
    expect_text(DBL_MAX, "1.7976931348623157e+308");
    expect_text(0x1p-1074, "5.0e-324");
}

// Random bit patterns: all magnitudes, denormals too.
static void check_round_trips(void)
{
    for (uint64_t i = 0; i < 20000; i++) {
        const ppo_rng_block block = ppo_rng_draw(7, PPO_RNG_BENCH, 0, i);
        const uint64_t bits = (uint64_t)block.word[0] << 32 | block.word[1];
        char text[PPO_NUMBER_SIZE];
        double value;
        memcpy(&value, &bits, sizeof value);
        if (!isfinite(value))
            continue;
        ppo_number_format_f64(text, value);
        expect_f64(text, value);
        snprintf(text, sizeof text, "%llu", (unsigned long long)bits);
        expect_u64(text, bits);
    }
}

static void test_round_trips(void **state)
{
    (void)state;
    check_round_trips();
}

static void test_what_is_not_finite_has_a_word(void **state)
{
    static const char *const words[] = {"nan", "inf", "-inf"};
    const double values[] = {(double)NAN, (double)INFINITY, -(double)INFINITY};
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        double back = 0.0;
        expect_text(values[i], words[i]);
        assert_false(ppo_number_parse_f64(&back, words[i]));
        assert_true(ppo_number_parse_any(&back, words[i]));
        assert_true(isnan(values[i]) ? isnan(back) : back == values[i]);
    }
    double value;
    assert_true(ppo_number_parse_any(&value, "1.0e-5") && value == 1e-5);
    assert_false(ppo_number_parse_any(&value, "infinity"));
}

static void test_locale_has_no_say(void **state)
{
    static const char *const locales[] = {"de_DE.UTF-8", "fr_FR.UTF-8", "de_DE", "fa_IR.UTF-8"};
    (void)state;
    size_t tried = 0;
    for (size_t i = 0; i < sizeof locales / sizeof *locales; i++) {
        if (!setlocale(LC_ALL, locales[i]))
            continue;
        tried++;
        expect_text(0.5, "0.5");
        expect_f64("0.5", 0.5);
        refuse_f64("0,5");
        check_round_trips();
    }
    setlocale(LC_ALL, "C");
    if (!tried)
        skip(); // no locale with a comma is installed
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_doubles_are_read),
        cmocka_unit_test(test_what_is_no_number_is_refused),
        cmocka_unit_test(test_whole_numbers_are_exact),
        cmocka_unit_test(test_doubles_are_written_shortest),
        cmocka_unit_test(test_round_trips),
        cmocka_unit_test(test_what_is_not_finite_has_a_word),
        cmocka_unit_test(test_locale_has_no_say),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
