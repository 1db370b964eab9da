// SPDX-License-Identifier: MIT
// Statistics over seeds, against values worked out by hand.
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/statistics.h"

static void nothing_has_no_mean(void **state)
{
    (void)state;
    assert_true(isnan(ppo_mean(NULL, 0)));
    assert_true(isnan(ppo_median(NULL, 0)));
    assert_true(isnan(ppo_iqm(NULL, 0)));
    assert_true(isnan(ppo_iqm_interval(NULL, 0, 100, 1).low));
}

static void mean_and_median(void **state)
{
    (void)state;
    const double odd[] = {5.0, 1.0, 9.0};
    const double even[] = {4.0, 1.0, 3.0, 100.0};
    assert_true(ppo_mean(odd, 3) == 5.0);
    assert_true(ppo_median(odd, 3) == 5.0);
    assert_true(ppo_median(even, 4) == 3.5);
    assert_true(even[0] == 4.0); // the caller's order stays
}

// scipy.stats.trim_mean(values, 0.25) drops floor(n / 4) at each end.
static void interquartile_mean(void **state)
{
    (void)state;
    const double value[] = {-1000.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 1000.0};
    assert_true(ppo_iqm(value, 8) == 4.5);     // 3, 4, 5, 6
    assert_true(ppo_iqm(value + 1, 3) == 3.0); // nothing dropped
    assert_true(ppo_iqm(value + 1, 5) == 4.0); // one at each end
    assert_true(ppo_iqm(value + 7, 1) == 1000.0);
}

static void interval_surrounds_the_mean(void **state)
{
    (void)state;
    double value[20];
    for (size_t i = 0; i < 20; i++)
        value[i] = (double)(i * 7 % 20);
    const double iqm = ppo_iqm(value, 20);
    const ppo_interval a = ppo_iqm_interval(value, 20, 2000, 1);
    const ppo_interval b = ppo_iqm_interval(value, 20, 2000, 1);
    const ppo_interval c = ppo_iqm_interval(value, 20, 2000, 2);
    assert_true(a.low < iqm && iqm < a.high);
    assert_true(a.low > 0.0 && a.high < 19.0);
    assert_true(a.low == b.low && a.high == b.high); // the seed decides
    assert_true(fabs(a.low - c.low) < 1.0 && fabs(a.high - c.high) < 1.0);
}

static void equal_values_have_no_width(void **state)
{
    (void)state;
    const double value[] = {500.0, 500.0, 500.0};
    const ppo_interval interval = ppo_iqm_interval(value, 3, 100, 1);
    assert_true(interval.low == 500.0 && interval.high == 500.0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_has_no_mean),        cmocka_unit_test(mean_and_median),
        cmocka_unit_test(interquartile_mean),         cmocka_unit_test(interval_surrounds_the_mean),
        cmocka_unit_test(equal_values_have_no_width),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
