// SPDX-License-Identifier: MIT
// The state of a console, as plain data: the chips, and the two screens that frames are drawn to.
// This header and tia_state.h are the lowest of the folder; everything else works on them.
#ifndef PPO_ATARI_MACHINE_H
#define PPO_ATARI_MACHINE_H

#include "atari/cartridge.h"
#include "atari/mersenne.h"
#include "atari/riot.h"
#include "atari/tia_state.h"

#define PPO_SCREEN_BYTES (PPO_ATARI_WIDTH * PPO_ATARI_MAX_HEIGHT)

// The processor between two frames; while it runs, its registers are in a ppo_core (cpu_state.h).
typedef struct ppo_cpu {
    uint32_t cycles; // since the frame began
    int32_t left;    // instructions that may still run in this frame
    uint16_t pc;     // all 16 bits: FE cartridges decode bit 13
    uint8_t a, x, y, sp;
    uint8_t status; // NV1BDIZC
    uint8_t bus;    // the last byte on the data bus
    bool jammed;    // a KIL instruction stopped the processor until the next reset
} ppo_cpu;

// All that changes while frames run, except the screens.
typedef struct ppo_chips {
    ppo_tia tia;
    ppo_cpu cpu;
    ppo_riot riot;
    ppo_board board;
    bool unfinished; // the last frame ran out of instructions: the next call continues it
    bool faded;      // the rest of the unfinished frame's screen was already darkened
    uint8_t front;   // index of the screen that the current or last frame is drawn to
} ppo_chips;

struct ppo_console {
    ppo_chips chips;
    ppo_mersenne random;
    bool pal;
    bool drawing; // this frame is drawn
    // How to draw frames later that were not drawn when they ran (console.c).
    uint32_t stale;                      // bit s: screen[s] lacks the last frame that belongs to it
    ppo_chips before[2];                 // the chips before that frame
    ppo_console_input input[2];          // and its input
    uint8_t screen[2][PPO_SCREEN_BYTES]; // frames alternate between the two
    uint8_t more_ram[];                  // [cartridge->more_ram_bytes]
};

// Where the pixels of this frame go; NULL if it is not drawn.
static inline uint8_t *ppo_machine_canvas(ppo_console *console)
{
    return console->drawing ? console->screen[console->chips.front] : NULL;
}

#endif
