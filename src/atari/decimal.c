// SPDX-License-Identifier: MIT
// Adding and subtracting in decimal mode, which scores are kept in. Bytes that are no two digits
// follow the same arithmetic: the upper half counts tens, whatever it is.
#include "atari/operations.h"

static int32_t from_bcd(uint8_t byte)
{
    return 10 * (byte >> 4) + (byte & 15);
}

static uint8_t to_bcd(int32_t number)
{
    return (uint8_t)(number / 10 << 4 | number % 10);
}

uint32_t ppo_decimal_sum(uint8_t a, uint8_t b, bool carry)
{
    const int32_t sum = from_bcd(a) + from_bcd(b) + carry;
    return to_bcd((sum & 255) % 100) | (sum > 99 ? 256u : 0); // ALE's table has 256 entries
}

// A difference that is still negative after borrowing 100 looks up the entries before ALE's table,
// which are those of its other one: the number that a byte stands for.
uint8_t ppo_decimal_difference(uint8_t a, uint8_t b, bool carry)
{
    int32_t difference = from_bcd(a) - from_bcd(b) - !carry; // -166 and more
    if (difference < 0)
        difference += 100;
    return difference < 0 ? (uint8_t)from_bcd((uint8_t)difference) : to_bcd(difference % 100);
}
