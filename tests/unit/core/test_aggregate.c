// SPDX-License-Identifier: MIT
// Scores of several tasks in one number, against values worked out by hand.
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ppo/statistics.h"

static void expect(double found, double wanted)
{
    if (!(fabs(found - wanted) < 1e-12))
        fail_msg("%.17g, not %.17g", found, wanted);
}

// Three tasks with two, four and two runs: the tasks' means are 0.5, 2 and 1.
static const double score[] = {0.0, 1.0, 2.0, 1.0, 4.0, 1.0, 0.2, 1.8};
static const size_t num_runs[] = {2, 4, 2};

static void test_measures(void **state)
{
    (void)state;
    ppo_aggregate a;
    assert_true(ppo_aggregate_scores(&a, score, num_runs, 3, 100, 1));
    expect(a.median.value, 1.0);
    expect(a.mean.value, 3.5 / 3.0);
    expect(a.iqm.value, (1.0 + 1.0 + 1.0 + 1.8) / 4.0); // of 0 0.2 1 1 1 1.8 2 4
    expect(a.optimality_gap.value, (1.0 + 0.8) / 8.0);  // the others reach 1
}

// Tasks are strata: a run is drawn from its own task alone, so that tasks whose runs are equal have
// no interval, however far they are apart.
static void test_strata(void **state)
{
    (void)state;
    static const double apart[] = {0.1, 0.1, 0.1, 5.0, 5.0, 5.0};
    ppo_aggregate a;
    assert_true(ppo_aggregate_scores(&a, apart, (size_t[]){3, 3}, 2, 200, 1));
    const ppo_estimate *all[] = {&a.median, &a.mean, &a.iqm, &a.optimality_gap};
    for (size_t i = 0; i < 4; i++) {
        expect(all[i]->interval.low, all[i]->value);
        expect(all[i]->interval.high, all[i]->value);
    }
    expect(a.mean.value, 2.55);
    expect(a.iqm.value, 2.55); // 0.1 0.1 5 5
}

// One task with runs 0 and 1: the mean of a resample is 0, 1/2 or 1 with probabilities 1/4, 1/2,
// 1/4; so the interval is all of it. With 2 of 3 measures equal it is the same for the median.
static void test_interval(void **state)
{
    (void)state;
    static const double two[] = {0.0, 1.0};
    ppo_aggregate a;
    assert_true(ppo_aggregate_scores(&a, two, (size_t[]){2}, 1, 2000, 1));
    expect(a.mean.value, 0.5);
    expect(a.mean.interval.low, 0.0);
    expect(a.mean.interval.high, 1.0);
    expect(a.median.interval.low, 0.0);
    expect(a.optimality_gap.value, 0.5);

    // 64 runs of 0 and 1: the standard error is 1/16, so about 0.5 +- 1.96 / 16
    double many[64];
    for (size_t i = 0; i < 64; i++)
        many[i] = (double)(i % 2);
    assert_true(ppo_aggregate_scores(&a, many, (size_t[]){64}, 1, 10000, 1));
    assert_true(fabs(a.mean.interval.low - (0.5 - 1.96 / 16.0)) < 0.02);
    assert_true(fabs(a.mean.interval.high - (0.5 + 1.96 / 16.0)) < 0.02);
}

static void test_seed_decides(void **state)
{
    (void)state;
    ppo_aggregate a, b, c;
    assert_true(ppo_aggregate_scores(&a, score, num_runs, 3, 500, 7));
    assert_true(ppo_aggregate_scores(&b, score, num_runs, 3, 500, 7));
    assert_true(ppo_aggregate_scores(&c, score, num_runs, 3, 500, 8));
    assert_memory_equal(&a, &b, sizeof a);
    assert_true(memcmp(&a, &c, sizeof a) != 0);
    assert_true(a.mean.value == c.mean.value);
    assert_true(a.mean.interval.low <= a.mean.value && a.mean.value <= a.mean.interval.high);
}

static void test_nothing(void **state)
{
    (void)state;
    ppo_aggregate a;
    assert_false(ppo_aggregate_scores(&a, score, num_runs, 0, 100, 1));
    assert_true(isnan(a.iqm.value) && isnan(a.median.interval.high));
    assert_false(ppo_aggregate_scores(&a, score, (size_t[]){2, 0}, 2, 100, 1));
    assert_false(ppo_aggregate_scores(&a, score, num_runs, 3, 0, 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_measures), cmocka_unit_test(test_strata),
        cmocka_unit_test(test_interval), cmocka_unit_test(test_seed_decides),
        cmocka_unit_test(test_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
