// SPDX-License-Identifier: MIT
// Cartridges: the bytes, the instructions that they are and how they are wired, which are constant,
// and the switches, which belong to the console. The processor's loop (cpu_bus.h) reads the bytes
// itself, in one copy of the loop per wiring; everything else about cartridges is in cartridge.c.
#ifndef PPO_ATARI_CARTRIDGE_H
#define PPO_ATARI_CARTRIDGE_H

#include "atari/decode.h"
#include "atari/dpc.h"
#include "ppo/atari.h"

#define PPO_CARTRIDGE_MAX    16384
#define PPO_CARTRIDGE_BANK   4096 // the window in the address space
#define PPO_CARTRIDGE_SLICE  1024
#define PPO_CARTRIDGE_SLICES 4
#define PPO_CARTRIDGE_RAM    128

// Bytes of RAM of the rare kinds (board.h), behind the console.
enum {
    PPO_CARTRIDGE_RAM_CV = 1024,
    PPO_CARTRIDGE_RAM_E7 = 2048,
    PPO_CARTRIDGE_RAM_3E = 32768,
    PPO_CARTRIDGE_RAM_MAX = PPO_CARTRIDGE_RAM_3E,
};

// How an address is mapped to the bytes.
typedef enum ppo_wiring {
    PPO_WIRING_PLAIN,   // 2K, 4K: directly
    PPO_WIRING_BANKS,   // F8, F6: into a bank that hot spots select
    PPO_WIRING_SLICES,  // E0: into slices that hot spots select
    PPO_WIRING_ADDRESS, // FE: into a bank that bit 13 of the address selects
    PPO_WIRING_BOARD,   // the rare kinds: by board.c
} ppo_wiring;

struct ppo_cartridge {
    ppo_cartridge_kind kind;
    ppo_cartridge_traits traits;
    ppo_wiring wiring;
    uint32_t size;                 // of the image in bytes
    uint32_t num_banks, first_hot; // PPO_WIRING_BANKS: hot spots, from this offset in the window on
    uint32_t ram_bytes;            // PPO_CARTRIDGE_RAM or 0
    uint32_t more_ram_bytes;       // PPO_WIRING_BOARD: behind the console
    uint8_t bytes[PPO_CARTRIDGE_MAX]; // 2K twice, so that all kinds fill a bank
    ppo_code_layout layout;
    ppo_instruction code[PPO_CARTRIDGE_MAX]; // the instruction at each byte
};

// Decodes instructions again after a test has changed bytes.
void ppo_cartridge_decode(ppo_cartridge *cartridge, uint32_t first, uint32_t count);

// The switches of a cartridge.
typedef struct ppo_board {
    uint32_t slice[PPO_CARTRIDGE_SLICES]; // where in the bytes each 1K of the window is
    uint8_t ram[PPO_CARTRIDGE_RAM];       // of the kinds that end in SC
    uint8_t shows_ram;                    // 3E, E7: 0 or 1, whether the first 2K are RAM
    uint8_t ram_bank;                     // 3E, E7: of the RAM that can be switched
    ppo_dpc dpc;
} ppo_board;

// The switches at power-on, before the first reset; `board` is all 0.
void ppo_board_power_on(ppo_board *board);

// The switches after a system reset; RAM is not changed.
void ppo_board_reset(ppo_board *board, const ppo_cartridge *cartridge);

// Maps the whole window to the 4K from byte `base` on.
static inline void ppo_board_select(ppo_board *board, uint32_t base)
{
    for (uint32_t i = 0; i < PPO_CARTRIDGE_SLICES; i++)
        board->slice[i] = base + i * PPO_CARTRIDGE_SLICE;
}

#endif
