// SPDX-License-Identifier: MIT
// The random generator MT19937, 32 bits at a time, seeded as in its authors' paper. ALE draws from
// it what a real console leaves to chance (RAM, timer, cartridge RAM) and the sticky actions.
#ifndef PPO_ATARI_MERSENNE_H
#define PPO_ATARI_MERSENNE_H

#include <stdbool.h>
#include <stdint.h>

#define PPO_MERSENNE_WORDS 624

typedef struct ppo_mersenne {
    uint32_t word[PPO_MERSENNE_WORDS];
    uint32_t next; // index of the next word; PPO_MERSENNE_WORDS: all are used up
} ppo_mersenne;

void ppo_mersenne_init(ppo_mersenne *mersenne, uint32_t seed);
uint32_t ppo_mersenne_next(ppo_mersenne *mersenne);

// Whether bytes from elsewhere can be the state of a generator.
bool ppo_mersenne_is_valid(const ppo_mersenne *mersenne);

#endif
