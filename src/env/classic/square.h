// SPDX-License-Identifier: MIT
// pow(x, 2.0) and powf(x, 2.0f) to the last bit, mostly without calling them.
//
// Gymnasium squares with Python's `**`, which is libm's pow: not x * x, from which it differs in
// the last bit about once in a thousand. x * x is the correctly rounded square. pow is not, but its
// approximation before the final rounding is off by well under 0.05 ulp (glibc, Arm's optimized
// routines: result within 0.54 ulp of the truth). So both round to the same number unless the exact
// square lies within 0.05 ulp of a tie; only there is the library asked. Compilers turn a call
// pow(x, 2.0) into x * x, hence the exponent that they can't see.
#ifndef PPO_ENV_CLASSIC_SQUARE_H
#define PPO_ENV_CLASSIC_SQUARE_H

#include <math.h>
#include <stdint.h>
#include <string.h>

static const volatile double ppo_exponent_two = 2.0;

// x * x - square without rounding (Dekker 1971): no fused multiply-add is needed, so every machine
// takes the same path. Neither product nor error may leave the range of normal numbers.
static inline double ppo_square_error(double x, double square)
{
    const double shifted = 134217729.0 * x; // 2^27 + 1: splits the 53 bits in halves
    const double high = shifted - (shifted - x);
    const double low = x - high;
    return ((high * high - square) + 2.0 * high * low) + low * low;
}

// 2^exponent of the number just below a positive `value`: times the unit roundoff it is the spacing
// there, which at a power of two is the smaller of the two.
static inline double ppo_binade_below(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    bits = (bits - 1) & UINT64_C(0x7FF0000000000000);
    memcpy(&value, &bits, sizeof value);
    return value;
}

// pow(x, 2.0).
static inline double ppo_square_pow(double x)
{
    const double square = x * x;
    const double far_from_tie = (0.5 - 0.05) * 0x1p-52;
    if (square > 0x1p-800 && square < 0x1p800 &&
        fabs(ppo_square_error(x, square)) < far_from_tie * ppo_binade_below(square))
        return square;
    return pow(x, ppo_exponent_two);
}

// powf(x, 2.0f). Its error grows with the logarithm of the result; within these bounds the
// approximation is off by less than 0.04 ulp. The square of a float is exact in double.
static inline float ppo_square_powf(float x)
{
    const double exact = (double)x * (double)x;
    const float square = (float)exact;
    const double far_from_tie = (0.5 - 0.05) * 0x1p-23;
    if (exact > 0x1p-12 && exact < 0x1p12 &&
        fabs(exact - (double)square) < far_from_tie * ppo_binade_below((double)square))
        return square;
    return powf(x, (float)ppo_exponent_two);
}

#endif
