// SPDX-License-Identifier: MIT
// MT19937: Matsumoto & Nishimura 1998, with the seeding of 2002. Workload: some 130 numbers at
// power-on, a few per reset, two per frame with sticky actions.
#include "atari/mersenne.h"

#define SHIFT 397 // m of the paper: the distance of the words that are mixed

void ppo_mersenne_init(ppo_mersenne *mersenne, uint32_t seed)
{
    uint32_t *word = mersenne->word;
    word[0] = seed;
    for (uint32_t i = 1; i < PPO_MERSENNE_WORDS; i++)
        word[i] = 1812433253u * (word[i - 1] ^ (word[i - 1] >> 30)) + i;
    mersenne->next = PPO_MERSENNE_WORDS;
}

// Computes the next PPO_MERSENNE_WORDS words.
static void twist(ppo_mersenne *mersenne)
{
    uint32_t *word = mersenne->word;
    for (uint32_t i = 0; i < PPO_MERSENNE_WORDS; i++) {
        const uint32_t after = word[(i + 1) % PPO_MERSENNE_WORDS];
        const uint32_t mixed = (word[i] & 0x80000000u) | (after & 0x7fffffffu);
        word[i] =
            word[(i + SHIFT) % PPO_MERSENNE_WORDS] ^ (mixed >> 1) ^ (mixed & 1 ? 0x9908b0dfu : 0);
    }
    mersenne->next = 0;
}

uint32_t ppo_mersenne_next(ppo_mersenne *mersenne)
{
    if (mersenne->next == PPO_MERSENNE_WORDS)
        twist(mersenne);
    uint32_t y = mersenne->word[mersenne->next++];
    y ^= y >> 11;
    y ^= (y << 7) & 0x9d2c5680u;
    y ^= (y << 15) & 0xefc60000u;
    return y ^ (y >> 18);
}

bool ppo_mersenne_is_valid(const ppo_mersenne *mersenne)
{
    return mersenne->next <= PPO_MERSENNE_WORDS;
}
