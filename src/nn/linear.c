// SPDX-License-Identifier: MIT
// Strips of large products. A strip is taken in columns as wide as a tile of the product; operand B
// of these is copied, or transposed, in blocks of DEPTH rows that are read again for each tile.
// Sums continue in memory from block to block.
//
// Workload: 64 to 1024 rows of 3136 x 512. Owns nothing.
#include "nn/linear.h"

#include "nn/activation.h"
#include "nn/gemm.h"
#include "nn/tile.h"

#define DEPTH PPO_TILE_STEPS(PPO_TILE_VECTORS *PPO_LANES)

// Rows that meet all columns of a backward strip: what is written of a row lies on one page of
// memory, and what is read for it is near from the second column on.
#define GROUP 48

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
            depth = least(DEPTH, in - k);
            ppo_transpose(working, width, weight + o * in + k, in, width, depth);
            multiply_block(y + o, out, x + k, in, working, bias + o, rows, width, depth, k == 0);
        }
    }
    relu_columns(y + first, out, rows, last - first);
}

// `depth` rows of all columns, columns as wide as a tile behind each other.
static void copy_block(float *to, const float *from, size_t ld_from, size_t depth, size_t columns)
{
    for (size_t j = 0, width; j < columns; j += width) {
        width = ppo_tile_width(columns - j);
        for (size_t r = 0; r < depth; r++)
            for (size_t i = 0; i < width; i += PPO_LANES)
                ppo_v_store(to + j * depth + r * width + i, ppo_v_load(from + r * ld_from + j + i));
    }
}

// c [m, columns] = a b for b [depth, columns] in memory with rows ldb apart.
static void product_of_strip(float *c, size_t ldc, float *working, const float *a, size_t lda,
                             const float *b, size_t ldb, size_t m, size_t columns, size_t depth)
{
    for (size_t k = 0, part; k < depth; k += part) {
        part = least(DEPTH, depth - k);
        copy_block(working, b + k * ldb, ldb, part, columns);
        for (size_t row = 0; row < m; row += GROUP)
            for (size_t j = 0, width; j < columns; j += width) {
                width = ppo_tile_width(columns - j);
                multiply_block(c + row * ldc + j, ldc, a + row * lda + k, lda, working + j * part,
                               NULL, least(GROUP, m - row), width, part, k == 0);
            }
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
    const size_t columns = least(PPO_STRIP, in - first);
    product_of_strip(dx + first, in, working, dy, out, weight + first, in, rows, columns, out);
    for (size_t r = 0; r < rows; r++)
        ppo_activation_backward(dx + r * in + first, x + r * in + first, columns,
                                PPO_ACTIVATION_RELU);
    product_of_strip(dweight + first, in, working, transposed, ppo_pad(rows), x + first, in, out,
                     columns, rows);
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
            depth = least(DEPTH, in - k);
            multiply_block(y + o, out, x + k, in, packed + o * in + k * width, bias + o, rows,
                           width, depth, k == 0);
        }
    }
    relu_columns(y, out, rows, out);
}
