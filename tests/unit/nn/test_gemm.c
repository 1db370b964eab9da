// SPDX-License-Identifier: MIT
// The matrix products and the transposition against triple loops in double, over sizes around whole
// vectors and tiles, with padded rows and transposed operands. Operands have exactly the memory
// that the contract asks for, and NaN where values must not matter.
#include "nn/gemm.h"

#include "unit/nn/support/reference.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const size_t sizes[] = {1, 2, 5, 6, 7, 8, 9, 12, 13, 15, 16, 17, 31, 33, 63, 64, 65};
#define NUM_SIZES (sizeof sizes / sizeof *sizes)
#define TOLERANCE 1e-6 // of the terms' sum of magnitudes

static const float canary = 12345.0f;

// One product C[m, n] = bias + A B: where its operands lie.
typedef struct product {
    size_t m, n, k;
    size_t a_row, a_col, a_size;
    size_t ldb, ldc;
    float *a, *b, *c, *bias;
} product;

static void fill_product(product *p, ppo_random *random, bool with_bias)
{
    const size_t b_size = (p->k - 1) * p->ldb + ppo_pad(p->n);
    p->a = new_floats(p->a_size);
    p->b = new_floats(b_size);
    p->c = new_floats(p->m * p->ldc);
    p->bias = with_bias ? new_floats(ppo_pad(p->n)) : NULL;
    for (size_t i = 0; i < p->m; i++)
        for (size_t l = 0; l < p->k; l++)
            fill_uniform(p->a + i * p->a_row + l * p->a_col, 1, random, -1.0, 1.0);
    for (size_t l = 0; l < p->k; l++)
        fill_uniform(p->b + l * p->ldb, p->n, random, -1.0, 1.0);
    if (p->bias)
        fill_uniform(p->bias, p->n, random, -1.0, 1.0);
    for (size_t i = 0; i < p->m * p->ldc; i++)
        p->c[i] = canary;
}

static void release_product(product *p)
{
    free(p->a);
    free(p->b);
    free(p->c);
    free(p->bias);
}

static void check_element(const product *p, size_t i, size_t j, double got)
{
    double sum = p->bias ? p->bias[j] : 0.0, size = fabs(sum);
    for (size_t l = 0; l < p->k; l++) {
        const double term = (double)p->a[i * p->a_row + l * p->a_col] * p->b[l * p->ldb + j];
        sum += term;
        size += fabs(term);
    }
    if (!(fabs(got - sum) <= TOLERANCE * size))
        fail_msg("m %zu n %zu k %zu: C[%zu, %zu] is %.9g, not %.9g", p->m, p->n, p->k, i, j, got,
                 sum);
}

static void check_product(product *p)
{
    ppo_gemm(p->c, p->ldc, p->a, p->a_row, p->a_col, p->b, p->ldb, p->bias, p->m, p->n, p->k);
    for (size_t i = 0; i < p->m; i++)
        for (size_t j = 0; j < p->ldc; j++) {
            const float got = p->c[i * p->ldc + j];
            if (j < p->n)
                check_element(p, i, j, got);
            else if (j >= ppo_pad(p->n) && memcmp(&got, &canary, sizeof got) != 0)
                fail_msg("n %zu: column %zu was written", p->n, j);
        }
}

// Rows of A and C as tight as they may be, or with space between them; A transposed.
static void test_gemm(void **state)
{
    (void)state;
    ppo_random random;
    ppo_random_seed(&random, 1);
    for (size_t i = 0; i < NUM_SIZES * NUM_SIZES * NUM_SIZES; i++) {
        const size_t m = sizes[i % NUM_SIZES], n = sizes[i / NUM_SIZES % NUM_SIZES];
        const size_t k = sizes[i / NUM_SIZES / NUM_SIZES];
        const size_t gap = i % 3;
        const bool transposed = i / 3 % 2;
        product p = {.m = m, .n = n, .k = k, .ldb = n + gap, .ldc = ppo_pad(n) + gap};
        p.a_row = transposed ? 1 : k + gap;
        p.a_col = transposed ? m + gap : 1;
        p.a_size = (m - 1) * p.a_row + (k - 1) * p.a_col + 1;
        fill_product(&p, &random, i / 6 % 2);
        check_product(&p);
        release_product(&p);
    }
}

