// SPDX-License-Identifier: MIT
// The micro-kernel of all fp32 products, matrix products and convolutions alike: a tile of C, some
// rows by up to four vectors of columns, stays in registers while the sum runs. Each step loads one
// piece of B and broadcasts one element of A per row.
//
//     c[i, j] = start + sum over n < images, g < runs, k < run of a[i; n, g, k] b[n, g, k; j]
//
// Three kinds of product use it, which differ in what is known when they are compiled:
//
//   PPO_TILE_MATRIX   one run
//   PPO_TILE_PIXELS   pixels of a convolution: runs are rows of the kernel, a_step is 1; ends in
//                     ReLU if asked to
//   PPO_TILE_WEIGHTS  gradient of a kernel row: runs are rows of images, a_row is 1; adds to C
//
// Each element of C is one sum in the order of k, then g, then n, whatever the tile's size: results
// do not depend on how C is cut into tiles. 24 to 28 accumulators hide the latency of a
// multiply-add on every core we know.
#ifndef PPO_NN_TILE_H
#define PPO_NN_TILE_H

#include "nn/simd.h"

#include <stdbool.h>

// Rows of a tile by the vectors in it: as many accumulators as registers allow.
#if PPO_LANES == 16 || defined(__aarch64__)
#define PPO_TILE_VECTORS       4 // of 32 vector registers
#define PPO_TILE_ROWS(vectors) ((vectors) == 4 ? 7 : 12)
#else
#define PPO_TILE_VECTORS       2 // of 16 vector registers
#define PPO_TILE_ROWS(vectors) 6
#endif
#define PPO_TILE_MAX_ROWS 12

typedef enum ppo_tile_kind { PPO_TILE_MATRIX, PPO_TILE_PIXELS, PPO_TILE_WEIGHTS } ppo_tile_kind;

// Operands: distances are in floats, from row to row of the tile (`_row`), from one step of the sum
// to the next (`_step`), from run to run and from image to image.
typedef struct ppo_tile {
    float *c;
    const float *a, *b;
    const float *bias; // [columns] what sums start from; NULL: zeros
    bool adds;         // sums start from what is in C instead
    bool relu;         // c = max(sum, 0)
    size_t c_row;
    size_t a_row, a_step, a_image;
    ptrdiff_t a_run;
    size_t b_step, b_run, b_image;
    size_t images, runs, run; // how many of each; unused where the kind says so
} ppo_tile;

// One tile at [row, column). `kind`, `rows` and `vectors` are constants wherever this is inlined.
PPO_INLINE void ppo_tile_run(const ppo_tile *t, const ppo_tile_kind kind, size_t row, size_t column,
                             const size_t rows, const size_t vectors)
{
    const size_t images = kind == PPO_TILE_WEIGHTS ? t->images : 1;
    const size_t runs = kind == PPO_TILE_MATRIX ? 1 : t->runs;
    const size_t a_row = kind == PPO_TILE_WEIGHTS ? 1 : t->a_row;
    const size_t a_step = kind == PPO_TILE_PIXELS ? 1 : t->a_step;
    const bool adds = kind == PPO_TILE_WEIGHTS || t->adds;
    const bool relu = kind == PPO_TILE_PIXELS && t->relu;
    const size_t b_step = t->b_step;
    ppo_vec sum[PPO_TILE_MAX_ROWS][PPO_TILE_VECTORS];
    float *c = t->c + row * t->c_row + column;
    for (size_t j = 0; j < vectors; j++) {
        const ppo_vec start = t->bias ? ppo_v_load(t->bias + column + j * PPO_LANES) : (ppo_vec){0};
        for (size_t i = 0; i < rows; i++)
            sum[i][j] = adds ? ppo_v_load(c + i * t->c_row + j * PPO_LANES) : start;
    }
    for (size_t n = 0; n < images; n++)
        for (size_t g = 0; g < runs; g++) {
            const float *a = t->a + row * a_row + n * t->a_image + (ptrdiff_t)g * t->a_run;
            const float *b = t->b + column + n * t->b_image + g * t->b_run;
            for (size_t k = t->run; k > 0; k--) {
                ppo_vec piece[PPO_TILE_VECTORS];
                for (size_t j = 0; j < vectors; j++)
                    piece[j] = ppo_v_load(b + j * PPO_LANES);
                for (size_t i = 0; i < rows; i++) {
                    const ppo_vec element = ppo_v_set(a[i * a_row]);
                    for (size_t j = 0; j < vectors; j++)
                        sum[i][j] += element * piece[j];
                }
                a += a_step;
                b += b_step;
            }
        }
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < vectors; j++) {
            const ppo_vec y = relu ? ppo_v_max((ppo_vec){0}, sum[i][j]) : sum[i][j];
            ppo_v_store(c + i * t->c_row + j * PPO_LANES, y);
        }
}

