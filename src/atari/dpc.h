// SPDX-License-Identifier: MIT
// The DPC, the chip of Pitfall II: it reads pictures of 2K for the program byte by byte, masks
// them, makes random numbers and mixes three square waves. From the description in US patent
// 4,644,495 and Kevin Horton's of the cartridge; the values at power-on, which accesses step the
// random numbers, and the weights of the waves are those of Stella 2, on which ALE rests.
//
// Registers, at the first 128 bytes of the cartridge (n: a data fetcher, 0 to 7):
//
//   read  $00-$03  a random number                write  $40+n  top: where the mask opens
//         $04-$07  the sum of the waves                  $48+n  bottom: where it closes
//         $08+n    the next byte                         $50+n  low byte of the counter
//         $10+n    ... masked                            $58+n  high byte; 5 to 7: a wave or not
//         $18+n    ... masked, halves swapped            $70+n  random numbers from the start
//         $20+n    ... masked, bits reversed
//         $28+n    ... masked, shifted right
//         $30+n    ... masked, shifted left
//         $38+n    the mask: 0 or $FF
//
// Not here: the adder that draws lines ($60+n), which no cartridge uses.
#ifndef PPO_ATARI_DPC_H
#define PPO_ATARI_DPC_H

#include <stdbool.h>
#include <stdint.h>

enum {
    PPO_DPC_FETCHERS = 8,
    PPO_DPC_FIRST_WAVE = 5, // fetchers 5, 6 and 7 can be waves
    PPO_DPC_WAVES = 3,
    PPO_DPC_PICTURES = 2048,    // bytes
    PPO_DPC_PICTURES_AT = 8192, // in a cartridge's image, behind the program
    PPO_DPC_REGISTERS = 128,
};

typedef struct ppo_dpc {
    int64_t clocked_at; // the cycle of the frame in which the waves were last brought up to date
    uint32_t rest;      // what was then left of a tick of their clock (dpc.c)
    uint16_t counter[PPO_DPC_FETCHERS]; // 11 bits: from the end of the pictures
    uint8_t top[PPO_DPC_FETCHERS], bottom[PPO_DPC_FETCHERS];
    uint8_t mask[PPO_DPC_FETCHERS]; // 0 or $FF
    uint8_t random;
    bool is_wave[PPO_DPC_WAVES];
} ppo_dpc;

void ppo_dpc_power_on(ppo_dpc *dpc);

// A system reset: registers stay, the clock of the waves starts anew.
void ppo_dpc_reset(ppo_dpc *dpc);

// The next random number; for each access to the registers, before it.
void ppo_dpc_step_random(ppo_dpc *dpc);

// The registers. `pictures` [PPO_DPC_PICTURES], `at` in [0, $40) and [$40, $80), `cycle` of the
// frame.
uint8_t ppo_dpc_read(ppo_dpc *dpc, const uint8_t *pictures, uint32_t at, uint32_t cycle);
void ppo_dpc_write(ppo_dpc *dpc, uint32_t at, uint8_t value);

// The cycle counter is about to be decreased by `cycles`.
void ppo_dpc_rebase(ppo_dpc *dpc, uint32_t cycles);

// Whether bytes from elsewhere are a DPC's state.
bool ppo_dpc_is_valid(const ppo_dpc *dpc);

#endif
