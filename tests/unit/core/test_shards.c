// SPDX-License-Identifier: MIT
// The tree in which shards' sums are added, against the sums written out.
#include "core/shards.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

// Numbers whose sum depends on the order in which they are added.
static void fill(double *blocks, size_t count)
{
    for (size_t i = 0; i < count; i++)
        blocks[i] = (i % 3 ? 1.0 : -1e16) * (double)(i + 1) / 7.0;
}

static void test_one(void **state)
{
    (void)state;
    double x[2] = {3.0, 4.0};
    ppo_shards_sum(&ppo_shards_one, x, 2);
    assert_true(x[0] == 3.0 && x[1] == 4.0);
}

static void test_tree(void **state)
{
    (void)state;
    double x[8 * 2], a[8];
    ppo_shards shards;
    assert_int_equal(ppo_shards_share(&shards, 8, NULL, NULL), PPO_OK);
    fill(x, 16);
    for (size_t i = 0; i < 8; i++)
        a[i] = x[2 * i + 1];
    const double wanted = ((a[0] + a[1]) + (a[2] + a[3])) + ((a[4] + a[5]) + (a[6] + a[7]));
    const double in_order = ((((((a[0] + a[1]) + a[2]) + a[3]) + a[4]) + a[5]) + a[6]) + a[7];
    assert_true(wanted != in_order);
    ppo_shards_sum(&shards, x, 2);
    assert_true(x[1] == wanted);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_one), cmocka_unit_test(test_tree)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
