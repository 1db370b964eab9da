// SPDX-License-Identifier: MIT
// Decimal mode. Bytes that are not two digits follow the same arithmetic: the upper half counts
// tens whatever it is, and results out of range are those of ALE, whose tables have 256 entries.
#include "atari/decimal.h"

static int32_t from_bcd(uint8_t byte)
{
    return 10 * (byte >> 4) + (byte & 15);
}

// The last two digits of a number.
static uint8_t to_bcd(int32_t number)
{
    return (uint8_t)(number % 100 / 10 << 4 | number % 10);
}

uint32_t ppo_decimal_sum(uint8_t a, uint8_t b, bool carry)
{
    const int32_t sum = from_bcd(a) + from_bcd(b) + carry; // at most 199 for digits, 331 else
    return to_bcd(sum & 255) | (sum > 99 ? 256u : 0);
}

uint8_t ppo_decimal_difference(uint8_t a, uint8_t b, bool carry)
{
    int32_t difference = from_bcd(a) - from_bcd(b) - !carry;
    if (difference < 0)
        difference += 100;
    if (difference < 0) // only where bytes are not digits
        return (uint8_t)from_bcd((uint8_t)difference);
    return to_bcd(difference);
}
