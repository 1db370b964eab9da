// SPDX-License-Identifier: MIT
// Strips of large products. A strip's operand B is copied, or transposed, into blocks of DEPTH x 64
// that stay in L1 while all rows are multiplied; sums continue in memory from block to block.
//
// Workload: 64 to 1024 rows of 3136 x 512. Owns nothing.
#include "nn/linear.h"

#include "nn/activation.h"
#include "nn/gemm.h"
#include "nn/simd.h"

#define DEPTH 128 // 32 KiB of B

size_t ppo_linear_forward_strips(const ppo_linear *linear)
{
    return (linear->out + PPO_STRIP - 1) / PPO_STRIP;
}

size_t ppo_linear_backward_strips(const ppo_linear *linear)
{
    return (linear->in + PPO_STRIP - 1) / PPO_STRIP;
}

size_t ppo_linear_working(void)
{
    return (size_t)DEPTH * PPO_STRIP;
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

static void relu_columns(float *y, size_t ldy, size_t rows, size_t columns)
{
    for (size_t r = 0; r < rows; r++)
        ppo_activation_forward(y + r * ldy, columns, PPO_ACTIVATION_RELU);
}

void ppo_linear_forward(const ppo_linear *linear, float *y, float *working, const float *x,
                        const float *weight, const float *bias, size_t rows, size_t strip)
{
    const size_t in = linear->in, out = linear->out, first = strip * PPO_STRIP;
    const size_t columns = least(PPO_STRIP, out - first);
    for (size_t k = 0; k < in; k += DEPTH) {
        const size_t depth = least(DEPTH, in - k);
        ppo_transpose(working, PPO_STRIP, weight + first * in + k, in, columns, depth);
        if (k == 0)
            ppo_gemm(y + first, out, x, in, 1, working, PPO_STRIP, bias + first, rows, columns,
                     depth);
        else
            ppo_gemm_add(y + first, out, x + k, in, 1, working, PPO_STRIP, rows, columns, depth);
    }
    relu_columns(y + first, out, rows, columns);
}

static void copy_block(float *to, const float *from, size_t ld_from, size_t rows, size_t columns)
{
    for (size_t r = 0; r < rows; r++)
        memcpy(to + r * PPO_STRIP, from + r * ld_from, columns * sizeof *to);
}

// c [m, columns] = a b for b [depth, columns] in memory with rows ldb apart.
static void product_of_strip(float *c, size_t ldc, float *working, const float *a, size_t a_row,
                             size_t a_col, const float *b, size_t ldb, size_t m, size_t columns,
                             size_t depth)
{
    for (size_t k = 0; k < depth; k += DEPTH) {
        const size_t part = least(DEPTH, depth - k);
        copy_block(working, b + k * ldb, ldb, part, columns);
        if (k == 0)
            ppo_gemm(c, ldc, a, a_row, a_col, working, PPO_STRIP, NULL, m, columns, part);
        else
            ppo_gemm_add(c, ldc, a + k * a_col, a_row, a_col, working, PPO_STRIP, m, columns, part);
    }
}

void ppo_linear_backward(const ppo_linear *linear, float *dx, float *dweight, float *working,
                         const float *dy, const float *x, const float *weight, size_t rows,
                         size_t strip)
{
    const size_t in = linear->in, out = linear->out, first = strip * PPO_STRIP;
    const size_t columns = least(PPO_STRIP, in - first);
    product_of_strip(dx + first, in, working, dy, out, 1, weight + first, in, rows, columns, out);
    for (size_t r = 0; r < rows; r++)
        ppo_activation_backward(dx + r * in + first, x + r * in + first, columns,
                                PPO_ACTIVATION_RELU);
    product_of_strip(dweight + first, in, working, dy, 1, out, x + first, in, out, columns, rows);
}

void ppo_linear_backward_bias(const ppo_linear *linear, float *dbias, const float *dy, size_t rows)
{
    for (size_t o = 0; o < linear->out; o += PPO_LANES) {
        ppo_vec sum = {0};
        for (size_t r = 0; r < rows; r++)
            sum += ppo_v_load(dy + r * linear->out + o);
        ppo_v_store(dbias + o, sum);
    }
}

void ppo_linear_pack(const ppo_linear *linear, float *packed, const float *weight, size_t strip)
{
    const size_t in = linear->in, first = strip * PPO_STRIP;
    const size_t columns = least(PPO_STRIP, linear->out - first);
    ppo_transpose(packed + first * in, columns, weight + first * in, in, columns, in);
}

void ppo_linear_forward_packed(const ppo_linear *linear, float *y, const float *x,
                               const float *packed, const float *bias, size_t rows)
{
    const size_t in = linear->in, out = linear->out;
    for (size_t first = 0; first < out; first += PPO_STRIP) {
        const size_t columns = least(PPO_STRIP, out - first);
        ppo_gemm(y + first, out, x, in, 1, packed + first * in, columns, bias + first, rows,
                 columns, in);
        relu_columns(y + first, out, rows, columns);
    }
}
