// SPDX-License-Identifier: MIT
// Convolutions as matrix products over the pictures where they lie: a row of the implicit matrix is
// a pixel, and since channels are innermost, each row of a kernel is one contiguous run of it. A
// tile of pixels by output channels stays in registers while the kernel is walked through.
//
// Workload: Atari networks, 7 x 7 to 84 x 84 pixels, 16 to 64 channels, some pictures at a time so
// that they stay in L2. With AVX-512 on one core all three products reach 91 to 98 % of the peak,
// where oneDNN 2.6 has 90 to 95 forward, 73 to 87 to the weights, 86 to 93 to the data (`make bench
// B=conv`). Owns nothing.
#include "nn/conv.h"

#include "nn/simd.h"

#include <assert.h>

// Tiles of 1, 2 and, with enough registers, 4 vectors of channels; as many pixels as registers.
#if PPO_LANES == 16 || defined(__aarch64__)
#define WIDEST       4
#define MOST_ROWS_4  7
#define MOST_ROWS_21 12
#else
#define WIDEST       2
#define MOST_ROWS_21 6
#endif
#define MOST_ROWS 12

ppo_conv ppo_conv_make(size_t height, size_t width, size_t in_channels, size_t out_channels,
                       size_t kernel, size_t stride)
{
    ppo_conv conv = {.in_channels = in_channels,
                     .out_channels = out_channels,
                     .kernel = kernel,
                     .stride = stride,
                     .out_height = (height - kernel) / stride + 1,
                     .out_width = (width - kernel) / stride + 1,
                     .in_row = width * in_channels,
                     .in_image = height * width * in_channels,
                     .block = 1};
    conv.out_row = conv.out_width * out_channels;
    conv.out_image = conv.out_height * conv.out_row;
    return conv;
}

size_t ppo_conv_weights(const ppo_conv *conv)
{
    return conv->kernel * conv->kernel * conv->in_channels * conv->out_channels;
}

size_t ppo_conv_macs(const ppo_conv *conv)
{
    return ppo_conv_weights(conv) * conv->out_height * conv->out_width;
}

// --- the order of weights ------------------------------------------------------------------------

// Where PyTorch keeps what is row `index` of the forward order, within one output channel.
static size_t torch_index(const ppo_conv *conv, size_t index)
{
    const size_t b = conv->block, channel = index % conv->in_channels;
    const size_t tap = index / conv->in_channels;
    const size_t ky = tap / conv->kernel * b + channel / b % b;
    const size_t kx = tap % conv->kernel * b + channel % b;
    const size_t width = conv->kernel * b;
    return (channel / (b * b) * width + ky) * width + kx;
}

void ppo_conv_pack(const ppo_conv *conv, float *forward, float *backward, const float *weight,
                   size_t first, size_t last)
{
    const size_t out = conv->out_channels, in = conv->in_channels;
    const size_t inputs = conv->kernel * conv->kernel * in;
    for (size_t i = 0; i < inputs; i++) {
        const float *from = weight + torch_index(conv, i);
        for (size_t o = first; o < last; o++)
            forward[i * out + o] = from[o * inputs];
        for (size_t o = first; backward && o < last; o++)
            backward[(i / in * out + o) * in + i % in] = from[o * inputs];
    }
}

void ppo_conv_unpack(const ppo_conv *conv, float *weight, const float *forward, size_t first,
                     size_t last)
{
    const size_t out = conv->out_channels;
    const size_t inputs = conv->kernel * conv->kernel * conv->in_channels;
    for (size_t i = first; i < last; i++) {
        float *to = weight + torch_index(conv, i);
        for (size_t o = 0; o < out; o++)
            to[o * inputs] = forward[i * out + o];
    }
}

// --- pixels by channels --------------------------------------------------------------------------

