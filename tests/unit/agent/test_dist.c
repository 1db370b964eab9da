// SPDX-License-Identifier: MIT
// Sampling: frequencies against probabilities, moments of Gaussians, independence of components;
// the squashed density integrates to 1; actions as the environment takes them; one stream per row.
#include "unit/rl/support/dists.h"
#include "unit/rl/support/ppo_reference.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define LD          PPO_CHUNK_ROWS
#define MAX_OUTPUTS 32
#define STEPS       600 // of LD rows each

typedef struct fixture {
    ppo_dist dist;
    float out[MAX_OUTPUTS * LD], action[MAX_OUTPUTS * LD];
    float log_std[MAX_OUTPUTS];
} fixture;

// The same outputs in every row.
static void create(fixture *b, const dist_case *c, uint64_t seed)
{
    ppo_random random;
    ppo_random_seed(&random, seed);
    memset(b, 0, sizeof *b);
    b->dist = dist_of(c);
    fill_uniform(b->log_std, b->dist.num_actions, &random, -1.0, 0.5);
    for (size_t o = 0; o < b->dist.num_outputs; o++) {
        const float x = (float)ppo_random_uniform(&random, -1.0, 1.0);
        for (size_t r = 0; r < LD; r++)
            b->out[o * LD + r] = x;
    }
    ppo_dist_prepare(&b->dist, b->out, LD);
}

static void sample(fixture *b, size_t rows, size_t first_row, uint64_t step)
{
    ppo_dist_sample(
        &b->dist, b->action, b->out, b->log_std, rows,
        &(ppo_sample_key){
            .seed = 77, .purpose = PPO_RNG_ACTION, .first_row = first_row, .step = step});
}

static size_t factor_size(const ppo_dist *dist, size_t k)
{
    return dist->space->kind == PPO_SPACE_MULTI_BINARY ? 2 : dist->space->num_values[k];
}

// Below its mean plus five deviations.
static void check_chi_square(const char *what, double chi_square, double freedom)
{
    printf("%s: chi-square %.1f of %.0f degrees of freedom\n", what, chi_square, freedom);
    if (!(chi_square <= freedom + 5.0 * sqrt(2.0 * freedom)))
        fail_msg("%s: chi-square %.1f is too much", what, chi_square);
}

// Frequencies of each factor's values, and of pairs of neighbouring factors' values, which are
// independent.
static void check_frequencies(const dist_case *c)
{
    enum { MOST = 24 };
    fixture b;
    create(&b, c, 81);
    static unsigned seen[MOST][MOST], pairs[MOST][MOST][MOST];
    memset(seen, 0, sizeof seen);
    memset(pairs, 0, sizeof pairs);
    for (uint64_t step = 0; step < STEPS; step++) {
        sample(&b, LD, 0, step);
        for (size_t r = 0; r < LD; r++)
            for (size_t k = 0; k < b.dist.num_actions; k++) {
                const float a = b.action[k * LD + r], next = b.action[(k + 1) * LD + r];
                assert_true(a >= 0.0f && a < (float)factor_size(&b.dist, k) && a == floorf(a));
                seen[k][(size_t)a]++;
                if (k + 1 < b.dist.num_actions)
                    pairs[k][(size_t)a][(size_t)next]++;
            }
    }
    const double total = (double)STEPS * LD;
    double single = 0.0, pair = 0.0, single_freedom = 0.0, pair_freedom = 0.0;
    const float *out = b.out;
    for (size_t k = 0; k < b.dist.num_actions; k++) {
        const size_t n = factor_size(&b.dist, k);
        const size_t m = k + 1 < b.dist.num_actions ? factor_size(&b.dist, k + 1) : 0;
        for (size_t i = 0; i < n; i++) {
            const double p = exp((double)out[i * LD]);
            single += pow(seen[k][i] - total * p, 2.0) / (total * p);
            for (size_t j = 0; j < m; j++) {
                const double both = total * p * exp((double)out[(n + j) * LD]);
                pair += pow(pairs[k][i][j] - both, 2.0) / both;
            }
        }
        single_freedom += (double)n - 1.0;
        pair_freedom += m ? (double)(n * m) - 1.0 : 0.0;
        out += n * LD;
    }
    check_chi_square(c->name, single, single_freedom);
    if (pair_freedom > 0.0)
        check_chi_square("  pairs of factors", pair, pair_freedom);
}

static void test_frequencies(void **state)
{
    (void)state;
    for (size_t i = 0; i < num_dist_cases; i++)
        if (dist_cases[i].space->kind != PPO_SPACE_BOX)
            check_frequencies(&dist_cases[i]);
}

