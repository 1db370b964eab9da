// SPDX-License-Identifier: MIT
// Orthogonal initialisation: orthonormal rows or columns times the gain, a function of seed and
// stream, spread as a random rotation is.
#include "nn/init.h"

#include "unit/nn/support/reference.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static float *make(size_t rows, size_t cols, double gain, uint64_t seed, uint32_t stream)
{
    ppo_error error = {0};
    float *w = new_floats(rows * cols);
    if (ppo_init_orthogonal(w, rows, cols, gain, seed, stream, &error) != PPO_OK)
        fail_msg("%s", error.message);
    return w;
}

// Products of the shorter side's vectors: gain^2 on the diagonal, else 0.
static void check_orthogonal(size_t rows, size_t cols, double gain)
{
    float *w = make(rows, cols, gain, 11, 3);
    const bool wide = rows <= cols;
    const size_t count = wide ? rows : cols, n = wide ? cols : rows;
    for (size_t a = 0; a < count; a++)
        for (size_t b = 0; b <= a; b++) {
            double dot = 0.0;
            for (size_t i = 0; i < n; i++)
                dot += (double)w[wide ? a * cols + i : i * cols + a] *
                       (double)w[wide ? b * cols + i : i * cols + b];
            if (!(fabs(dot - (a == b ? gain * gain : 0.0)) <= 1e-6 * gain * gain))
                fail_msg("%zu x %zu: vectors %zu and %zu have the product %.9g", rows, cols, a, b,
                         dot);
        }
    free(w);
}

static void test_orthogonal(void **state)
{
    (void)state;
    static const size_t sizes[] = {1, 2, 3, 7, 8, 9, 16, 17, 64, 65};
    for (size_t r = 0; r < 10; r++)
        for (size_t c = 0; c < 10; c++)
            check_orthogonal(sizes[r], sizes[c], r % 2 ? 1.4142135623730951 : 0.01);
    check_orthogonal(256, 256, 1.0);
    check_orthogonal(3, 300, 2.0);
}

static void test_determined(void **state)
{
    (void)state;
    const size_t bytes = 64 * 17 * sizeof(float);
    float *w = make(64, 17, 1.0, 5, 2), *same = make(64, 17, 1.0, 5, 2);
    float *other_seed = make(64, 17, 1.0, 6, 2), *other_stream = make(64, 17, 1.0, 5, 3);
    assert_memory_equal(w, same, bytes);
    assert_memory_not_equal(w, other_seed, bytes);
    assert_memory_not_equal(w, other_stream, bytes);
    free(other_stream);
    free(other_seed);
    free(same);
    free(w);
}

static void test_zero_gain(void **state)
{
    (void)state;
    float *w = make(5, 9, 0.0, 1, 1);
    for (size_t i = 0; i < 45; i++)
        assert_true(w[i] == 0.0f);
    free(w);
}

// Elements of random rotations of n dimensions: mean 0, variance 1/n, as often positive as not.
static void test_spread(void **state)
{
    (void)state;
    enum { N = 16, MATRICES = 400 };
    double sum = 0.0, squares = 0.0, fourth = 0.0, first = 0.0;
    for (uint32_t k = 0; k < MATRICES; k++) {
        float *w = make(N, N, 1.0, 1, k);
        for (size_t i = 0; i < N * N; i++) {
            sum += w[i];
            squares += (double)w[i] * w[i];
            fourth += pow(w[i], 4.0);
        }
        first += w[0];
        free(w);
    }
    const double count = (double)MATRICES * N * N;
    assert_true(fabs(sum / count) < 4.0 * 0.25 / sqrt(count));
    assert_true(fabs(squares / count - 1.0 / N) < 1e-6);
    assert_true(fabs(fourth / count - 3.0 / (N * (N + 2.0))) < 3e-4); // of a uniform direction
    assert_true(fabs(first / MATRICES) < 4.0 * 0.25 / sqrt(MATRICES));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_orthogonal), cmocka_unit_test(test_determined),
        cmocka_unit_test(test_zero_gain), cmocka_unit_test(test_spread)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
