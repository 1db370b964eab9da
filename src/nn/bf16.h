// SPDX-License-Identifier: MIT
// bfloat16: the upper half of an fp32 number, so 8 bits of significand with the range of fp32.
// Bytes 0 to 255 are exact. Here: what is done with arrays of them besides products.
#ifndef PPO_NN_BF16_H
#define PPO_NN_BF16_H

#include <stddef.h>
#include <stdint.h>

typedef uint16_t ppo_bf16;

// Rounded to the nearest, ties to even; NaN stays NaN.
void ppo_bf16_from_floats(ppo_bf16 *restrict to, const float *restrict from, size_t count);

// The bytes' values, not divided by 255.
void ppo_bf16_from_bytes(ppo_bf16 *restrict to, const uint8_t *restrict from, size_t count);

void ppo_bf16_to_floats(float *restrict to, const ppo_bf16 *restrict from, size_t count);

// y = max(x, 0), NaN staying NaN, and its gradient, from y: dy = 0 where y is not positive, in
// place; or copied or added to dx.
void ppo_bf16_relu(ppo_bf16 *restrict y, const ppo_bf16 *restrict x, size_t count);
void ppo_bf16_relu_back(ppo_bf16 *restrict dy, const ppo_bf16 *restrict y, size_t count);
void ppo_bf16_relu_copy_back(ppo_bf16 *restrict dx, const ppo_bf16 *restrict dy,
                             const ppo_bf16 *restrict y, size_t count);
void ppo_bf16_relu_add_back(ppo_bf16 *restrict dx, const ppo_bf16 *restrict dy,
                            const ppo_bf16 *restrict y, size_t count);

// y += x
void ppo_bf16_add(ppo_bf16 *restrict y, const ppo_bf16 *restrict x, size_t count);

// to [columns, rows], rows `ld_to` apart, = from [rows, columns], `ld_from` apart.
void ppo_bf16_transpose(ppo_bf16 *restrict to, size_t ld_to, const ppo_bf16 *restrict from,
                        size_t ld_from, size_t rows, size_t columns);

#endif
