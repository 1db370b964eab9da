// SPDX-License-Identifier: MIT
// Decimal mode: two digits in a byte.
#ifndef PPO_ATARI_DECIMAL_H
#define PPO_ATARI_DECIMAL_H

#include <stdbool.h>
#include <stdint.h>

// a + b + carry: two digits, and the carry as bit 8.
uint32_t ppo_decimal_sum(uint8_t a, uint8_t b, bool carry);

// a - b - 1 + carry: two digits.
uint8_t ppo_decimal_difference(uint8_t a, uint8_t b, bool carry);

#endif
