// SPDX-License-Identifier: MIT
// The PPO objective: cases by hand in every region of the clips, and gradients against central
// differences of the reference.
#include "rl/loss.h"

#include "unit/rl/support/ppo_reference.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define ROWS 64
#define CLIP 0.2f

typedef struct policy_case {
    double ratio, advantage;
    double loss, slope; // by the log-probability
    bool clipped;
} policy_case;

// Schulman et al. 2017, figure 1: both signs of the advantage, below, within and above the clip.
static const policy_case policy_cases[] = {
    {1.0, 2.0, -2.0, -2.0, false}, {1.1, 2.0, -2.2, -2.2, false}, {0.9, 2.0, -1.8, -1.8, false},
    {1.5, 2.0, -2.4, 0.0, true},   {0.5, 2.0, -1.0, -1.0, true},  {1.0, -2.0, 2.0, 2.0, false},
    {1.1, -2.0, 2.2, 2.2, false},  {0.9, -2.0, 1.8, 1.8, false},  {1.5, -2.0, 3.0, 3.0, true},
    {0.5, -2.0, 1.6, 0.0, true},   {1.5, 0.0, 0.0, 0.0, true},    {1.0, 0.0, 0.0, 0.0, false},
};

static void test_policy_cases(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof policy_cases / sizeof *policy_cases; i++) {
        const policy_case *c = &policy_cases[i];
        float ratio[ROWS], dlog_prob[ROWS], advantage[ROWS] = {(float)c->advantage};
        float log_prob[ROWS] = {(float)(log(c->ratio) - 1.3)}, old_log_prob[ROWS] = {-1.3f};
        ppo_loss_sums sums = {0};
        ppo_policy_loss(dlog_prob, &sums, ratio, log_prob, old_log_prob, advantage, 1, CLIP, 0.5f);
        assert_true(relative_error(sums.policy_loss, c->loss, 1.0) < 1e-6);
        assert_true(relative_error(dlog_prob[0], 0.5 * c->slope, 1.0) < 1e-6);
        assert_true(relative_error(sums.old_approx_kl, -log(c->ratio), 1.0) < 1e-6);
        assert_true(relative_error(sums.approx_kl, c->ratio - 1.0 - log(c->ratio), 1.0) < 1e-6);
        assert_true(sums.clipped == (c->clipped ? 1.0 : 0.0));
        assert_true(sums.value_loss == 0.0 && sums.entropy == 0.0);
    }
}

typedef struct value_case {
    double value, old_value, ret;
    double plain, plain_slope, clipped, clipped_slope;
} value_case;

// Clipping at 0.2 from the old value, the larger of both losses.
static const value_case value_cases[] = {
    {1.0, 1.0, 3.0, 2.0, -2.0, 2.0, -2.0},
    {1.1, 1.0, 3.0, 0.5 * 1.9 * 1.9, -1.9, 0.5 * 1.9 * 1.9, -1.9}, // within
    {2.0, 1.0, 3.0, 0.5, -1.0, 0.5 * 1.8 * 1.8, 0.0},              // towards the return: clipped
    {0.0, 1.0, 3.0, 4.5, -3.0, 4.5, -3.0},                         // away from it: plain
    {4.0, 1.0, 3.0, 0.5, 1.0, 0.5 * 1.8 * 1.8, 0.0},               // past it
    {9.0, 1.0, 3.0, 18.0, 6.0, 18.0, 6.0},                         // far past it
    {0.0, 1.0, 0.9, 0.5 * 0.81, -0.9, 0.5 * 0.81, -0.9},           // below
    {3.0, 3.0, 3.0, 0.0, 0.0, 0.0, 0.0},
};

static void check_value_case(const value_case *c, bool clip)
{
    float dvalue[ROWS];
    const float value[ROWS] = {(float)c->value}, old_value[ROWS] = {(float)c->old_value};
    const float ret[ROWS] = {(float)c->ret};
    ppo_loss_sums sums = {0};
    ppo_value_loss(dvalue, &sums, value, old_value, ret, 1, clip, CLIP, 0.25f);
    assert_true(relative_error(sums.value_loss, clip ? c->clipped : c->plain, 1.0) < 1e-6);
    assert_true(relative_error(dvalue[0], 0.25 * (clip ? c->clipped_slope : c->plain_slope), 1.0) <
                1e-6);
}

static void test_value_cases(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof value_cases / sizeof *value_cases; i++) {
        check_value_case(&value_cases[i], false);
        check_value_case(&value_cases[i], true);
    }
}

// One sample of the reference, for its slope.
typedef struct sample {
    double log_prob, old_log_prob, advantage, value, old_value, ret, clip_coef;
    bool clip;
} sample;

static double policy_of(void *context)
{
    const sample *s = context;
    return reference_policy_loss(s->log_prob, s->old_log_prob, s->advantage, s->clip_coef);
}

static double value_of(void *context)
{
    const sample *s = context;
    return reference_value_loss(s->value, s->old_value, s->ret, s->clip, s->clip_coef);
}

