// SPDX-License-Identifier: MIT
// dw[i, o] += sum over images and pixels of x[pixel, i] dy[pixel, o], with VDPBF16PS, which adds
// two products of bf16 numbers to an fp32 one. The two are the same pixel of two images: brought
// side by side beforehand, they need no transposition, and the tile of dw that stays in registers
// is walked through as in fp32 (nn/tile.h).
//
// Workload: the layers of the Nature CNN, 7 x 7 to 20 x 20 pixels of dy, tiles of 16 images. Eight
// images at a time, in pairs, stay in L2. Owns nothing.
#include "nn/bf16_conv.h"

#if defined(__x86_64__)

#include <cpuid.h>
#include <immintrin.h>

enum {
    PAIRS_AT_ONCE = 4,
    LANES = 16,
    ROWS_OF_64 = 7, // of a tile that is 64 out channels wide: 28 of the 32 registers
    ROWS_OF_32 = 12,
};

#define BF16 __attribute__((target("avx512f,avx512bw,avx512vl,avx512bf16")))

bool ppo_bf16_conv_serves(const ppo_conv *conv, size_t padding)
{
    unsigned a, b, c, d = 0;
    const bool has_amx = __get_cpuid_count(7, 0, &a, &b, &c, &d) && (d >> 22 & 1); // AMX-BF16
    return padding == 0 && conv->out_channels % (2 * LANES) == 0 && !has_amx &&
           __builtin_cpu_supports("avx512bf16") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512vl");
}

// --- pairs ---------------------------------------------------------------------------------------

static size_t x_size(const ppo_conv *conv)
{
    return conv->in_height * conv->in_width * conv->in_channels;
}

static size_t dy_size(const ppo_conv *conv)
{
    return conv->out_height * conv->out_width * conv->out_channels;
}

size_t ppo_bf16_conv_scratch_bytes(const ppo_conv *conv)
{
    return PAIRS_AT_ONCE * (x_size(conv) + dy_size(conv)) * sizeof(uint32_t);
}

// Numbers of two images side by side, the first one's in the low halves.
BF16 static void pair_up(uint32_t *restrict pair, const ppo_bf16 *restrict first,
                         const ppo_bf16 *restrict second, size_t count)
{
    for (size_t i = 0; i < count; i++)
        pair[i] = first[i] | (uint32_t)second[i] << 16;
}

BF16 static void pair_up_images(uint32_t *pairs, const ppo_bf16 *images, size_t num_pairs,
                                size_t size)
{
    for (size_t n = 0; n < num_pairs; n++)
        pair_up(pairs + n * size, images + 2 * n * size, images + (2 * n + 1) * size, size);
}

// --- tiles ---------------------------------------------------------------------------------------

// What a tile of dw sums over.
typedef struct sums {
    const ppo_conv *conv;
    const uint32_t *x;  // pairs of images, from the tile's first input of the kernel on
    const uint32_t *dy; // pairs, from its first out channel on
    size_t pairs;
} sums;

// dw [rows, out] += ..., for `rows` inputs of the kernel by 16 `vectors` out channels; both are
// constants of each caller.
BF16 static inline __attribute__((always_inline)) void add_tile(float *dw, const sums *s,
                                                                size_t rows, size_t vectors)
{
    const ppo_conv *conv = s->conv;
    const size_t out = conv->out_channels, x_step = conv->stride * conv->in_channels;
    __m512 sum[ROWS_OF_32][4];
#pragma GCC unroll 12
    for (size_t r = 0; r < rows; r++)
#pragma GCC unroll 4
        for (size_t v = 0; v < vectors; v++)
            sum[r][v] = _mm512_loadu_ps(dw + r * out + v * LANES);
    for (size_t n = 0; n < s->pairs; n++) {
        for (size_t oy = 0; oy < conv->out_height; oy++) {
            const uint32_t *x = s->x + n * x_size(conv) + oy * x_step * conv->in_width;
            const uint32_t *dy = s->dy + n * dy_size(conv) + oy * conv->out_width * out;
            for (size_t ox = 0; ox < conv->out_width; ox++, x += x_step, dy += out) {
                __m512bh d[4];
#pragma GCC unroll 4
                for (size_t v = 0; v < vectors; v++)
                    d[v] = (__m512bh)_mm512_loadu_si512(dy + v * LANES);
#pragma GCC unroll 12
                for (size_t r = 0; r < rows; r++) {
                    const __m512bh e = (__m512bh)_mm512_set1_epi32((int)x[r]);
#pragma GCC unroll 4
                    for (size_t v = 0; v < vectors; v++)
                        sum[r][v] = _mm512_dpbf16_ps(sum[r][v], e, d[v]);
                }
            }
        }
    }
#pragma GCC unroll 12
    for (size_t r = 0; r < rows; r++)
#pragma GCC unroll 4
        for (size_t v = 0; v < vectors; v++)
            _mm512_storeu_ps(dw + r * out + v * LANES, sum[r][v]);
}

