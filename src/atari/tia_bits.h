// SPDX-License-Identifier: MIT
// A set of pixels of a line, 160 bits: bit x % 64 of word x / 64 is pixel x. The fourth word pads
// the vector and is always 0. A vector type of GNU C, so that a line is one or two registers and
// `&`, `|`, `~` work on it.
#ifndef PPO_ATARI_TIA_BITS_H
#define PPO_ATARI_TIA_BITS_H

#include "atari/chip_inline.h"

#include <stdbool.h>
#include <stdint.h>

#define PPO_LINE_PIXELS 160

typedef uint64_t ppo_line_bits __attribute__((vector_size(32)));

// The pixels left of x; x up to 160.
PPO_CHIP_INLINE ppo_line_bits ppo_line_bits_below(uint32_t x)
{
    const uint64_t all = ~(uint64_t)0;
    const uint64_t a = x >= 64 ? all : ((uint64_t)1 << x) - 1;
    const uint64_t b = x >= 128 ? all : x > 64 ? ((uint64_t)1 << (x - 64)) - 1 : 0;
    const uint64_t c = x > 128 ? ((uint64_t)1 << (x - 128)) - 1 : 0;
    return (ppo_line_bits){a, b, c, 0};
}

PPO_CHIP_INLINE bool ppo_line_bits_any(const ppo_line_bits *bits)
{
    return ((*bits)[0] | (*bits)[1] | (*bits)[2]) != 0;
}

#endif
