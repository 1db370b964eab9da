// SPDX-License-Identifier: MIT
// MT19937, the generator behind everything in a console that a switch-on leaves to chance: RAM, the
// timer, a cartridge's RAM. Seeded as in its authors' paper, 32 bits at a time.
#ifndef PPO_ATARI_MERSENNE_H
#define PPO_ATARI_MERSENNE_H

#include <stdint.h>

#define PPO_MERSENNE_WORDS 624

typedef struct ppo_mersenne {
    uint32_t word[PPO_MERSENNE_WORDS];
    uint32_t next; // of the words, what comes out next; PPO_MERSENNE_WORDS: a new round first
} ppo_mersenne;

void ppo_mersenne_init(ppo_mersenne *mersenne, uint32_t seed);
uint32_t ppo_mersenne_next(ppo_mersenne *mersenne);

#endif
