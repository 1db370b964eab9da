// SPDX-License-Identifier: MIT
// Numbers as text: short, exact, and the same in every locale.
#include "run/real.h"

#include <locale.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void test_short_texts(void **state)
{
    static const struct {
        double value;
        const char *text;
    } cases[] = {
        {0, "0"},
        {1, "1"},
        {-0.5, "-0.5"},
        {0.1, "0.1"},
        {0.00025, "0.00025"},
        {1e-5, "1e-05"},
        {500, "500"},
        {123456789012, "123456789012"},
        {0.1 + 0.2, "0.30000000000000004"},
        {1.0 / 3, "0.3333333333333333"},
        {5e-324, "4.94065645841247e-324"},
        {(double)INFINITY, "inf"},
        {-(double)INFINITY, "-inf"},
        {(double)NAN, "nan"},
        {-(double)NAN, "nan"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[PPO_REAL_SIZE];
        ppo_real_format(text, cases[i].value);
        assert_string_equal(text, cases[i].text);
    }
}

// Doubles from all over the range, from a fixed multiplicative sequence of bit patterns.
static void test_round_trip(void **state)
{
    uint64_t bits = 0x9e3779b97f4a7c15;
    (void)state;
    for (int i = 0; i < 20000; i++) {
        double value, back;
        char text[PPO_REAL_SIZE];
        bits = bits * 6364136223846793005 + 1442695040888963407;
        memcpy(&value, &bits, sizeof value);
        if (isnan(value))
            continue;
        ppo_real_format(text, value);
        assert_true(ppo_real_parse(&back, text));
        assert_memory_equal(&back, &value, sizeof value);
    }
}

static void test_refused_texts(void **state)
{
    double value;
    uint64_t count;
    (void)state;
    static const char *const not_reals[] = {"", " 1", "1 ", "1,5", "x", "1.5x", "--1"};
    for (size_t i = 0; i < sizeof not_reals / sizeof not_reals[0]; i++)
        assert_false(ppo_real_parse(&value, not_reals[i]));
    static const char *const not_counts[] = {"",   "-1",  "+1", " 1",  "1.0",
                                             "1x", "0x1", "1 ", "1e3", "18446744073709551616"};
    for (size_t i = 0; i < sizeof not_counts / sizeof not_counts[0]; i++)
        assert_false(ppo_count_parse(&count, not_counts[i]));
    assert_true(ppo_count_parse(&count, "18446744073709551615"));
    assert_true(count == UINT64_MAX);
}

// Skipped where no locale with a decimal comma is installed.
static void test_comma_locale(void **state)
{
    char text[PPO_REAL_SIZE];
    double value;
    (void)state;
    if (!setlocale(LC_ALL, "de_DE.UTF-8") && !setlocale(LC_ALL, "fr_FR.UTF-8"))
        skip();
    ppo_real_format(text, 0.5);
    assert_string_equal(text, "0.5");
    assert_true(ppo_real_parse(&value, "0.5"));
    assert_true(value == 0.5);
    setlocale(LC_ALL, "C");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_short_texts),
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_refused_texts),
        cmocka_unit_test(test_comma_locale),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