// A row of C is the same, bit for bit, alone and among any others: collecting and updating may cut
// their rows as they like.
static void test_gemm_rows_alone(void **state)
{
    (void)state;
    enum { M = 65, N = 33, K = 29, LDC = 48 };
    ppo_random random;
    ppo_random_seed(&random, 2);
    product p = {.m = M, .n = N, .k = K, .a_row = K, .a_col = 1, .a_size = M * K, .ldb = N};
    p.ldc = LDC;
    fill_product(&p, &random, true);
    ppo_gemm(p.c, LDC, p.a, K, 1, p.b, N, p.bias, M, N, K);
    for (size_t first = 0; first < M; first += 7)
        for (size_t rows = 1; rows <= M - first; rows += 5) {
            float part[M * LDC];
            ppo_gemm(part, LDC, p.a + first * K, K, 1, p.b, N, p.bias, rows, N, K);
            for (size_t i = 0; i < rows; i++)
                assert_memory_equal(part + i * LDC, p.c + (first + i) * LDC, N * sizeof *part);
        }
    release_product(&p);
}

// C[j, i] = bias[j] + sum over l of A[i, l] B[j, l].
static void check_columns(size_t m, size_t n, size_t k, size_t gap, ppo_random *random)
{
    const size_t lda = ppo_pad(k) + gap, ldb = k + gap, ldc = ppo_pad(m) + gap;
    float *a = new_floats(ppo_pad(m) * lda), *b = new_floats((n - 1) * ldb + ppo_pad(k));
    float *c = new_floats(n * ldc), *bias = new_floats(n);
    fill_uniform(b, (n - 1) * ldb + ppo_pad(k), random, -1.0, 1.0); // finite in the padding
    fill_uniform(bias, n, random, -1.0, 1.0);
    for (size_t i = 0; i < m; i++)
        for (size_t l = 0; l < ppo_pad(k); l++)
            a[i * lda + l] = l < k ? (float)ppo_random_uniform(random, -1.0, 1.0) : 0.0f;
    for (size_t i = 0; i < n * ldc; i++)
        c[i] = canary;
    ppo_gemm_columns(c, ldc, a, lda, b, ldb, bias, m, n, k);
    for (size_t j = 0; j < n; j++) {
        for (size_t i = 0; i < m; i++) {
            double sum = bias[j], size = fabs(sum);
            for (size_t l = 0; l < k; l++) {
                sum += (double)a[i * lda + l] * b[j * ldb + l];
                size += fabs((double)a[i * lda + l] * b[j * ldb + l]);
            }
            if (!(fabs(c[j * ldc + i] - sum) <= TOLERANCE * size))
                fail_msg("columns, m %zu n %zu k %zu: C[%zu, %zu] is %.9g, not %.9g", m, n, k, j, i,
                         c[j * ldc + i], sum);
        }
        for (size_t i = ppo_pad(m); i < ldc; i++)
            assert_memory_equal(&c[j * ldc + i], &canary, sizeof canary);
    }
    free(bias);
    free(c);
    free(b);
    free(a);
}

static void test_gemm_columns(void **state)
{
    (void)state;
    ppo_random random;
    ppo_random_seed(&random, 3);
    for (size_t i = 0; i < NUM_SIZES * NUM_SIZES * NUM_SIZES; i++)
        check_columns(sizes[i % NUM_SIZES], sizes[i / NUM_SIZES % NUM_SIZES],
                      sizes[i / NUM_SIZES / NUM_SIZES], i % 3, &random);
}

static void check_transpose(size_t rows, size_t cols, size_t gap, ppo_random *random)
{
    const size_t ld_src = cols + gap, ld_dst = ppo_pad(rows) + gap;
    float *src = new_floats((rows - 1) * ld_src + cols);
    float *dst = new_floats(cols * ld_dst);
    for (size_t r = 0; r < rows; r++)
        fill_uniform(src + r * ld_src, cols, random, -1.0, 1.0);
    for (size_t i = 0; i < cols * ld_dst; i++)
        dst[i] = canary;
    ppo_transpose(dst, ld_dst, src, ld_src, rows, cols);
    for (size_t c = 0; c < cols; c++)
        for (size_t r = 0; r < ld_dst; r++) {
            const float wanted = r < rows ? src[r * ld_src + c] : r < ppo_pad(rows) ? 0.0f : canary;
            assert_memory_equal(&dst[c * ld_dst + r], &wanted, sizeof wanted);
        }
    free(dst);
    free(src);
}

static void test_transpose(void **state)
{
    (void)state;
    ppo_random random;
    ppo_random_seed(&random, 4);
    for (size_t i = 0; i < NUM_SIZES * NUM_SIZES; i++)
        for (size_t gap = 0; gap < 3; gap++)
            check_transpose(sizes[i % NUM_SIZES], sizes[i / NUM_SIZES], gap, &random);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_gemm), cmocka_unit_test(test_gemm_rows_alone),
        cmocka_unit_test(test_gemm_columns), cmocka_unit_test(test_transpose)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
