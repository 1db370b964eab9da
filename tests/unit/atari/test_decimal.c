// SPDX-License-Identifier: MIT
// Decimal mode: all pairs of decimal bytes against ordinary arithmetic, and bytes that are none.
#include "atari/decimal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static uint8_t bcd(uint32_t number)
{
    return (uint8_t)(number / 10 << 4 | number % 10);
}

static void test_decimal_bytes(void **state)
{
    (void)state;
    for (uint32_t a = 0; a < 100; a++)
        for (uint32_t b = 0; b < 100; b++)
            for (uint32_t carry = 0; carry < 2; carry++) {
                const uint32_t sum = a + b + carry;
                assert_int_equal(ppo_decimal_sum(bcd(a), bcd(b), carry),
                                 bcd(sum % 100) | (sum > 99 ? 256u : 0));
                assert_int_equal(ppo_decimal_difference(bcd(a), bcd(b), carry),
                                 bcd((a + 100 - b - 1 + carry) % 100));
            }
}

// Digits from A to F: tens and ones are added as numbers, then two decimal digits are kept.
static void test_other_bytes(void **state)
{
    (void)state;
    assert_int_equal(ppo_decimal_sum(0x0F, 0x01, false), 0x16);
    assert_int_equal(ppo_decimal_sum(0xA0, 0x00, false), 0x100);
    assert_int_equal(ppo_decimal_sum(0xFF, 0xFF, true), 256 + 0x75); // 331 & 255 = 75
    assert_int_equal(ppo_decimal_difference(0x00, 0xFF, true), 125); // -65 as a byte is $BF
    assert_int_equal(ppo_decimal_difference(0xFF, 0x00, true), 0x65);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_decimal_bytes),
        cmocka_unit_test(test_other_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
