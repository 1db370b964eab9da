// SPDX-License-Identifier: MIT
// How a rule is written: for rules_free.c, rules_a_to_h.c and rules_i_to_z.c only.
//
//     RULES(seaquest, .report = PPO_LIVES_UNTIL_OVER, .lives = 4)
//     {
//         gain(t, bcd3(R[58], R[57], R[56]));
//         t->lives = R[59] + 1;
//         t->is_over = R[35] != 0;
//     }
//
// defines ppo_rules_seaquest with the values after a reset of the rules and the step of a frame.
#ifndef PPO_ATARI_RULES_DEFINE_H
#define PPO_ATARI_RULES_DEFINE_H

#include "atari/rules.h"

#define RULES(name, ...)                                                        \
    static void step_##name(ppo_tally *t, const uint8_t *R, const uint8_t *C);  \
    const ppo_game_rules ppo_rules_##name = {.step = step_##name, __VA_ARGS__}; \
    static void step_##name(__attribute__((unused)) ppo_tally *t,               \
                            __attribute__((unused)) const uint8_t *R,           \
                            __attribute__((unused)) const uint8_t *C)

// The usual reward: the difference to the last score.
static inline void gain(ppo_tally *t, int32_t score)
{
    t->reward = score - t->score;
    t->score = score;
}

// Two decimal digits in a byte; those above 9 count as they are.
static inline int32_t dec(uint8_t byte)
{
    return 10 * (byte >> 4) + (byte & 15);
}

static inline int32_t bcd2(uint8_t low, uint8_t high)
{
    return dec(low) + 100 * dec(high);
}

static inline int32_t bcd3(uint8_t low, uint8_t middle, uint8_t high)
{
    return dec(low) + 100 * dec(middle) + 10000 * dec(high);
}

// The lowest byte of a number, signed.
static inline int32_t s8(int32_t number)
{
    const int32_t byte = number & 255;
    return byte < 128 ? byte : byte - 256;
}

// A digit in which 10 stands for a blank.
static inline int32_t zero10(int32_t digit)
{
    return digit == 10 ? 0 : digit;
}

// A number of such digits, one in the low half of each byte, lowest first.
static inline int32_t digits(const uint8_t *byte, int count)
{
    int32_t number = 0;
    for (int i = count - 1; i >= 0; i--)
        number = 10 * number + zero10(byte[i] & 15);
    return number;
}

static inline int32_t ones(int32_t bits)
{
    return __builtin_popcount((unsigned)bits);
}

static inline int32_t smaller(int32_t a, int32_t b)
{
    return a < b ? a : b;
}

static inline int32_t larger(int32_t a, int32_t b)
{
    return a > b ? a : b;
}

#endif