#define TILE(count, vectors)             \
    case count:                          \
        add_tile(dw, s, count, vectors); \
        break;

BF16 static void add_tile_of_64(float *dw, const sums *s, size_t rows)
{
    switch (rows) {
        TILE(1, 4) TILE(2, 4) TILE(3, 4) TILE(4, 4) TILE(5, 4) TILE(6, 4) TILE(7, 4)
    }
}

BF16 static void add_tile_of_32(float *dw, const sums *s, size_t rows)
{
    switch (rows) {
        TILE(1, 2)
        TILE(2, 2)
        TILE(3, 2)
        TILE(4, 2)
        TILE(5, 2) TILE(6, 2) TILE(7, 2) TILE(8, 2) TILE(9, 2) TILE(10, 2) TILE(11, 2) TILE(12, 2)
    }
}

// --- products ------------------------------------------------------------------------------------

// All inputs of one row of the kernel, in tiles of about equal height, by some out channels.
BF16 static void add_columns(float *dw, const sums *of_row, bool is_64)
{
    const size_t most = is_64 ? ROWS_OF_64 : ROWS_OF_32;
    const size_t inputs = of_row->conv->kernel * of_row->conv->in_channels;
    sums s = *of_row;
    for (size_t row = 0, tiles = (inputs + most - 1) / most; tiles > 0; tiles--) {
        const size_t rows = (inputs - row + tiles - 1) / tiles;
        s.x = of_row->x + row;
        if (is_64)
            add_tile_of_64(dw + row * s.conv->out_channels, &s, rows);
        else
            add_tile_of_32(dw + row * s.conv->out_channels, &s, rows);
        row += rows;
    }
}

BF16 static void add_products(const ppo_conv *conv, float *dweight, const uint32_t *x,
                              const uint32_t *dy, size_t pairs)
{
    const size_t inputs = conv->kernel * conv->in_channels, out = conv->out_channels;
    for (size_t ky = 0; ky < conv->kernel; ky++)
        for (size_t o = 0; o < out;) {
            const bool is_64 = out - o >= 4 * LANES;
            const sums s = {conv, x + ky * conv->in_width * conv->in_channels, dy + o, pairs};
            add_columns(dweight + ky * inputs * out + o, &s, is_64);
            o += is_64 ? 4 * LANES : 2 * LANES;
        }
}

// Sums over pixels: products with 1.
BF16 static void add_biases(const ppo_conv *conv, float *dbias, const uint32_t *dy, size_t pairs)
{
    const __m512bh ones = (__m512bh)_mm512_set1_epi32(0x3F803F80);
    const size_t out = conv->out_channels, pixels = conv->out_height * conv->out_width;
    for (size_t o = 0; o < out; o += LANES)
        for (size_t n = 0; n < pairs; n++) {
            __m512 sum = _mm512_setzero_ps(); // apart, so that long sums stay exact
            for (size_t i = 0; i < pixels; i++) {
                const uint32_t *pixel = dy + (n * pixels + i) * out + o;
                sum = _mm512_dpbf16_ps(sum, (__m512bh)_mm512_loadu_si512(pixel), ones);
            }
            _mm512_storeu_ps(dbias + o, _mm512_add_ps(_mm512_loadu_ps(dbias + o), sum));
        }
}

void ppo_bf16_conv_backward_weights(const ppo_conv *conv, float *dweight, float *dbias,
                                    const ppo_bf16 *x, const ppo_bf16 *dy, size_t images,
                                    void *scratch)
{
    uint32_t *x_pairs = scratch, *dy_pairs = x_pairs + PAIRS_AT_ONCE * x_size(conv);
    for (size_t n = 0; n < images; n += 2 * PAIRS_AT_ONCE) {
        const size_t left = (images - n) / 2, pairs = left < PAIRS_AT_ONCE ? left : PAIRS_AT_ONCE;
        pair_up_images(x_pairs, x + n * x_size(conv), pairs, x_size(conv));
        pair_up_images(dy_pairs, dy + n * dy_size(conv), pairs, dy_size(conv));
        add_products(conv, dweight, x_pairs, dy_pairs, pairs);
        add_biases(conv, dbias, dy_pairs, pairs);
    }
}

#else

// No other processor has such an instruction.
bool ppo_bf16_conv_serves(const ppo_conv *conv, size_t padding)
{
    (void)conv;
    (void)padding;
    return false;
}

size_t ppo_bf16_conv_scratch_bytes(const ppo_conv *conv)
{
    (void)conv;
    return 0;
}

void ppo_bf16_conv_backward_weights(const ppo_conv *conv, float *dweight, float *dbias,
                                    const ppo_bf16 *x, const ppo_bf16 *dy, size_t images,
                                    void *scratch)
{
    (void)conv;
    (void)dweight;
    (void)dbias;
    (void)x;
    (void)dy;
    (void)images;
    (void)scratch;
}

#endif
