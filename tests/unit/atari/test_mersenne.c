// SPDX-License-Identifier: MIT
// mt19937 against the value that the C++ standard gives for its 10000th output.
#include "atari/mersenne.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void test_standard_value(void **state)
{
    (void)state;
    ppo_mersenne random;
    ppo_mersenne_init(&random, 5489);
    for (int i = 0; i < 9999; i++)
        ppo_mersenne_next(&random);
    assert_int_equal(ppo_mersenne_next(&random), 4123659995u);
}

static void test_streams_differ(void **state)
{
    (void)state;
    ppo_mersenne one, two;
    ppo_mersenne_init(&one, 1);
    ppo_mersenne_init(&two, 2);
    assert_int_equal(ppo_mersenne_next(&one), 1791095845u);
    assert_int_not_equal(ppo_mersenne_next(&one), ppo_mersenne_next(&two));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_standard_value),
        cmocka_unit_test(test_streams_differ),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