PPO_INLINE void ppo_tile_rows(const ppo_tile *t, const ppo_tile_kind kind, size_t row, size_t rows,
                              size_t column, const size_t vectors)
{
    const size_t most = PPO_TILE_ROWS(vectors); // larger tiles are not compiled
    switch (rows) {
    case 1:
        ppo_tile_run(t, kind, row, column, 1, vectors);
        break;
    case 2:
        ppo_tile_run(t, kind, row, column, 2, vectors);
        break;
    case 3:
        ppo_tile_run(t, kind, row, column, 3, vectors);
        break;
    case 4:
        ppo_tile_run(t, kind, row, column, 4, vectors);
        break;
    case 5:
        ppo_tile_run(t, kind, row, column, 5, vectors);
        break;
    case 6:
        ppo_tile_run(t, kind, row, column, 6, vectors);
        break;
    case 7:
        if (most >= 7)
            ppo_tile_run(t, kind, row, column, 7, vectors);
        break;
    case 8:
        if (most >= 8)
            ppo_tile_run(t, kind, row, column, 8, vectors);
        break;
    case 9:
        if (most >= 9)
            ppo_tile_run(t, kind, row, column, 9, vectors);
        break;
    case 10:
        if (most >= 10)
            ppo_tile_run(t, kind, row, column, 10, vectors);
        break;
    case 11:
        if (most >= 11)
            ppo_tile_run(t, kind, row, column, 11, vectors);
        break;
    default:
        if (most >= 12)
            ppo_tile_run(t, kind, row, column, 12, vectors);
    }
}

// All of `rows` by the columns of `vectors` vectors at `column`, in tiles as equal as can be.
PPO_INLINE void ppo_tile_strip(const ppo_tile *t, const ppo_tile_kind kind, size_t rows,
                               size_t column, const size_t vectors)
{
    const size_t most = PPO_TILE_ROWS(vectors);
    size_t row = 0;
    for (size_t left = (rows + most - 1) / most; left > 0; left--) {
        const size_t height = (rows - row + left - 1) / left;
        ppo_tile_rows(t, kind, row, height, column, vectors);
        row += height;
    }
}

// All of C [rows, columns], columns rounded up to whole vectors, in strips of PPO_TILE_VECTORS, 2
// and 1 vectors. Inline it once for each kind.
PPO_INLINE void ppo_tile_product(const ppo_tile *t, const ppo_tile_kind kind, size_t rows,
                                 size_t columns)
{
    size_t column = 0, vectors = ppo_pad(columns) / PPO_LANES;
    for (; vectors >= PPO_TILE_VECTORS; vectors -= PPO_TILE_VECTORS) {
        ppo_tile_strip(t, kind, rows, column, PPO_TILE_VECTORS);
        column += PPO_TILE_VECTORS * PPO_LANES;
    }
    for (; vectors >= 2; vectors -= 2) {
        ppo_tile_strip(t, kind, rows, column, 2);
        column += 2 * PPO_LANES;
    }
    if (vectors)
        ppo_tile_strip(t, kind, rows, column, 1);
}

#endif
