// SPDX-License-Identifier: MIT
// The wires: what a console consists of, and the accesses that leave the processor's loop.
#ifndef PPO_ATARI_CONSOLE_H
#define PPO_ATARI_CONSOLE_H

#include "atari/cartridge.h"
#include "atari/cpu.h"
#include "atari/mersenne.h"
#include "atari/riot.h"
#include "atari/tia.h"

#define PPO_PICTURE_BYTES (PPO_ATARI_WIDTH * PPO_ATARI_MAX_HEIGHT)

// All that changes while frames run, but for the pictures.
typedef struct ppo_chips {
    ppo_tia tia;
    ppo_cpu cpu;
    ppo_riot riot;
    ppo_board board;
    bool unfinished; // the last frame ran out of instructions: the next call goes on with it
    bool faded;      // and its picture tells so
    uint8_t front;   // the picture that the current or last frame goes to
} ppo_chips;

struct ppo_console {
    ppo_chips chips;
    ppo_mersenne random;
    bool pal;
    bool drawing; // pixels are wanted in this frame
    // Frames that were not drawn, should somebody need their pictures after all (console.c).
    uint32_t stale;             // bits of pictures
    ppo_chips before[2];        // the chips before the frame of each stale picture
    ppo_console_input input[2]; // of the last frame of each picture
    // A frame goes to the picture that the one before it did not go to.
    uint8_t picture[2][PPO_PICTURE_BYTES];
};

// The cycle counter goes back to 0, and the other picture comes to the front.
void ppo_console_start_frame(ppo_console *console);

// Writes past this line end a frame without VSYNC.
static inline uint32_t ppo_console_late_line(const ppo_console *console)
{
    return console->pal ? 342 : 290;
}

// Where this frame's pixels go; NULL if nobody wants them.
static inline uint8_t *ppo_console_canvas(ppo_console *console)
{
    return console->drawing ? console->picture[console->chips.front] : NULL;
}

#endif