// c[i, j] = start + sum over runs g and k < run of a[i, g, k] b[g, k, j], for a row of pixels.
typedef struct ppo_product {
    float *c;
    const float *a;
    const float *b;
    const float *bias; // [columns], or NULL: c itself is the start
    size_t c_pixel;    // floats from pixel to pixel
    size_t a_pixel;
    ptrdiff_t a_run; // floats from run to run
    size_t b_run;
    size_t runs, run; // how many, and how long
    size_t columns;   // of b
    int relu;
} ppo_product;

PPO_INLINE void product_tile(const ppo_product *p, size_t pixel, size_t column, const size_t rows,
                             const size_t vectors)
{
    ppo_vec sum[MOST_ROWS][WIDEST];
    float *c = p->c + pixel * p->c_pixel + column;
    const size_t a_pixel = p->a_pixel, columns = p->columns;
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < vectors; j++)
            sum[i][j] =
                ppo_v_load((p->bias ? p->bias + column : c + i * p->c_pixel) + j * PPO_LANES);
    for (size_t g = 0; g < p->runs; g++) {
        const float *a = p->a + pixel * a_pixel + (ptrdiff_t)g * p->a_run;
        const float *b = p->b + column + g * p->b_run;
        for (size_t k = p->run; k > 0; k--) {
            ppo_vec piece[WIDEST];
            for (size_t j = 0; j < vectors; j++)
                piece[j] = ppo_v_load(b + j * PPO_LANES);
            for (size_t i = 0; i < rows; i++) {
                const ppo_vec element = ppo_v_set(a[i * a_pixel]);
                for (size_t j = 0; j < vectors; j++)
                    sum[i][j] += element * piece[j];
            }
            a++;
            b += columns;
        }
    }
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < vectors; j++) {
            const ppo_vec y = p->relu ? ppo_v_max((ppo_vec){0}, sum[i][j]) : sum[i][j];
            ppo_v_store(c + i * p->c_pixel + j * PPO_LANES, y);
        }
}

// dw[i, j] += sum over pixels of a[pixel, i] dy[pixel, j], for a run of inputs i.
typedef struct ppo_outer {
    float *dw; // [run, columns]
    const float *a;
    const float *dy;
    size_t columns;
    size_t images, height, width;
    size_t a_image, a_row, a_pixel;
    size_t dy_image, dy_row;
} ppo_outer;

PPO_INLINE void outer_tile(const ppo_outer *p, size_t input, size_t column, const size_t rows,
                           const size_t vectors)
{
    ppo_vec sum[MOST_ROWS][WIDEST];
    float *dw = p->dw + input * p->columns + column;
    const size_t a_pixel = p->a_pixel, columns = p->columns;
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < vectors; j++)
            sum[i][j] = ppo_v_load(dw + i * columns + j * PPO_LANES);
    for (size_t n = 0; n < p->images; n++)
        for (size_t y = 0; y < p->height; y++) {
            const float *a = p->a + n * p->a_image + y * p->a_row + input;
            const float *dy = p->dy + n * p->dy_image + y * p->dy_row + column;
            for (size_t x = p->width; x > 0; x--) {
                ppo_vec piece[WIDEST];
                for (size_t j = 0; j < vectors; j++)
                    piece[j] = ppo_v_load(dy + j * PPO_LANES);
                for (size_t i = 0; i < rows; i++) {
                    const ppo_vec element = ppo_v_set(a[i]);
                    for (size_t j = 0; j < vectors; j++)
                        sum[i][j] += element * piece[j];
                }
                a += a_pixel;
                dy += columns;
            }
        }
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < vectors; j++)
            ppo_v_store(dw + i * columns + j * PPO_LANES, sum[i][j]);
}

// --- tiles of every size -------------------------------------------------------------------------

#define ROWS_CASE(tile, rows, vectors)       \
    case rows:                               \
        tile(p, row, column, rows, vectors); \
        break;
#define ROWS_CASES_6(tile, vectors) \
    ROWS_CASE(tile, 1, vectors)     \
    ROWS_CASE(tile, 2, vectors)     \
    ROWS_CASE(tile, 3, vectors)     \
    ROWS_CASE(tile, 4, vectors)     \
    ROWS_CASE(tile, 5, vectors)     \
    ROWS_CASE(tile, 6, vectors)
