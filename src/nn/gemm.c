// SPDX-License-Identifier: MIT
// Workload: m 1..256, n and k 1..512, all operands in L1 or L2. Owns nothing.
#include "nn/gemm.h"

#include "nn/tile.h"

#include <assert.h>

static void multiply(ppo_tile t, size_t m, size_t n)
{
    assert(t.run > 0);
    for (size_t column = 0; column < n;) {
        const size_t width = ppo_tile_width(n - column);
        ppo_tile_strip(&t, PPO_TILE_MATRIX, m, width);
        t.b += width;
        t.c += width;
        if (t.bias)
            t.bias += width;
        column += width;
    }
}

void ppo_gemm(float *c, size_t ldc, const float *a, size_t a_row_stride, size_t a_col_stride,
              const float *b, size_t ldb, const float *bias, size_t m, size_t n, size_t k)
{
    const ppo_tile t = {.c = c,
                        .a = a,
                        .b = b,
                        .bias = bias,
                        .c_row = ldc,
                        .a_row = a_row_stride,
                        .a_step = a_col_stride,
                        .b_step = ldb,
                        .run = k};
    multiply(t, m, n);
}

void ppo_gemm_add(float *c, size_t ldc, const float *a, size_t a_row_stride, size_t a_col_stride,
                  const float *b, size_t ldb, size_t m, size_t n, size_t k)
{
    const ppo_tile t = {.c = c,
                        .a = a,
                        .b = b,
                        .adds = true,
                        .c_row = ldc,
                        .a_row = a_row_stride,
                        .a_step = a_col_stride,
                        .b_step = ldb,
                        .run = k};
    multiply(t, m, n);
}

// --- lanes across vectors -----------------------------------------------------------------------

#if defined(__clang__) || __GNUC__ >= 12
#define SHUFFLE(a, b, ...) __builtin_shufflevector(a, b, __VA_ARGS__)
#else
#define SHUFFLE(a, b, ...) __builtin_shuffle(a, b, (ppo_ivec){__VA_ARGS__})
#endif

#if PPO_LANES == 16
#define INTERLEAVE_LOW(a, b) SHUFFLE(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23)
#define INTERLEAVE_HIGH(a, b) \
    SHUFFLE(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31)
#elif PPO_LANES == 8
#define INTERLEAVE_LOW(a, b)  SHUFFLE(a, b, 0, 8, 1, 9, 2, 10, 3, 11)
#define INTERLEAVE_HIGH(a, b) SHUFFLE(a, b, 4, 12, 5, 13, 6, 14, 7, 15)
#else
#define INTERLEAVE_LOW(a, b)  SHUFFLE(a, b, 0, 4, 1, 5)
#define INTERLEAVE_HIGH(a, b) SHUFFLE(a, b, 2, 6, 3, 7)
#endif

// One vector of the sums over each of these vectors' lanes: interleaving halves and adding moves
// the choice of vector into the lanes, bit by bit.
PPO_INLINE ppo_vec sums_of_lanes(ppo_vec square[PPO_LANES])
{
    for (int half = PPO_LANES / 2; half > 0; half /= 2)
        for (int i = 0; i < half; i++)
            square[i] = INTERLEAVE_LOW(square[i], square[i + half]) +
                        INTERLEAVE_HIGH(square[i], square[i + half]);
    return square[0];
}

void ppo_gemm_columns(float *c, size_t ldc, const float *a, size_t lda, const float *b, size_t ldb,
                      const float *bias, size_t m, size_t n, size_t k)
{
    for (size_t row = 0; row < m; row += PPO_LANES)
        for (size_t j = 0; j < n; j++) {
            ppo_vec sum[PPO_LANES] = {{0}};
            for (size_t i = 0; i < k; i += PPO_LANES) {
                const ppo_vec piece = ppo_v_load(b + j * ldb + i);
                for (size_t r = 0; r < PPO_LANES; r++)
                    sum[r] += ppo_v_load(a + (row + r) * lda + i) * piece;
            }
            ppo_v_store(c + j * ldc + row, sums_of_lanes(sum) + bias[j]);
        }
}

// A square of vectors: interleaving rows i and i + half, log2(lanes) times, is a transposition.
PPO_INLINE void transpose_square(ppo_vec square[PPO_LANES])
{
    for (int width = 1; width < PPO_LANES; width *= 2) {
        ppo_vec next[PPO_LANES];
        for (int i = 0; i < PPO_LANES / 2; i++) {
            next[2 * i] = INTERLEAVE_LOW(square[i], square[i + PPO_LANES / 2]);
            next[2 * i + 1] = INTERLEAVE_HIGH(square[i], square[i + PPO_LANES / 2]);
        }
        memcpy(square, next, sizeof next);
    }
}

// Loads up to a vector's lanes of rows and columns, zeros beyond.
PPO_INLINE void load_square(ppo_vec square[PPO_LANES], const float *src, size_t ld, size_t rows,
                            size_t cols)
{
    for (size_t i = 0; i < PPO_LANES; i++)
        if (i >= rows)
            square[i] = (ppo_vec){0};
        else
            square[i] =
                cols < PPO_LANES ? ppo_v_load_first(src + i * ld, cols) : ppo_v_load(src + i * ld);
}

void ppo_transpose(float *dst, size_t ld_dst, const float *src, size_t ld_src, size_t rows,
                   size_t cols)
{
    for (size_t row = 0; row < rows; row += PPO_LANES)
        for (size_t col = 0; col < cols; col += PPO_LANES) {
            ppo_vec square[PPO_LANES];
            load_square(square, src + row * ld_src + col, ld_src, rows - row, cols - col);
            transpose_square(square);
            for (size_t i = 0; i < PPO_LANES && col + i < cols; i++)
                ppo_v_store(dst + (col + i) * ld_dst + row, square[i]);
        }
}
