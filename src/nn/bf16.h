// SPDX-License-Identifier: MIT
// bfloat16: the upper half of an fp32 number, so 8 bits of significand with the range of fp32.
// Bytes 0 to 255 are exact. What is done with whole arrays of them besides products.
#ifndef PPO_NN_BF16_H
#define PPO_NN_BF16_H

#include <stddef.h>
#include <stdint.h>

typedef uint16_t ppo_bf16;

// Such numbers in memory that is counted in floats, two to each.
static inline ppo_bf16 *ppo_bf16_in(float *room)
{
    void *numbers = room;
    return numbers;
}

// Rounded to the nearest, ties to even; NaN stays NaN.
void ppo_bf16_from_floats(ppo_bf16 *restrict to, const float *restrict from, size_t count);

// The bytes' values, not divided by 255.
void ppo_bf16_from_bytes(ppo_bf16 *restrict to, const uint8_t *restrict from, size_t count);

void ppo_bf16_to_floats(float *restrict to, const ppo_bf16 *restrict from, size_t count);

// y = positive part of x; dy = 0 where y is not positive; dx += the same, or = if `first`.
void ppo_bf16_rectify(ppo_bf16 *restrict y, const ppo_bf16 *restrict x, size_t count);
void ppo_bf16_rectify_here(ppo_bf16 *restrict dy, const ppo_bf16 *restrict y, size_t count);
void ppo_bf16_rectify_back(ppo_bf16 *restrict dx, const ppo_bf16 *restrict dy,
                           const ppo_bf16 *restrict y, size_t count, int first);

// y += x
void ppo_bf16_add(ppo_bf16 *restrict y, const ppo_bf16 *restrict x, size_t count);

// to [columns, rows], rows `ld_to` apart, = from [rows, columns], `ld_from` apart.
void ppo_bf16_transpose(ppo_bf16 *restrict to, size_t ld_to, const ppo_bf16 *restrict from,
                        size_t ld_from, size_t rows, size_t columns);

#endif