#define ROWS_CASES_12(tile, vectors) \
    ROWS_CASES_6(tile, vectors)      \
    ROWS_CASE(tile, 7, vectors)      \
    ROWS_CASE(tile, 8, vectors)      \
    ROWS_CASE(tile, 9, vectors)      \
    ROWS_CASE(tile, 10, vectors)     \
    ROWS_CASE(tile, 11, vectors)     \
    ROWS_CASE(tile, 12, vectors)
#if WIDEST == 4
#define ROWS_CASES_4(tile) \
    ROWS_CASES_6(tile, 4)  \
    ROWS_CASE(tile, 7, 4)
#define ROWS_CASES_21(tile, vectors) ROWS_CASES_12(tile, vectors)
#else
#define ROWS_CASES_21(tile, vectors) ROWS_CASES_6(tile, vectors)
#endif

// `name`: all of `count` rows by the columns [column, column + vectors), in blocks of rows as equal
// as can be.
#define DEFINE_STRIP(name, type, tile, vectors, most_rows, cases)                 \
    static void name(const type *p, size_t count, size_t column)                  \
    {                                                                             \
        size_t row = 0;                                                           \
        for (size_t left = (count + (most_rows)-1) / (most_rows); left; left--) { \
            const size_t rows = (count - row + left - 1) / left;                  \
            switch (rows) {                                                       \
                cases default : assert(rows <= (most_rows));                      \
            }                                                                     \
            row += rows;                                                          \
        }                                                                         \
    }

DEFINE_STRIP(product_1, ppo_product, product_tile, 1, MOST_ROWS_21, ROWS_CASES_21(product_tile, 1))
DEFINE_STRIP(product_2, ppo_product, product_tile, 2, MOST_ROWS_21, ROWS_CASES_21(product_tile, 2))
DEFINE_STRIP(outer_1, ppo_outer, outer_tile, 1, MOST_ROWS_21, ROWS_CASES_21(outer_tile, 1))
DEFINE_STRIP(outer_2, ppo_outer, outer_tile, 2, MOST_ROWS_21, ROWS_CASES_21(outer_tile, 2))
#if WIDEST == 4
DEFINE_STRIP(product_4, ppo_product, product_tile, 4, MOST_ROWS_4, ROWS_CASES_4(product_tile))
DEFINE_STRIP(outer_4, ppo_outer, outer_tile, 4, MOST_ROWS_4, ROWS_CASES_4(outer_tile))
#endif

// All columns in strips of 4, 2 and 1 vectors.
static void product(const ppo_product *p, size_t pixels)
{
    size_t column = 0;
#if WIDEST == 4
    for (; column + 4 * PPO_LANES <= p->columns; column += 4 * PPO_LANES)
        product_4(p, pixels, column);
#endif
    for (; column + 2 * PPO_LANES <= p->columns; column += 2 * PPO_LANES)
        product_2(p, pixels, column);
    for (; column < p->columns; column += PPO_LANES)
        product_1(p, pixels, column);
}

static void outer(const ppo_outer *p, size_t inputs)
{
    size_t column = 0;
#if WIDEST == 4
    for (; column + 4 * PPO_LANES <= p->columns; column += 4 * PPO_LANES)
        outer_4(p, inputs, column);
#endif
    for (; column + 2 * PPO_LANES <= p->columns; column += 2 * PPO_LANES)
        outer_2(p, inputs, column);
    for (; column < p->columns; column += PPO_LANES)
        outer_1(p, inputs, column);
}

// --- the three products --------------------------------------------------------------------------

