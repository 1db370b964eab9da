// SPDX-License-Identifier: MIT
// What is plugged in: the bytes, the kind of wiring around them, and the switchable part of that
// wiring, which belongs to the console. The processor's loop (atari/cpu.c) reads the bytes itself,
// in a copy of the loop per kind; everything else about cartridges is here.
#ifndef PPO_ATARI_CARTRIDGE_H
#define PPO_ATARI_CARTRIDGE_H

#include "ppo/atari.h"

#define PPO_CARTRIDGE_MAX    16384
#define PPO_CARTRIDGE_BANK   4096 // what the processor sees at a time
#define PPO_CARTRIDGE_SLICE  1024
#define PPO_CARTRIDGE_SLICES 4
#define PPO_CARTRIDGE_RAM    128

// What is behind the kinds: how an address becomes a place in the bytes.
typedef enum ppo_wiring {
    PPO_WIRING_PLAIN,   // 2K, 4K: it is the place
    PPO_WIRING_BANKS,   // F8, F6: in a bank that hot spots select
    PPO_WIRING_SLICES,  // E0: in a slice that hot spots select
    PPO_WIRING_ADDRESS, // FE: in a bank that bit 13 of the address selects
} ppo_wiring;

struct ppo_cartridge {
    ppo_cartridge_kind kind;
    ppo_cartridge_traits traits;
    ppo_wiring wiring;
    uint32_t num_banks, first_hot; // of PPO_WIRING_BANKS: that many hot spots from this place on,
    uint32_t ram_bytes;            // and PPO_CARTRIDGE_RAM or 0
    uint8_t bytes[PPO_CARTRIDGE_MAX]; // 2K appear twice, so that all kinds fill a bank
};

// The switches of a cartridge.
typedef struct ppo_board {
    uint32_t slice[PPO_CARTRIDGE_SLICES]; // where in the bytes each 1K of the window lies
    uint8_t ram[PPO_CARTRIDGE_RAM];       // of the kinds that end in SC
} ppo_board;

// How the board stands after a system reset; its RAM is left alone.
void ppo_board_reset(ppo_board *board, const ppo_cartridge *cartridge);

// The whole window shows the 4K that begin at byte `base`.
static inline void ppo_board_select(ppo_board *board, uint32_t base)
{
    for (uint32_t i = 0; i < PPO_CARTRIDGE_SLICES; i++)
        board->slice[i] = base + i * PPO_CARTRIDGE_SLICE;
}

#endif
