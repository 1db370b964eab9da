// SPDX-License-Identifier: MIT
// Strips of large products. A strip is taken in columns as wide as a tile of the product; operand B
// of these is copied, or transposed, in blocks that stay in L1 while all rows are multiplied. Sums
// continue in memory from block to block.
//
// Workload: 64 to 1024 rows of 3136 x 512. Owns nothing.
#include "nn/linear.h"

#include "nn/activation.h"
#include "nn/gemm.h"
#include "nn/tile.h"

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
    return PPO_TILE_STEPS(1);
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

// c [m, width] = bias + a b, or c += a b from the second block of a sum on, for b [depth, width].
static void multiply_block(float *c, size_t ldc, const float *a, size_t lda, const float *b,
                           const float *bias, size_t m, size_t width, size_t depth, bool first)
{
    if (first)
        ppo_gemm(c, ldc, a, lda, 1, b, width, bias, m, width, depth);
    else
        ppo_gemm_add(c, ldc, a, lda, 1, b, width, m, width, depth);
}

void ppo_linear_forward(const ppo_linear *linear, float *y, float *working, const float *x,
                        const float *weight, const float *bias, size_t rows, size_t strip)
{
    const size_t in = linear->in, out = linear->out, first = strip * PPO_STRIP;
    const size_t last = least(first + PPO_STRIP, out);
    for (size_t o = first, width; o < last; o += width) {
        width = ppo_tile_width(last - o);
        for (size_t k = 0, depth; k < in; k += depth) {
            depth = least(PPO_TILE_STEPS(width), in - k);
            ppo_transpose(working, width, weight + o * in + k, in, width, depth);
            multiply_block(y + o, out, x + k, in, working, bias + o, rows, width, depth, k == 0);
        }
    }
    relu_columns(y + first, out, rows, last - first);
}

static void copy_block(float *to, const float *from, size_t ld_from, size_t rows, size_t width)
{
    for (size_t r = 0; r < rows; r++)
        for (size_t j = 0; j < width; j += PPO_LANES)
            ppo_v_store(to + r * width + j, ppo_v_load(from + r * ld_from + j));
}

// c [m, width] = a b, columns of b [depth, width] in memory with rows ldb apart.
static void multiply_columns(float *c, size_t ldc, float *working, const float *a, size_t lda,
                             const float *b, size_t ldb, size_t m, size_t width, size_t depth)
{
    for (size_t k = 0, part; k < depth; k += part) {
        part = least(PPO_TILE_STEPS(width), depth - k);
        copy_block(working, b + k * ldb, ldb, part, width);
        multiply_block(c, ldc, a + k, lda, working, NULL, m, width, part, k == 0);
    }
}

void ppo_linear_transpose(const ppo_linear *linear, float *transposed, const float *dy, size_t rows,
                          size_t strip)
{
    const size_t first = strip * PPO_STRIP;
    ppo_transpose(transposed + first * ppo_pad(rows), ppo_pad(rows), dy + first, linear->out, rows,
                  least(PPO_STRIP, linear->out - first));
}

void ppo_linear_backward(const ppo_linear *linear, float *dx, float *dweight, float *working,
                         const float *dy, const float *transposed, const float *x,
                         const float *weight, size_t rows, size_t strip)
{
    const size_t in = linear->in, out = linear->out, first = strip * PPO_STRIP;
    const size_t last = least(first + PPO_STRIP, in);
    for (size_t i = first, width; i < last; i += width) {
        width = ppo_tile_width(last - i);
        multiply_columns(dx + i, in, working, dy, out, weight + i, in, rows, width, out);
        for (size_t r = 0; r < rows; r++)
            ppo_activation_backward(dx + r * in + i, x + r * in + i, width, PPO_ACTIVATION_RELU);
        multiply_columns(dweight + i, in, working, transposed, ppo_pad(rows), x + i, in, out, width,
                         rows);
    }
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
    const size_t last = least(first + PPO_STRIP, linear->out);
    for (size_t o = first, width; o < last; o += width) {
        width = ppo_tile_width(last - o);
        ppo_transpose(packed + o * in, width, weight + o * in, in, width, in);
    }
}

void ppo_linear_forward_packed(const ppo_linear *linear, float *y, const float *x,
                               const float *packed, const float *bias, size_t rows)
{
    const size_t in = linear->in, out = linear->out;
    for (size_t o = 0, width; o < out; o += width) {
        width = ppo_tile_width(least(PPO_STRIP, out - o / PPO_STRIP * PPO_STRIP) - o % PPO_STRIP);
        for (size_t k = 0, depth; k < in; k += depth) {
            depth = least(PPO_TILE_STEPS(width), in - k);
            multiply_block(y + o, out, x + k, in, packed + o * in + k * width, bias + o, rows,
                           width, depth, k == 0);
        }
    }
    relu_columns(y, out, rows, out);
}
