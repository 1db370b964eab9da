// SPDX-License-Identifier: MIT
// The floating-point environment inside and outside of a scope, and numbers as text in it.
#include "core/float_scope.h"

#include "core/number.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static volatile double one = 1.0, three = 3.0, tiny = 5e-324;

static double third(void)
{
    return one / three;
}

static double third_in_scope(int *mode)
{
    PPO_FLOAT_SCOPE;
    *mode = fegetround();
    return third();
}

static void test_rounding(void **state)
{
    static const int modes[] = {FE_TONEAREST, FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO};
    const double nearest = third();
    (void)state;
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
        int mode = -1;
        fesetround(modes[i]);
        const double outside = third(), inside = third_in_scope(&mode);
        const int after = fegetround();
        fesetround(FE_TONEAREST);
        assert_true(inside == nearest && mode == FE_TONEAREST && after == modes[i]);
        assert_true((modes[i] == FE_UPWARD) == (outside != nearest));
    }
}

static __attribute__((noinline)) bool has_subnormal_numbers(void)
{
    return tiny * one > 0.0;
}

// A program that was built with fast arithmetic has subnormal numbers flushed to zero.
static void test_subnormal_numbers(void **state)
{
    (void)state;
#if defined(__x86_64__)
    const unsigned usual = __builtin_ia32_stmxcsr();
    __builtin_ia32_ldmxcsr(usual | 0x8040);
    const bool is_flushed = !has_subnormal_numbers();
    bool is_kept;
    {
        PPO_FLOAT_SCOPE;
        is_kept = has_subnormal_numbers();
    }
    const bool is_flushed_again = !has_subnormal_numbers();
    __builtin_ia32_ldmxcsr(usual);
    assert_true(is_flushed && is_kept && is_flushed_again);
#endif
}

static void test_numbers(void **state)
{
    char text[PPO_NUMBER_SIZE];
    double value = 0.0;
    (void)state;
    fesetround(FE_UPWARD);
    ppo_number_parse_f64(&value, "0.1");
    ppo_number_format_f64(text, value);
    fesetround(FE_TONEAREST);
    assert_true(value == 0.1);
    assert_string_equal(text, "0.1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rounding),
        cmocka_unit_test(test_subnormal_numbers),
        cmocka_unit_test(test_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
