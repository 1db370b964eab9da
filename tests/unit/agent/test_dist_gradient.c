// SPDX-License-Identifier: MIT
// Log-probabilities and entropies of every distribution against the reference, and their gradients
// against central differences of the reference.
#include "unit/rl/support/dists.h"
#include "unit/rl/support/ppo_reference.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define LD          PPO_CHUNK_ROWS
#define STEP        1e-5
#define MAX_OUTPUTS 32

typedef struct fixture {
    ppo_dist dist;
    size_t rows;
    float raw[MAX_OUTPUTS * LD], out[MAX_OUTPUTS * LD], dout[MAX_OUTPUTS * LD];
    float action[MAX_OUTPUTS * LD];
    float log_std[MAX_OUTPUTS], dlog_std[MAX_OUTPUTS];
    float log_prob[LD], entropy[LD], dlog_prob[LD];
    float dentropy;
    // the sample whose slopes are taken, in double
    size_t row;
    double reference_out[MAX_OUTPUTS], reference_log_std[MAX_OUTPUTS],
        reference_action[MAX_OUTPUTS];
} fixture;

// Raw outputs of a few units, actions drawn from them.
static void create(fixture *b, const ppo_dist *dist, size_t rows, uint64_t seed)
{
    ppo_random random;
    ppo_random_seed(&random, seed);
    memset(b, 0, sizeof *b);
    b->dist = *dist;
    b->rows = rows;
    b->dentropy = 0.37f;
    for (size_t o = 0; o < dist->num_outputs; o++)
        fill_uniform(b->raw + o * LD, rows, &random, -1.5, 1.5);
    fill_uniform(b->log_std, dist->num_actions, &random, -1.0, 0.5);
    fill_uniform(b->dlog_prob, rows, &random, -1.0, 1.0);
    memcpy(b->out, b->raw, sizeof b->out);
    ppo_dist_prepare(dist, b->out, rows);
    ppo_dist_sample(
        dist, b->action, b->out, b->log_std, rows,
        &(ppo_sample_key){.seed = seed, .purpose = PPO_RNG_ACTION, .first_row = 0, .step = 1});
    ppo_dist_eval(dist, b->log_prob, b->entropy, b->out, b->log_std, b->action, rows);
    const bool parameter = ppo_dist_has_log_std(dist);
    ppo_dist_backward(dist, b->dout, parameter ? b->dlog_std : NULL, b->out,
                      parameter ? b->log_std : NULL, b->action, b->dlog_prob, b->dentropy, rows);
}

static void choose_row(fixture *b, size_t row)
{
    b->row = row;
    for (size_t o = 0; o < b->dist.num_outputs; o++)
        b->reference_out[o] = b->raw[o * LD + row];
    for (size_t a = 0; a < b->dist.num_actions; a++) {
        b->reference_action[a] = b->action[a * LD + row];
        b->reference_log_std[a] = b->log_std[a];
    }
}

// The row's part of what ppo_dist_backward differentiates. The squashed entropy is an estimate by
// the sample: it differs from -log_prob in nothing.
static double weighted(void *context)
{
    const fixture *b = context;
    const reference_density d =
        reference_dist(&b->dist, b->reference_out, b->reference_log_std, b->reference_action);
    return (double)b->dlog_prob[b->row] * d.log_prob + (double)b->dentropy * d.entropy;
}

static void check_values(fixture *b, const char *name, double *largest)
{
    for (size_t r = 0; r < b->rows; r++) {
        choose_row(b, r);
        const reference_density d =
            reference_dist(&b->dist, b->reference_out, b->reference_log_std, b->reference_action);
        const double error = fmax(relative_error(b->log_prob[r], d.log_prob, 1.0),
                                  relative_error(b->entropy[r], d.entropy, 1.0));
        *largest = fmax(*largest, error);
        if (!(error < 2e-6))
            fail_msg("%s, row %zu: log-probability %.9g, not %.9g; entropy %.9g, not %.9g", name, r,
                     b->log_prob[r], d.log_prob, b->entropy[r], d.entropy);
    }
}

