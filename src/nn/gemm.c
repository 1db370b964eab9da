// SPDX-License-Identifier: MIT
// Register-blocked matrix product: a tile of C, up to 6 rows by up to TILE_VECTORS vectors, stays
// in registers while k runs; each step loads one row piece of B and broadcasts one element of A per
// row. 24 accumulators hide the latency of the multiply-add on every core we know; B's piece is
// shared by the rows, so loads stay below half of the MACs.
//
// Workload: m 1..256, n and k 1..512, all operands in L1 or L2. Owns nothing.
#include "nn/gemm.h"

#include "nn/simd.h"

#include <stdbool.h>

#define TILE_ROWS 6
#if PPO_LANES == 16 || defined(__aarch64__)
#define TILE_VECTORS 4 // 32 vector registers
#else
#define TILE_VECTORS 2 // 16 vector registers
#endif

typedef struct gemm_operands {
    float *c;
    const float *a;
    const float *b;
    const float *bias; // NULL: zeros
    bool adds;         // C's sums go on from what is there
    size_t ldc, a_row, a_col, ldb, k;
} gemm_operands;

// One tile; `rows` and `vectors` are constants wherever this is inlined.
PPO_INLINE void tile(const gemm_operands *g, size_t row, size_t col, const size_t rows,
                     const size_t vectors)
{
    ppo_vec sum[TILE_ROWS][TILE_VECTORS];
    const float *a = g->a + row * g->a_row;
    const float *b = g->b + col;
    const size_t a_row = g->a_row, a_col = g->a_col, ldb = g->ldb;
    float *c = g->c + row * g->ldc + col;
    for (size_t j = 0; j < vectors; j++) {
        const ppo_vec start = g->bias ? ppo_v_load(g->bias + col + j * PPO_LANES) : (ppo_vec){0};
        for (size_t i = 0; i < rows; i++)
            sum[i][j] = g->adds ? ppo_v_load(c + i * g->ldc + j * PPO_LANES) : start;
    }
    for (size_t k = g->k; k > 0; k--) {
        ppo_vec piece[TILE_VECTORS];
        for (size_t j = 0; j < vectors; j++)
            piece[j] = ppo_v_load(b + j * PPO_LANES);
        for (size_t i = 0; i < rows; i++) {
            const ppo_vec element = ppo_v_set(a[i * a_row]);
            for (size_t j = 0; j < vectors; j++)
                sum[i][j] += element * piece[j];
        }
        a += a_col;
        b += ldb;
    }
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < vectors; j++)
            ppo_v_store(c + i * g->ldc + j * PPO_LANES, sum[i][j]);
}

PPO_INLINE void tile_of_rows(const gemm_operands *g, size_t row, size_t rows, size_t col,
                             const size_t vectors)
{
    switch (rows) {
    case 1:
        tile(g, row, col, 1, vectors);
        break;
    case 2:
        tile(g, row, col, 2, vectors);
        break;
    case 3:
        tile(g, row, col, 3, vectors);
        break;
    case 4:
        tile(g, row, col, 4, vectors);
        break;
    case 5:
        tile(g, row, col, 5, vectors);
        break;
    default:
        tile(g, row, col, 6, vectors);
    }
}

// All rows of one column block, in row blocks as equal as can be.
PPO_INLINE void column_block(const gemm_operands *g, size_t m, size_t col, const size_t vectors)
{
    const size_t blocks = (m + TILE_ROWS - 1) / TILE_ROWS;
    size_t row = 0;
    for (size_t left = blocks; left > 0; left--) {
        const size_t rows = (m - row + left - 1) / left;
        tile_of_rows(g, row, rows, col, vectors);
        row += rows;
    }
}

// All columns in blocks of TILE_VECTORS, 2 and 1 vectors.
static void multiply(const gemm_operands *g, size_t m, size_t n)
{
    size_t vectors = ppo_pad(n) / PPO_LANES;
    size_t col = 0;
    for (; vectors >= TILE_VECTORS; vectors -= TILE_VECTORS, col += TILE_VECTORS * PPO_LANES)
        column_block(g, m, col, TILE_VECTORS);
    for (; vectors >= 2; vectors -= 2, col += 2 * PPO_LANES)
        column_block(g, m, col, 2);
    if (vectors)
        column_block(g, m, col, 1);
}

static gemm_operands operands_of(float *c, size_t ldc, const float *a, size_t a_row_stride,
                                 size_t a_col_stride, const float *b, size_t ldb, size_t k)
{
    return (gemm_operands){.c = c,
                           .a = a,
                           .b = b,
                           .ldc = ldc,
                           .a_row = a_row_stride,
                           .a_col = a_col_stride,
                           .ldb = ldb,
                           .k = k};
}

void ppo_gemm(float *c, size_t ldc, const float *a, size_t a_row_stride, size_t a_col_stride,
              const float *b, size_t ldb, const float *bias, size_t m, size_t n, size_t k)
{
    gemm_operands g = operands_of(c, ldc, a, a_row_stride, a_col_stride, b, ldb, k);
    g.bias = bias;
    multiply(&g, m, n);
}

void ppo_gemm_add(float *c, size_t ldc, const float *a, size_t a_row_stride, size_t a_col_stride,
                  const float *b, size_t ldb, size_t m, size_t n, size_t k)
{
    gemm_operands g = operands_of(c, ldc, a, a_row_stride, a_col_stride, b, ldb, k);
    g.adds = true;
    multiply(&g, m, n);
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
