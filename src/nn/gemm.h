// SPDX-License-Identifier: MIT
// Matrix product for the small layers of reinforcement learning, where a library's call overhead
// and packing cost more than the arithmetic (see bench/bench_linear.c).
#ifndef PPO_NN_GEMM_H
#define PPO_NN_GEMM_H

#include <stddef.h>

// C[m, n] = bias[n] + A[m, k] B[k, n], k > 0.
//
// A is read one element at a time, with any strides (so also transposed); B and C row by row in
// whole vectors: columns n .. ppo_pad(n)-1 of B are read and of C written, with values that mean
// nothing unless B's and bias's padding does. bias may be NULL: 0. The value of a row of C does not
// depend on m or on the other rows. C must not overlap A or B.
void ppo_gemm(float *c, size_t ldc, const float *a, size_t a_row_stride, size_t a_col_stride,
              const float *b, size_t ldb, const float *bias, size_t m, size_t n, size_t k);

// C += A B, of the same operands: with k cut into pieces and the first one made by ppo_gemm, the
// sum has the same bits as in one piece.
void ppo_gemm_add(float *c, size_t ldc, const float *a, size_t a_row_stride, size_t a_col_stride,
                  const float *b, size_t ldb, size_t m, size_t n, size_t k);

// A product for few columns, which would leave most of a vector's lanes empty, with the result
// column by column and B transposed: C[n, m] with C[j, i] = bias[j] + sum over k of A[i, k] B[j,
// k].
//
// Vectors run along k: rows of A and B are read up to ppo_pad(k), where A must hold zeros and B
// finite values. Of A ppo_pad(m) rows are read and of C's rows as many columns written.
void ppo_gemm_columns(float *c, size_t ldc, const float *a, size_t lda, const float *b, size_t ldb,
                      const float *bias, size_t m, size_t n, size_t k);

// dst[cols, rows] = src[rows, cols] transposed; row strides in elements. Of dst's rows
// ppo_pad(rows) columns are written, those past `rows` with zeros; nothing past src's elements is
// read.
void ppo_transpose(float *dst, size_t ld_dst, const float *src, size_t ld_src, size_t rows,
                   size_t cols);

#endif