static void test_policy_slopes(void **state)
{
    (void)state;
    ppo_random random;
    ppo_random_seed(&random, 31);
    double largest = 0.0;
    for (int k = 0; k < 300; k++) {
        float lp[ROWS], old[ROWS], advantage[ROWS], ratio[ROWS], dlp[ROWS];
        const size_t rows = (size_t)ppo_random_integers(&random, 1, ROWS + 1);
        ppo_loss_sums sums = {0};
        double loss = 0.0;
        fill_uniform(old, ROWS, &random, -3.0, -1.0);
        fill_uniform(advantage, ROWS, &random, -2.0, 2.0);
        for (size_t i = 0; i < ROWS; i++)
            lp[i] = old[i] + (float)ppo_random_uniform(&random, -0.5, 0.5);
        ppo_policy_loss(dlp, &sums, ratio, lp, old, advantage, rows, CLIP, 3.0f);
        for (size_t i = 0; i < rows; i++) {
            sample s = {.log_prob = lp[i],
                        .old_log_prob = old[i],
                        .advantage = advantage[i],
                        .clip_coef = CLIP};
            const double slope = 3.0 * central_difference(policy_of, &s, &s.log_prob, 1e-6);
            const double distance = fabs(fabs(exp(s.log_prob - s.old_log_prob) - 1.0) - CLIP);
            if (distance > 1e-5) // at the kink there is no slope
                largest = fmax(largest, relative_error(dlp[i], slope, 0.1));
            loss += policy_of(&s);
        }
        assert_true(relative_error(sums.policy_loss, loss, 1.0) < 1e-5);
    }
    printf("policy loss, slopes: %.2g\n", largest);
    assert_true(largest < 2e-6);
}

static void test_value_slopes(void **state)
{
    (void)state;
    ppo_random random;
    ppo_random_seed(&random, 32);
    double largest = 0.0;
    for (int k = 0; k < 300; k++) {
        float value[ROWS], old[ROWS], ret[ROWS], dvalue[ROWS];
        const size_t rows = (size_t)ppo_random_integers(&random, 1, ROWS + 1);
        const bool clip = k % 2;
        ppo_loss_sums sums = {0};
        double loss = 0.0;
        fill_uniform(value, ROWS, &random, -1.0, 1.0);
        fill_uniform(old, ROWS, &random, -1.0, 1.0);
        fill_uniform(ret, ROWS, &random, -1.0, 1.0);
        ppo_value_loss(dvalue, &sums, value, old, ret, rows, clip, CLIP, 2.0f);
        for (size_t i = 0; i < rows; i++) {
            sample s = {.value = value[i],
                        .old_value = old[i],
                        .ret = ret[i],
                        .clip = clip,
                        .clip_coef = CLIP};
            const double slope = 2.0 * central_difference(value_of, &s, &s.value, 1e-6);
            const double edge = fabs(fabs(s.value - s.old_value) - CLIP);
            const double tie =
                fabs(fabs(s.value - s.ret) -
                     fabs(s.old_value + copysign(CLIP, s.value - s.old_value) - s.ret));
            if (!clip || (edge > 1e-5 && tie > 1e-5))
                largest = fmax(largest, relative_error(dvalue[i], slope, 0.1));
            loss += value_of(&s);
        }
        assert_true(relative_error(sums.value_loss, loss, 1.0) < 1e-5);
    }
    printf("value loss, slopes: %.2g\n", largest);
    assert_true(largest < 5e-6);
}

static void test_joint(void **state)
{
    (void)state;
    const ppo_loss_sums means = {.policy_loss = -0.5, .value_loss = 3.0, .entropy = 0.25};
    assert_true(relative_error(ppo_joint_loss(&means, 0.01, 0.5), -0.5 - 0.0025 + 1.5, 0.0) <
                1e-15);
}

// Sums are added to, and NaN comes through.
static void test_sums_and_nan(void **state)
{
    (void)state;
    float ratio[ROWS], slope[ROWS], zero[ROWS] = {0}, one[ROWS], nan[ROWS];
    ppo_loss_sums sums = {.policy_loss = 1.0, .value_loss = 1.0, .clipped = 1.0, .entropy = 1.0};
    for (size_t i = 0; i < ROWS; i++) {
        one[i] = 1.0f;
        nan[i] = NAN;
    }
    ppo_policy_loss(slope, &sums, ratio, zero, zero, one, 5, CLIP, 1.0f);
    ppo_value_loss(slope, &sums, one, one, zero, 4, true, CLIP, 1.0f);
    assert_true(sums.policy_loss == -4.0 && sums.value_loss == 3.0);
    assert_true(sums.clipped == 1.0 && sums.entropy == 1.0);
    ppo_policy_loss(slope, &sums, ratio, nan, zero, one, 1, CLIP, 1.0f);
    assert_true(isnan(sums.policy_loss));
    ppo_value_loss(slope, &sums, nan, one, zero, 1, true, CLIP, 1.0f);
    assert_true(isnan(sums.value_loss));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_policy_cases),  cmocka_unit_test(test_value_cases),
        cmocka_unit_test(test_policy_slopes), cmocka_unit_test(test_value_slopes),
        cmocka_unit_test(test_joint),         cmocka_unit_test(test_sums_and_nan)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
