// SPDX-License-Identifier: MIT
// The micro-kernel of all fp32 products, matrix products and convolutions alike: a tile of C, some
// rows by up to four vectors of columns, stays in registers while the sum runs. Each step loads one
// piece of B and broadcasts one element of A per row.
//
//     c[i, j] = start + sum over g < runs, k < run of a[i; g, k] b[g, k; j]
//
// Three kinds of product use it, which differ in what is known when they are compiled:
//
//   PPO_TILE_MATRIX   rows are equally far apart; one run
//   PPO_TILE_PIXELS   rows are pixels of a list, wherever they lie, so that tiles are full however
//                     narrow an image is; runs are rows of the kernel, a_step is 1; ends in ReLU if
//                     asked to
//   PPO_TILE_WEIGHTS  gradient of a kernel row: steps are the pixels of a list, a_row is 1; adds to
//                     C
//
// Each element of C is one sum in the order of k, then g, whatever the tile's size: results do not
// depend on how C is cut into tiles, nor on how a sum is cut into products that continue in C. 24
// to 28 accumulators hide the latency of a multiply-add on every core we know.
#ifndef PPO_NN_TILE_H
#define PPO_NN_TILE_H

#include "nn/simd.h"

#include <stdbool.h>

// Rows of a tile by the vectors in it: as many accumulators as registers allow beside a piece of B
// and an element of A.
#if PPO_LANES == 16 || defined(__aarch64__)
#define PPO_TILE_VECTORS       4 // of 32 vector registers
#define PPO_TILE_ROWS(vectors) ((vectors) == 4 ? 6 : 12)
#else
#define PPO_TILE_VECTORS       2 // of 16 vector registers
#define PPO_TILE_ROWS(vectors) 6
#endif
#define PPO_TILE_MAX_ROWS 12

// Steps of B, `width` floats each, that are read again for each tile: 32 KiB. That is all of some
// L1 caches, but B comes in order, and a tile costs 60 cycles beside its steps.
#define PPO_TILE_STEPS(width) (8192 / (width))

typedef enum ppo_tile_kind { PPO_TILE_MATRIX, PPO_TILE_PIXELS, PPO_TILE_WEIGHTS } ppo_tile_kind;

// Floats from `a` to what is read for a pixel, and from `c` to what is written.
typedef struct ppo_tile_pixel {
    size_t from, to;
} ppo_tile_pixel;

// Operands of a strip of columns: distances are in floats, from row to row of the tile (`_row`),
// from one step of the sum to the next (`_step`) and from run to run.
typedef struct ppo_tile {
    float *c;
    const float *a, *b;
    const float *bias;            // [columns] what sums start from; NULL: zeros
    bool adds;                    // sums start from what is in C instead
    bool relu;                    // c = max(sum, 0)
    const ppo_tile_pixel *pixels; // of the rows, or with PPO_TILE_WEIGHTS of the steps
    size_t c_row;
    size_t a_row, a_step;
    ptrdiff_t a_run;
    size_t b_step, b_run;
    size_t runs, run; // how many of each; runs are unused where the kind says so
} ppo_tile;

// One tile from `row` on. `kind`, `rows` and `vectors` are constants wherever this is inlined.
PPO_INLINE void ppo_tile_run(const ppo_tile *t, const ppo_tile_kind kind, size_t row,
                             const size_t rows, const size_t vectors)
{
    const size_t runs = kind == PPO_TILE_PIXELS ? t->runs : 1;
    const size_t a_row = kind == PPO_TILE_WEIGHTS ? 1 : t->a_row;
    const size_t a_step = kind == PPO_TILE_PIXELS ? 1 : t->a_step;
    const bool adds = kind == PPO_TILE_WEIGHTS || t->adds;
    const bool relu = kind == PPO_TILE_PIXELS && t->relu;
    const size_t b_step = t->b_step;
    const float *a[PPO_TILE_MAX_ROWS];
    float *c[PPO_TILE_MAX_ROWS];
    ppo_vec sum[PPO_TILE_MAX_ROWS][PPO_TILE_VECTORS];
    for (size_t i = 0; i < rows; i++) {
        const ppo_tile_pixel *pixel = kind == PPO_TILE_PIXELS ? &t->pixels[row + i] : NULL;
        a[i] = t->a + (pixel ? pixel->from : (row + i) * a_row);
        c[i] = t->c + (pixel ? pixel->to : (row + i) * t->c_row);
    }
    for (size_t j = 0; j < vectors; j++) {
        const ppo_vec start = t->bias ? ppo_v_load(t->bias + j * PPO_LANES) : (ppo_vec){0};
        for (size_t i = 0; i < rows; i++)
            sum[i][j] = adds ? ppo_v_load(c[i] + j * PPO_LANES) : start;
    }
    // There is a step: a loop that might have none would keep the sums in memory.
    size_t g = 0;
    do {
        const float *b = t->b + g * t->b_run;
        const ppo_tile_pixel *step = t->pixels;
        ptrdiff_t at = (ptrdiff_t)g * t->a_run;
        size_t k = t->run;
// Tiles of 3 and 4 rows wait for their sums unless two steps are in flight.
#pragma GCC unroll 2
        do {
            ppo_vec piece[PPO_TILE_VECTORS];
            if (kind == PPO_TILE_WEIGHTS)
                at = (ptrdiff_t)step++->from;
            for (size_t j = 0; j < vectors; j++)
                piece[j] = ppo_v_load(b + j * PPO_LANES);
            for (size_t i = 0; i < rows; i++) {
                const ppo_vec element = ppo_v_set(a[i][at]);
                for (size_t j = 0; j < vectors; j++)
                    sum[i][j] += element * piece[j];
            }
            at += (ptrdiff_t)a_step;
            b += b_step;
        } while (--k > 0);
    } while (++g < runs);
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < vectors; j++) {
            const ppo_vec y = relu ? ppo_v_max((ppo_vec){0}, sum[i][j]) : sum[i][j];
            ppo_v_store(c[i] + j * PPO_LANES, y);
        }
}