void ppo_conv_forward(const ppo_conv *conv, float *y, const float *x, const float *forward,
                      const float *bias, size_t images, int relu)
{
    ppo_product p = {.b = forward,
                     .bias = bias,
                     .c_pixel = conv->out_channels,
                     .a_pixel = conv->stride * conv->in_channels,
                     .a_run = (ptrdiff_t)conv->in_row,
                     .b_run = conv->kernel * conv->in_channels * conv->out_channels,
                     .runs = conv->kernel,
                     .run = conv->kernel * conv->in_channels,
                     .columns = conv->out_channels,
                     .relu = relu};
    for (size_t n = 0; n < images; n++)
        for (size_t oy = 0; oy < conv->out_height; oy++) {
            p.a = x + n * conv->in_image + oy * conv->stride * conv->in_row;
            p.c = y + n * conv->out_image + oy * conv->out_row;
            product(&p, conv->out_width);
        }
}

// A row of x was seen by up to kernel / stride rows of y, each with another row of the kernel:
// those are the runs of one product. Each column of the kernel adds such a product to the pixels
// that it has seen.
static void backward_row(const ppo_conv *conv, ppo_product *p, float *dx, const float *dy,
                         const float *backward, size_t y)
{
    const size_t tap = conv->out_channels * conv->in_channels;
    const size_t last = y / conv->stride; // the lowest row of dy that sees this one, if it is there
    const size_t oy = last < conv->out_height ? last : conv->out_height - 1;
    const size_t ky = y - oy * conv->stride;
    if (ky >= conv->kernel)
        return;
    const size_t above = (conv->kernel - 1 - ky) / conv->stride; // rows of dy that see it as well
    p->runs = 1 + (above < oy ? above : oy);
    p->a = dy + oy * conv->out_row;
    for (size_t kx = 0; kx < conv->kernel; kx++) {
        p->b = backward + (ky * conv->kernel + kx) * tap;
        p->c = dx + y * conv->in_row + kx * conv->in_channels;
        product(p, conv->out_width);
    }
}

void ppo_conv_backward_data(const ppo_conv *conv, float *dx, const float *dy, const float *backward,
                            size_t images)
{
    const size_t height = (conv->out_height - 1) * conv->stride + conv->kernel;
    ppo_product p = {.c_pixel = conv->stride * conv->in_channels,
                     .a_pixel = conv->out_channels,
                     .a_run = -(ptrdiff_t)conv->out_row,
                     .b_run = conv->stride * conv->kernel * conv->out_channels * conv->in_channels,
                     .run = conv->out_channels,
                     .columns = conv->in_channels};
    for (size_t n = 0; n < images; n++)
        for (size_t y = 0; y < height; y++)
            backward_row(conv, &p, dx + n * conv->in_image, dy + n * conv->out_image, backward, y);
}

static void add_bias_gradient(const ppo_conv *conv, float *dbias, const float *dy, size_t images)
{
    for (size_t column = 0; column < conv->out_channels; column += PPO_LANES) {
        ppo_vec sum = ppo_v_load(dbias + column);
        for (size_t n = 0; n < images; n++)
            for (size_t oy = 0; oy < conv->out_height; oy++) {
                const float *row = dy + n * conv->out_image + oy * conv->out_row + column;
                ppo_vec of_row = {0}; // apart, so that long sums stay exact
                for (size_t ox = 0; ox < conv->out_width; ox++)
                    of_row += ppo_v_load(row + ox * conv->out_channels);
                sum += of_row;
            }
        ppo_v_store(dbias + column, sum);
    }
}

void ppo_conv_backward_weights(const ppo_conv *conv, float *dweight, float *dbias, const float *x,
                               const float *dy, size_t images)
{
    const size_t run = conv->kernel * conv->in_channels;
    ppo_outer p = {.dy = dy,
                   .columns = conv->out_channels,
                   .images = images,
                   .height = conv->out_height,
                   .width = conv->out_width,
                   .a_image = conv->in_image,
                   .a_row = conv->stride * conv->in_row,
                   .a_pixel = conv->stride * conv->in_channels,
                   .dy_image = conv->out_image,
                   .dy_row = conv->out_row};
    for (size_t ky = 0; ky < conv->kernel; ky++) {
        p.dw = dweight + ky * run * conv->out_channels;
        p.a = x + ky * conv->in_row;
        outer(&p, run);
    }
    add_bias_gradient(conv, dbias, dy, images);
}
