// SPDX-License-Identifier: MIT
// The vector functions against libm in double, over all that they are used for and beyond; NaN and
// infinities.
#include "nn/simd.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define NUM_POINTS 400009

typedef ppo_vec (*vector_function)(ppo_vec);
typedef double (*scalar_function)(double);

static ppo_vec exp_of(ppo_vec x)
{
    return ppo_v_exp(x);
}
static ppo_vec log_of(ppo_vec x)
{
    return ppo_v_log(x);
}
static ppo_vec tanh_of(ppo_vec x)
{
    return ppo_v_tanh(x);
}
static ppo_vec sqrt_of(ppo_vec x)
{
    return ppo_v_sqrt(x);
}
static ppo_vec reciprocal_of(ppo_vec x)
{
    return ppo_v_reciprocal(x);
}
static double one_over(double x)
{
    return 1.0 / x;
}

// One value in every lane; the results must agree.
static float at(vector_function f, float x)
{
    const ppo_vec y = f(ppo_v_set(x));
    for (int i = 1; i < PPO_LANES; i++)
        if (!isnan(y[0]) && (y[i] < y[0] || y[i] > y[0]))
            fail_msg("lanes 0 and %d differ at %.9g", i, (double)x);
    return y[0];
}

// Largest |f - g| / (|g| + floor) over points spread evenly in x, or in log x.
static double largest_error(vector_function f, scalar_function g, double low, double high,
                            bool logarithmic, double floor)
{
    double largest = 0.0;
    for (int i = 0; i < NUM_POINTS; i += PPO_LANES) {
        ppo_vec x;
        for (int lane = 0; lane < PPO_LANES; lane++) {
            const double share = (double)(i + lane) / (NUM_POINTS + PPO_LANES);
            x[lane] =
                (float)(logarithmic ? low * pow(high / low, share) : low + share * (high - low));
        }
        const ppo_vec y = f(x);
        for (int lane = 0; lane < PPO_LANES; lane++) {
            const double wanted = g(x[lane]);
            const double error = fabs(y[lane] - wanted) / (fabs(wanted) + floor);
            if (!(error <= largest))
                largest = error;
        }
    }
    return largest;
}

static void check(const char *name, vector_function f, scalar_function g, double low, double high,
                  bool logarithmic, double floor, double bound)
{
    const double error = largest_error(f, g, low, high, logarithmic, floor);
    printf("%s on [%g, %g]: %.3g\n", name, low, high, error);
    if (!(error <= bound))
        fail_msg("%s is off by %.3g, more than %.3g", name, error, bound);
}

static void test_exp(void **state)
{
    (void)state;
    check("exp", exp_of, exp, -87.0, 88.0, false, 0.0, 2e-7);
    check("exp", exp_of, exp, -1.0, 1.0, false, 0.0, 2e-7);
    assert_true(at(exp_of, 0.0f) == 1.0f);
    assert_true(isnan(at(exp_of, NAN)));
    assert_true(at(exp_of, -INFINITY) < 1.7e-38f && at(exp_of, -INFINITY) >= 0.0f);
    assert_true(at(exp_of, -1000.0f) < 1.7e-38f);
    assert_true(at(exp_of, INFINITY) > 1.6e38f && at(exp_of, 1000.0f) > 1.6e38f);
}

static void test_log(void **state)
{
    (void)state;
    // Bounds without fused multiply-adds, which this file is compiled without.
    check("log", log_of, log, 1.2e-38, 3.4e38, true, 2.0, 1.2e-7);
    check("log", log_of, log, 0.5, 2.0, false, 2.0, 1e-7);
    assert_true(at(log_of, 1.0f) == 0.0f);
}

static void test_tanh(void **state)
{
    (void)state;
    check("tanh", tanh_of, tanh, -12.0, 12.0, false, 0.0, 5e-7);
    check("tanh", tanh_of, tanh, 1e-30, 12.0, true, 0.0, 5e-7);
    assert_true(at(tanh_of, 0.0f) == 0.0f);
    assert_true(fabs(at(tanh_of, INFINITY) - 1.0) < 1e-6);
    assert_true(fabs(at(tanh_of, -INFINITY) + 1.0) < 1e-6);
    assert_true(isnan(at(tanh_of, NAN)));
    for (float x = 0.0f; x < 12.0f; x += 0.01f)
        assert_true(at(tanh_of, -x) == -at(tanh_of, x));
}

static void test_sqrt_and_reciprocal(void **state)
{
    (void)state;
    check("sqrt", sqrt_of, sqrt, 1e-28, 1e38, true, 0.0, 2.4e-7);
    check("sqrt", sqrt_of, sqrt, 1e-30, 1e-28, true, 0.0, 1e-6); // the offset of 1e-36
    check("reciprocal", reciprocal_of, one_over, 1e-37, 8e37, true, 0.0, 2.4e-7);
    assert_true(at(sqrt_of, 0.0f) <= 1e-17f && at(sqrt_of, 0.0f) >= 0.0f);
    assert_true(isnan(at(sqrt_of, NAN)) && isnan(at(reciprocal_of, NAN)));
}

static void test_selections(void **state)
{
    (void)state;
    const float nan = NAN;
    assert_true(ppo_v_min(ppo_v_set(1.0f), ppo_v_set(2.0f))[0] == 1.0f);
    assert_true(ppo_v_max(ppo_v_set(1.0f), ppo_v_set(2.0f))[0] == 2.0f);
    assert_true(isnan(ppo_v_min(ppo_v_set(1.0f), ppo_v_set(nan))[0]));
    assert_true(isnan(ppo_v_max(ppo_v_set(1.0f), ppo_v_set(nan))[0]));
    assert_true(ppo_v_clamp(ppo_v_set(-3.0f), -2.0f, 2.0f)[0] == -2.0f);
    assert_true(ppo_v_clamp(ppo_v_set(3.0f), -2.0f, 2.0f)[0] == 2.0f);
    assert_true(ppo_v_clamp(ppo_v_set(0.5f), -2.0f, 2.0f)[0] == 0.5f);
    assert_true(isnan(ppo_v_clamp(ppo_v_set(nan), -2.0f, 2.0f)[0]));
    ppo_vec x;
    for (int i = 0; i < PPO_LANES; i++)
        x[i] = (float)(i - 2);
    const ppo_vec chosen = ppo_v_select(x < 0.0f, ppo_v_set(-1.0f), x);
    for (int i = 0; i < PPO_LANES; i++)
        assert_true(chosen[i] == (i < 2 ? -1.0f : (float)(i - 2)));
    assert_true(ppo_pad(0) == 0 && ppo_pad(1) == PPO_LANES && ppo_pad(PPO_LANES) == PPO_LANES);
    assert_true(ppo_pad(PPO_LANES + 1) == 2 * PPO_LANES);
}

static void test_partial_load(void **state)
{
    (void)state;
    for (size_t count = 0; count < PPO_LANES; count++) {
        float *x = malloc(count ? count * sizeof *x : 1); // nothing behind them is ours
        assert_non_null(x);
        for (size_t i = 0; i < count; i++)
            x[i] = (float)i + 1.0f;
        const ppo_vec v = ppo_v_load_first(x, count);
        for (size_t i = 0; i < PPO_LANES; i++)
            assert_true(v[i] == (i < count ? (float)i + 1.0f : 0.0f));
        free(x);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_exp),        cmocka_unit_test(test_log),
        cmocka_unit_test(test_tanh),       cmocka_unit_test(test_sqrt_and_reciprocal),
        cmocka_unit_test(test_selections), cmocka_unit_test(test_partial_load)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
