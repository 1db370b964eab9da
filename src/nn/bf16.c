// SPDX-License-Identifier: MIT
// Plain loops over 16-bit integers, which compilers vectorise. Workload: some ten thousand elements
// an image, next to millions of MACs. Owns nothing.
#include "nn/bf16.h"

#include <string.h>

#define BLOCK 32 // of a transposition: a cache line

static inline uint32_t bits_of(float x)
{
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

static inline float float_of(uint32_t bits)
{
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

// To nearest, ties to even: half a unit of the last place that stays is added before truncation,
// one less if that place is even. NaN is kept apart, because the addition could make it infinite.
static inline ppo_bf16 rounded(float x)
{
    const uint32_t bits = bits_of(x);
    const uint32_t up = (bits + 0x7FFFu + (bits >> 16 & 1u)) >> 16;
    const uint32_t nan = bits >> 16 | 0x40u;
    return (ppo_bf16)((bits & 0x7FFFFFFFu) > 0x7F800000u ? nan : up);
}

static inline float widened(ppo_bf16 x)
{
    return float_of((uint32_t)x << 16);
}

// What ReLU lets through: positive numbers and NaN, not zero.
static inline int passes(ppo_bf16 x)
{
    return (int16_t)x > 0 || x > 0xFF80u;
}

void ppo_bf16_from_floats(ppo_bf16 *restrict to, const float *restrict from, size_t count)
{
    for (size_t i = 0; i < count; i++)
        to[i] = rounded(from[i]);
}

void ppo_bf16_from_bytes(ppo_bf16 *restrict to, const uint8_t *restrict from, size_t count)
{
    for (size_t i = 0; i < count; i++)
        to[i] = (ppo_bf16)(bits_of((float)from[i]) >> 16);
}

void ppo_bf16_to_floats(float *restrict to, const ppo_bf16 *restrict from, size_t count)
{
    for (size_t i = 0; i < count; i++)
        to[i] = widened(from[i]);
}

void ppo_bf16_relu(ppo_bf16 *restrict y, const ppo_bf16 *restrict x, size_t count)
{
    for (size_t i = 0; i < count; i++)
        y[i] = passes(x[i]) ? x[i] : 0;
}

void ppo_bf16_relu_back(ppo_bf16 *restrict dy, const ppo_bf16 *restrict y, size_t count)
{
    for (size_t i = 0; i < count; i++)
        dy[i] = passes(y[i]) ? dy[i] : 0;
}

void ppo_bf16_relu_copy_back(ppo_bf16 *restrict dx, const ppo_bf16 *restrict dy,
                             const ppo_bf16 *restrict y, size_t count)
{
    for (size_t i = 0; i < count; i++)
        dx[i] = passes(y[i]) ? dy[i] : 0;
}

void ppo_bf16_relu_add_back(ppo_bf16 *restrict dx, const ppo_bf16 *restrict dy,
                            const ppo_bf16 *restrict y, size_t count)
{
    for (size_t i = 0; i < count; i++)
        dx[i] = passes(y[i]) ? rounded(widened(dx[i]) + widened(dy[i])) : dx[i];
}

void ppo_bf16_add(ppo_bf16 *restrict y, const ppo_bf16 *restrict x, size_t count)
{
    for (size_t i = 0; i < count; i++)
        y[i] = rounded(widened(y[i]) + widened(x[i]));
}

static void transpose_block(ppo_bf16 *restrict to, size_t ld_to, const ppo_bf16 *restrict from,
                            size_t ld_from, size_t rows, size_t columns)
{
    for (size_t c = 0; c < columns; c++)
        for (size_t r = 0; r < rows; r++)
            to[c * ld_to + r] = from[r * ld_from + c];
}

void ppo_bf16_transpose(ppo_bf16 *restrict to, size_t ld_to, const ppo_bf16 *restrict from,
                        size_t ld_from, size_t rows, size_t columns)
{
    for (size_t r = 0; r < rows; r += BLOCK)
        for (size_t c = 0; c < columns; c += BLOCK)
            transpose_block(to + c * ld_to + r, ld_to, from + r * ld_from + c, ld_from,
                            rows - r < BLOCK ? rows - r : BLOCK,
                            columns - c < BLOCK ? columns - c : BLOCK);
}
