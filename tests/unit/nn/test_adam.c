// SPDX-License-Identifier: MIT
// The optimiser's kernels against textbook references in double: Adam over many steps, sums of
// chunks with their norm, and the clipping factor.
#include "nn/adam.h"

#include "unit/nn/support/reference.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define COUNT ((size_t)160)

// Kingma & Ba 2015, algorithm 1.
typedef struct reference_adam {
    double p[COUNT], m[COUNT], v[COUNT];
    double lr, beta1, beta2, eps;
} reference_adam;

static void reference_step(reference_adam *a, const float *grad, double scale, double t)
{
    for (size_t i = 0; i < COUNT; i++) {
        const double g = scale * (double)grad[i];
        a->m[i] = a->beta1 * a->m[i] + (1.0 - a->beta1) * g;
        a->v[i] = a->beta2 * a->v[i] + (1.0 - a->beta2) * g * g;
        const double mean = a->m[i] / (1.0 - pow(a->beta1, t));
        const double square = a->v[i] / (1.0 - pow(a->beta2, t));
        a->p[i] -= a->lr * mean / (sqrt(square) + a->eps);
    }
}

// Way of the parameters since the start; element 0 never gets a gradient.
static void check_adam(double lr, double beta1, double beta2, double eps, double size)
{
    float p[COUNT] = {0}, m[COUNT] = {0}, v[COUNT] = {0}, grad[COUNT] = {0};
    reference_adam reference = {.lr = lr, .beta1 = beta1, .beta2 = beta2, .eps = eps};
    ppo_random random;
    ppo_random_seed(&random, 7);
    for (uint64_t t = 1; t <= 300; t++) {
        const float scale = t % 3 ? 1.0f : 0.25f;
        const ppo_adam_scalars scalars = ppo_adam_schedule(lr, beta1, beta2, eps, t);
        fill_uniform(grad + 1, COUNT - 1, &random, -0.5 * size, size);
        ppo_adam_step(p, m, v, grad, COUNT, scale, &scalars);
        reference_step(&reference, grad, scale, (double)t);
    }
    double way = 0.0, first = 0.0, second = 0.0;
    for (size_t i = 1; i < COUNT; i++) {
        way = fmax(way, relative_error(p[i], reference.p[i], rms_of(reference.p, COUNT)));
        first = fmax(first, relative_error(m[i], reference.m[i], rms_of(reference.m, COUNT)));
        second = fmax(second, relative_error(v[i], reference.v[i], rms_of(reference.v, COUNT)));
    }
    printf("adam, beta2 %g, gradients of %g: parameters %.2g, moments %.2g and %.2g\n", beta2, size,
           way, first, second);
    assert_true(way < 3e-6 && first < 3e-6 && second < 3e-5);
    assert_true(p[0] == 0.0f && m[0] == 0.0f && v[0] == 0.0f);
}

static void test_adam(void **state)
{
    (void)state;
    check_adam(2.5e-4, 0.9, 0.999, 1e-5, 0.1);
    check_adam(2.5e-4, 0.9, 0.999, 1e-5, 1e-4);
    check_adam(1e-2, 0.9, 0.999, 1e-8, 100.0);
    check_adam(1e-3, 0.5, 0.9, 1e-3, 1e-3);
    check_adam(1e-3, 0.0, 0.0, 1e-5, 1.0);
    check_adam(1e-3, 0.9, 0.99999, 1e-7, 1.0);
}

// A unit without gradients comes to rest: its moments reach 0, not the subnormal numbers.
static void test_moments_end(void **state)
{
    (void)state;
    float p[COUNT] = {0}, m[COUNT] = {0}, v[COUNT] = {0}, grad[COUNT];
    for (size_t i = 0; i < COUNT; i++)
        grad[i] = 1e-3f;
    for (uint64_t t = 1; t <= 2000; t++) {
        const ppo_adam_scalars scalars = ppo_adam_schedule(1e-3, 0.9, 0.9, 1e-5, t);
        ppo_adam_step(p, m, v, grad, COUNT, 1.0f, &scalars);
        memset(grad, 0, sizeof grad);
        for (size_t i = 0; i < COUNT; i++)
            assert_true((m[i] == 0.0f || m[i] > 1e-31f) && (v[i] == 0.0f || v[i] > 1e-31f));
    }
    for (size_t i = 0; i < COUNT; i++)
        assert_true(m[i] == 0.0f && v[i] == 0.0f && isfinite(p[i]));
}

static void test_reduce(void **state)
{
    (void)state;
    enum { CHUNKS = 5, STRIDE = 192 };
    float chunk[CHUNKS * STRIDE], sum[COUNT];
    ppo_random random;
    ppo_random_seed(&random, 8);
    fill_uniform(chunk, CHUNKS * STRIDE, &random, -1.0, 1.0);
    for (size_t chunks = 2; chunks <= CHUNKS; chunks++) {
        double squares = 0.0;
        const double norm = ppo_grad_reduce(sum, chunk, STRIDE, chunks, COUNT);
        for (size_t i = 0; i < COUNT; i++) {
            float wanted = chunk[i]; // in the order of the chunks, to the bit
            for (size_t c = 1; c < chunks; c++)
                wanted += chunk[c * STRIDE + i];
            assert_memory_equal(&sum[i], &wanted, sizeof wanted);
            squares += (double)wanted * wanted;
        }
        assert_true(relative_error(norm, squares, 0.0) < 1e-6);
    }
}

// One chunk stays where it is.
static void test_reduce_one(void **state)
{
    (void)state;
    float chunk[COUNT], before[COUNT];
    double squares = 0.0;
    ppo_random random;
    ppo_random_seed(&random, 9);
    fill_uniform(chunk, COUNT, &random, -1.0, 1.0);
    memcpy(before, chunk, sizeof before);
    const double norm = ppo_grad_reduce(chunk, chunk, COUNT, 1, COUNT);
    for (size_t i = 0; i < COUNT; i++)
        squares += (double)before[i] * before[i];
    assert_memory_equal(chunk, before, sizeof before);
    assert_true(relative_error(norm, squares, 0.0) < 1e-6);
    chunk[COUNT - 1] = NAN;
    assert_true(isnan(ppo_grad_reduce(chunk, chunk, COUNT, 1, COUNT)));
    chunk[COUNT - 1] = INFINITY;
    assert_true(isinf(ppo_grad_reduce(chunk, chunk, COUNT, 1, COUNT)));
}

static void test_scale(void **state)
{
    (void)state;
    assert_true(ppo_grad_scale(0.3, 0.5) == 1.0f);
    assert_true(ppo_grad_scale(0.5, 0.5) == 1.0f);
    assert_true(ppo_grad_scale(0.0, 0.5) == 1.0f);
    assert_true(ppo_grad_scale(100.0, 0.0) == 1.0f); // off
    assert_true(relative_error(ppo_grad_scale(0.51, 0.5), 0.5 / (0.51 + 1e-6), 0.0) < 1e-7);
    assert_true(relative_error(ppo_grad_scale(2.0, 0.5), 0.5 / (2.0 + 1e-6), 0.0) < 1e-7);
    assert_true(relative_error(ppo_grad_scale(1e10, 0.5), 0.5e-10, 0.0) < 1e-7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_adam), cmocka_unit_test(test_moments_end),
        cmocka_unit_test(test_reduce), cmocka_unit_test(test_reduce_one),
        cmocka_unit_test(test_scale)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