static void check_slopes(fixture *b, const char *name, double *largest)
{
    double sum[MAX_OUTPUTS] = {0.0};
    for (size_t r = 0; r < b->rows; r++) {
        choose_row(b, r);
        for (size_t o = 0; o < b->dist.num_outputs; o++) {
            const double slope = central_difference(weighted, b, &b->reference_out[o], STEP);
            const double error = relative_error(b->dout[o * LD + r], slope, 0.3);
            *largest = fmax(*largest, error);
            if (!(error < 1e-5))
                fail_msg("%s, row %zu, output %zu: %.9g, not %.9g", name, r, o, b->dout[o * LD + r],
                         slope);
        }
        for (size_t a = 0; a < b->dist.num_actions; a++)
            sum[a] += central_difference(weighted, b, &b->reference_log_std[a], STEP);
    }
    for (size_t a = 0; ppo_dist_has_log_std(&b->dist) && a < b->dist.num_actions; a++) {
        const double error = relative_error(b->dlog_std[a], sum[a], 1.0);
        *largest = fmax(*largest, error);
        if (!(error < 1e-5))
            fail_msg("%s, log_std %zu: %.9g, not %.9g", name, a, b->dlog_std[a], sum[a]);
    }
}

static void check(const char *name, const ppo_dist *dist)
{
    static const size_t rows[] = {1, 7, 16, 33, 64};
    double values = 0.0, slopes = 0.0;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        fixture b;
        create(&b, dist, rows[i], 20 + i);
        check_values(&b, name, &values);
        check_slopes(&b, name, &slopes);
    }
    printf("%-24s values %.2g, slopes %.2g\n", name, values, slopes);
}

static void test_all_kinds(void **state)
{
    (void)state;
    for (size_t i = 0; i < num_dist_cases; i++) {
        const ppo_dist dist = dist_of(&dist_cases[i]);
        check(dist_cases[i].name, &dist);
    }
}

static void test_categorical_sizes(void **state)
{
    (void)state;
    for (size_t n = 1; n <= 20; n++) {
        char name[32];
        snprintf(name, sizeof name, "categorical %zu", n);
        const ppo_dist dist = ppo_dist_for(dist_discrete(n), PPO_STD_PARAMETER, PPO_ACTION_CLIP);
        check(name, &dist);
    }
}

// Nearly certain and very unlikely actions: finite, and right where float can be.
static void test_extreme_logits(void **state)
{
    (void)state;
    const ppo_dist dist = ppo_dist_for(dist_discrete(3), PPO_STD_PARAMETER, PPO_ACTION_CLIP);
    float out[3 * LD] = {0}, action[LD] = {0}, dlog_prob[LD], dout[3 * LD];
    float log_prob[LD], entropy[LD];
    for (size_t r = 0; r < LD; r++) {
        out[r] = 5.0f * (float)r;
        out[LD + r] = -5.0f * (float)r;
        dlog_prob[r] = 1.0f;
        action[r] = (float)(r % 3);
    }
    ppo_dist_prepare(&dist, out, LD);
    ppo_dist_eval(&dist, log_prob, entropy, out, NULL, action, LD);
    ppo_dist_backward(&dist, dout, NULL, out, NULL, action, dlog_prob, 0.1f, LD);
    for (size_t r = 0; r < LD; r++) {
        const double z[3] = {5.0 * (double)r, -5.0 * (double)r, 0.0}, a = action[r];
        const reference_density d = reference_dist(&dist, z, NULL, &a);
        assert_true(relative_error(log_prob[r], d.log_prob, 1.0) < 1e-6);
        assert_true(relative_error(entropy[r], d.entropy, 1.0) < 1e-6);
        for (size_t j = 0; j < 3; j++)
            assert_true(isfinite(dout[j * LD + r]) && fabsf(dout[j * LD + r]) < 1.1f);
    }
}

// Where the output of a log-deviation is beyond its limits, it has no influence.
static void test_clamped_deviation(void **state)
{
    (void)state;
    const dist_case c = {"clamped", dist_cases[8].space, PPO_STD_EXP, PPO_ACTION_RAW};
    const ppo_dist dist = dist_of(&c);
    float out[2 * LD] = {0}, action[LD] = {0}, dlog_prob[LD] = {1.0f, 1.0f, 1.0f}, dout[2 * LD];
    out[LD] = 2.5f;
    out[LD + 1] = -21.0f;
    out[LD + 2] = 1.5f;
    ppo_dist_prepare(&dist, out, 3);
    assert_true(out[LD] == 2.0f && out[LD + 1] == -20.0f && out[LD + 2] == 1.5f);
    ppo_dist_backward(&dist, dout, NULL, out, NULL, action, dlog_prob, 0.5f, 3);
    assert_true(dout[LD] == 0.0f && dout[LD + 1] == 0.0f && dout[LD + 2] == -0.5f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_kinds), cmocka_unit_test(test_categorical_sizes),
        cmocka_unit_test(test_extreme_logits), cmocka_unit_test(test_clamped_deviation)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
