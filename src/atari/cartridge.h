// SPDX-License-Identifier: MIT
// Cartridges: the bytes and how they are wired, which are constant, and the switches, which belong
// to the console. The processor's loop (cpu_bus.h) reads the bytes itself, in one copy of the loop
// per wiring; everything else about cartridges is in cartridge.c.
#ifndef PPO_ATARI_CARTRIDGE_H
#define PPO_ATARI_CARTRIDGE_H

#include "ppo/atari.h"

#define PPO_CARTRIDGE_MAX    16384
#define PPO_CARTRIDGE_BANK   4096 // the window in the address space
#define PPO_CARTRIDGE_SLICE  1024
#define PPO_CARTRIDGE_SLICES 4
#define PPO_CARTRIDGE_RAM    128

// How an address is mapped to the bytes.
typedef enum ppo_wiring {
    PPO_WIRING_PLAIN,   // 2K, 4K: directly
    PPO_WIRING_BANKS,   // F8, F6: into a bank that hot spots select
    PPO_WIRING_SLICES,  // E0: into slices that hot spots select
    PPO_WIRING_ADDRESS, // FE: into a bank that bit 13 of the address selects
} ppo_wiring;

struct ppo_cartridge {
    ppo_cartridge_kind kind;
    ppo_cartridge_traits traits;
    ppo_wiring wiring;
    uint32_t num_banks, first_hot; // PPO_WIRING_BANKS: hot spots, from this offset in the window on
    uint32_t ram_bytes;            // PPO_CARTRIDGE_RAM or 0
    uint8_t bytes[PPO_CARTRIDGE_MAX]; // 2K twice, so that all kinds fill a bank
};

// The switches of a cartridge.
typedef struct ppo_board {
    uint32_t slice[PPO_CARTRIDGE_SLICES]; // where in the bytes each 1K of the window is
    uint8_t ram[PPO_CARTRIDGE_RAM];       // of the kinds that end in SC
} ppo_board;

// The switches after a system reset; RAM is not changed.
void ppo_board_reset(ppo_board *board, const ppo_cartridge *cartridge);

// Maps the whole window to the 4K from byte `base` on.
static inline void ppo_board_select(ppo_board *board, uint32_t base)
{
    for (uint32_t i = 0; i < PPO_CARTRIDGE_SLICES; i++)
        board->slice[i] = base + i * PPO_CARTRIDGE_SLICE;
}

#endif