// z = (action - mean) / std: mean 0, variance 1, third moment 0, fourth 3, no correlation, each
// within five deviations of its estimate.
static void check_moments(const dist_case *c)
{
    fixture b;
    create(&b, c, 82);
    const size_t n = b.dist.num_actions;
    double power[8][5] = {{0.0}}, product[8] = {0.0};
    for (uint64_t step = 0; step < STEPS; step++) {
        sample(&b, LD, 0, step);
        for (size_t r = 0; r < LD; r++) {
            double before = 0.0;
            for (size_t a = 0; a < n; a++) {
                const double ls = c->std_source == PPO_STD_PARAMETER ? (double)b.log_std[a]
                                                                     : (double)b.out[(n + a) * LD];
                const double mean = b.out[a * LD];
                const double z = ((double)b.action[a * LD + r] - mean) / exp(ls);
                for (int k = 1; k <= 4; k++)
                    power[a][k] += pow(z, k);
                product[a] += before * z;
                before = z;
            }
        }
    }
    const double total = (double)STEPS * LD, unit = 5.0 / sqrt(total);
    for (size_t a = 0; a < n; a++) {
        const double *p = power[a];
        printf("%s, component %zu: moments %.4f %.4f %.4f %.4f, product %.4f\n", c->name, a,
               p[1] / total, p[2] / total, p[3] / total, p[4] / total, product[a] / total);
        assert_true(fabs(p[1] / total) < unit && fabs(p[2] / total - 1.0) < sqrt(2.0) * unit);
        assert_true(fabs(p[3] / total) < sqrt(15.0) * unit);
        assert_true(fabs(p[4] / total - 3.0) < sqrt(96.0) * unit);
        assert_true(fabs(product[a] / total) < unit);
    }
}

static void test_moments(void **state)
{
    (void)state;
    for (size_t i = 0; i < num_dist_cases; i++)
        if (dist_cases[i].space->kind == PPO_SPACE_BOX)
            check_moments(&dist_cases[i]);
}

// A row's draw depends on its number, not on those drawn with it; other seeds, steps and purposes
// are other draws.
static void test_streams(void **state)
{
    (void)state;
    for (size_t i = 1; i < num_dist_cases; i++) {
        fixture all, part;
        create(&all, &dist_cases[i], 83);
        create(&part, &dist_cases[i], 83);
        sample(&all, LD, 100, 5);
        for (size_t first = 0; first < LD; first += 9) {
            const size_t rows = LD - first < 9 ? LD - first : 9;
            sample(&part, rows, 100 + first, 5);
            for (size_t a = 0; a < all.dist.num_actions; a++)
                assert_memory_equal(part.action + a * LD, all.action + a * LD + first,
                                    rows * sizeof *part.action);
        }
        const size_t bytes = all.dist.num_actions * LD * sizeof *all.action;
        sample(&part, LD, 100, 6);
        assert_memory_not_equal(part.action, all.action, bytes);
        ppo_dist_sample(
            &part.dist, part.action, part.out, part.log_std, LD,
            &(ppo_sample_key){.seed = 78, .purpose = PPO_RNG_ACTION, .first_row = 100, .step = 5});
        assert_memory_not_equal(part.action, all.action, bytes);
        ppo_dist_sample(&part.dist, part.action, part.out, part.log_std, LD,
                        &(ppo_sample_key){
                            .seed = 77, .purpose = PPO_RNG_EVALUATE, .first_row = 100, .step = 5});
        assert_memory_not_equal(part.action, all.action, bytes);
    }
}

static void test_mode(void **state)
{
    (void)state;
    for (size_t i = 0; i < num_dist_cases; i++) {
        fixture b;
        create(&b, &dist_cases[i], 84);
        ppo_dist_mode(&b.dist, b.action, b.out, 7);
        const float *out = b.out;
        for (size_t k = 0; k < b.dist.num_actions; k++) {
            if (ppo_dist_has_reals(&b.dist)) {
                assert_true(b.action[k * LD + 6] == b.out[k * LD]);
                continue;
            }
            const size_t chosen = (size_t)b.action[k * LD + 6];
            for (size_t j = 0; j < factor_size(&b.dist, k); j++)
                assert_true(out[chosen * LD] >= out[j * LD]);
            out += factor_size(&b.dist, k) * LD;
        }
    }
}

// The density of the environment's action a = center + half tanh(u), integrated over u by da/du.
static void test_squashed_density(void **state)
{
    (void)state;
    static const size_t cases[] = {14, 12}; // one component; of three the first
    for (size_t k = 0; k < 2; k++) {
        fixture b;
        create(&b, &dist_cases[cases[k]], 85);
        ppo_space space = *b.dist.space;
        space.shape[0] = 1;
        b.dist = ppo_dist_for(&space, dist_cases[cases[k]].std_source, PPO_ACTION_TANH);
        const double half = 0.5 * ((double)space.high[0] - (double)space.low[0]);
        const double step = 0.002;
        double integral = 0.0;
        for (double u = -12.0; u < 12.0; u += step * LD) {
            float log_prob[LD], entropy[LD];
            for (size_t r = 0; r < LD; r++)
                b.action[r] = (float)(u + step * (double)r);
            ppo_dist_eval(&b.dist, log_prob, entropy, b.out, b.log_std, b.action, LD);
            for (size_t r = 0; r < LD; r++)
                integral += step * exp((double)log_prob[r]) * half / pow(cosh(b.action[r]), 2.0);
        }
        printf("squashed density: integral %.7f\n", integral);
        assert_true(fabs(integral - 1.0) < 1e-5);
    }
}

