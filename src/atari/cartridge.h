// SPDX-License-Identifier: MIT
// What is plugged in: the bytes, the kind of wiring around them, and the switchable part of that
// wiring, which belongs to the console. The processor's loop (atari/cpu.c) reads the bytes itself,
// in a copy of the loop per kind; everything else about cartridges is here.
#ifndef PPO_ATARI_CARTRIDGE_H
#define PPO_ATARI_CARTRIDGE_H

#include "ppo/atari.h"

#define PPO_CARTRIDGE_MAX    16384
#define PPO_CARTRIDGE_RAM    128
#define PPO_CARTRIDGE_SLICES 4 // of 1K, in the 4K that the processor sees

struct ppo_cartridge {
    ppo_cartridge_kind kind;
    ppo_cartridge_traits traits;
    uint32_t size;
    uint8_t bytes[PPO_CARTRIDGE_MAX]; // 2K appear twice, so that all kinds fill the 4K window
};

// The switches of a cartridge.
typedef struct ppo_board {
    uint32_t slice[PPO_CARTRIDGE_SLICES]; // where in the bytes each 1K of the window lies
    uint8_t ram[PPO_CARTRIDGE_RAM];       // of the kinds that end in SC
} ppo_board;

// How the board stands after a system reset; its RAM is left alone.
void ppo_board_reset(ppo_board *board, const ppo_cartridge *cartridge);

bool ppo_cartridge_has_ram(ppo_cartridge_kind kind);

// The whole window shows the 4K that begin at byte `base`.
static inline void ppo_board_select(ppo_board *board, uint32_t base)
{
    for (uint32_t i = 0; i < PPO_CARTRIDGE_SLICES; i++)
        board->slice[i] = base + i * 1024;
}

#endif