// `tiles` tiles, one below the other.
PPO_INLINE void ppo_tile_column(const ppo_tile *t, const ppo_tile_kind kind, size_t row,
                                size_t tiles, const size_t rows, const size_t vectors)
{
    for (; tiles > 0; tiles--) {
        ppo_tile_run(t, kind, row, rows, vectors);
        row += rows;
    }
}

PPO_INLINE void ppo_tile_rows(const ppo_tile *t, const ppo_tile_kind kind, size_t row, size_t tiles,
                              size_t rows, const size_t vectors)
{
    const size_t most = PPO_TILE_ROWS(vectors); // larger tiles are not compiled
    switch (rows) {
    case 1:
        if (most >= 1)
            ppo_tile_column(t, kind, row, tiles, 1, vectors);
        break;
    case 2:
        if (most >= 2)
            ppo_tile_column(t, kind, row, tiles, 2, vectors);
        break;
    case 3:
        if (most >= 3)
            ppo_tile_column(t, kind, row, tiles, 3, vectors);
        break;
    case 4:
        if (most >= 4)
            ppo_tile_column(t, kind, row, tiles, 4, vectors);
        break;
    case 5:
        if (most >= 5)
            ppo_tile_column(t, kind, row, tiles, 5, vectors);
        break;
    case 6:
        if (most >= 6)
            ppo_tile_column(t, kind, row, tiles, 6, vectors);
        break;
    case 7:
        if (most >= 7)
            ppo_tile_column(t, kind, row, tiles, 7, vectors);
        break;
    case 8:
        if (most >= 8)
            ppo_tile_column(t, kind, row, tiles, 8, vectors);
        break;
    case 9:
        if (most >= 9)
            ppo_tile_column(t, kind, row, tiles, 9, vectors);
        break;
    case 10:
        if (most >= 10)
            ppo_tile_column(t, kind, row, tiles, 10, vectors);
        break;
    case 11:
        if (most >= 11)
            ppo_tile_column(t, kind, row, tiles, 11, vectors);
        break;
    default:
        if (most >= 12)
            ppo_tile_column(t, kind, row, tiles, 12, vectors);
    }
}

// All of `rows` by the columns of `vectors` vectors, in tiles as equal as can be.
PPO_INLINE void ppo_tile_of_vectors(const ppo_tile *t, const ppo_tile_kind kind, size_t rows,
                                    const size_t vectors)
{
    const ppo_tile own = *t; // where the compiler sees that no store to C changes it
    const size_t most = PPO_TILE_ROWS(vectors);
    const size_t tiles = (rows + most - 1) / most;
    if (tiles == 0)
        return;
    const size_t height = rows / tiles, higher = rows % tiles;
    if (higher > 0)
        ppo_tile_rows(&own, kind, 0, higher, height + 1, vectors);
    ppo_tile_rows(&own, kind, higher * (height + 1), tiles - higher, height, vectors);
}

// The width of the next strip, of `columns` that are left: PPO_TILE_VECTORS, 2 or 1 vectors.
PPO_INLINE size_t ppo_tile_width(size_t columns)
{
    const size_t vectors = ppo_pad(columns) / PPO_LANES;
    return PPO_LANES * (vectors >= PPO_TILE_VECTORS ? PPO_TILE_VECTORS : vectors >= 2 ? 2 : 1);
}

// All of `rows` by a strip of ppo_tile_width. Inline it once for each kind.
PPO_INLINE void ppo_tile_strip(const ppo_tile *t, const ppo_tile_kind kind, size_t rows,
                               size_t width)
{
    if (width == PPO_TILE_VECTORS * PPO_LANES)
        ppo_tile_of_vectors(t, kind, rows, PPO_TILE_VECTORS);
    else if (width == 2 * PPO_LANES)
        ppo_tile_of_vectors(t, kind, rows, 2);
    else
        ppo_tile_of_vectors(t, kind, rows, 1);
}

#endif