// Squashed actions are within bounds whatever the sample, and reach them.
static void test_squashed_bounds(void **state)
{
    (void)state;
    const dist_case *c = &dist_cases[13];
    const ppo_dist dist = dist_of(c);
    const float *low = c->space->low, *high = c->space->high;
    const size_t n = dist.num_actions;
    float action[MAX_OUTPUTS * LD], env_action[MAX_OUTPUTS * LD];
    for (int k = -400; k < 400; k++) {
        for (size_t a = 0; a < n; a++)
            for (size_t r = 0; r < LD; r++)
                action[a * LD + r] = 0.05f * (float)k + 1e-3f * (float)r;
        ppo_dist_to_env(&dist, env_action, action, LD);
        for (size_t r = 0; r < LD; r++)
            for (size_t a = 0; a < n; a++) {
                const float x = env_action[r * n + a];
                const double u = action[a * LD + r];
                const double wanted = 0.5 * ((double)low[a] + (double)high[a]) +
                                      0.5 * ((double)high[a] - (double)low[a]) * tanh(u);
                if (!(x >= low[a] && x <= high[a]))
                    fail_msg("%.9g is outside of [%.9g, %.9g]", x, low[a], high[a]);
                assert_true(fabs(x - wanted) <= 1e-6 * ((double)high[a] - low[a] + fabs(wanted)));
            }
    }
}

// Neither do roundings lead out of any other bounds.
static void test_any_squashed_bounds(void **state)
{
    (void)state;
    ppo_random random;
    ppo_random_seed(&random, 88);
    for (int k = 0; k < 20000; k++) {
        float low, high, action[LD] = {30.0f, -30.0f, 9.0f, -9.0f}, env_action[4];
        fill_uniform(&low, 1, &random, -3.0, 0.0);
        fill_uniform(&high, 1, &random, 0.0, k % 2 ? 0.1 : 3.0);
        const ppo_space space = {.kind = PPO_SPACE_BOX,
                                 .dtype = PPO_F32,
                                 .rank = 1,
                                 .shape = {1},
                                 .low = &low,
                                 .high = &high};
        const ppo_dist dist = ppo_dist_for(&space, PPO_STD_PARAMETER, PPO_ACTION_TANH);
        ppo_dist_to_env(&dist, env_action, action, 4);
        for (int i = 0; i < 4; i++)
            if (!(env_action[i] >= low && env_action[i] <= high))
                fail_msg("%.9g is outside of [%.9g, %.9g]", env_action[i], low, high);
    }
}

// Other actions pass as they are: bounds are the vectoriser's.
static void test_to_env(void **state)
{
    (void)state;
    for (size_t i = 0; i < num_dist_cases; i++) {
        fixture b;
        create(&b, &dist_cases[i], 86);
        if (ppo_dist_has_reals(&b.dist) && b.dist.bound == PPO_ACTION_TANH)
            continue;
        sample(&b, LD, 0, 0);
        union {
            int32_t i32[MAX_OUTPUTS * LD];
            float f32[MAX_OUTPUTS * LD];
        } env_action;
        ppo_dist_to_env(&b.dist, &env_action, b.action, LD);
        const size_t n = b.dist.num_actions;
        for (size_t r = 0; r < LD; r++)
            for (size_t a = 0; a < n; a++) {
                const float got = ppo_dist_has_reals(&b.dist) ? env_action.f32[r * n + a]
                                                              : (float)env_action.i32[r * n + a];
                assert_true(got == b.action[a * LD + r]);
            }
    }
}

static void test_mean_std(void **state)
{
    (void)state;
    for (size_t i = 0; i < num_dist_cases; i++) {
        fixture b;
        create(&b, &dist_cases[i], 87);
        const double got = ppo_dist_mean_std(&b.dist, b.out, b.log_std, 9);
        if (!ppo_dist_has_reals(&b.dist)) {
            assert_true(isnan(got));
            continue;
        }
        const size_t n = b.dist.num_actions;
        double wanted = 0.0;
        for (size_t a = 0; a < n; a++)
            wanted += exp(b.dist.std_source == PPO_STD_PARAMETER ? (double)b.log_std[a]
                                                                 : (double)b.out[(n + a) * LD]);
        assert_true(relative_error(got, wanted / (double)n, 0.0) < 1e-6);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_frequencies),
                                       cmocka_unit_test(test_moments),
                                       cmocka_unit_test(test_streams),
                                       cmocka_unit_test(test_mode),
                                       cmocka_unit_test(test_squashed_density),
                                       cmocka_unit_test(test_squashed_bounds),
                                       cmocka_unit_test(test_any_squashed_bounds),
                                       cmocka_unit_test(test_to_env),
                                       cmocka_unit_test(test_mean_std)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
