// SPDX-License-Identifier: MIT
// What of console.c the rest of this folder needs; ppo/atari.h has the public part.
#ifndef PPO_ATARI_CONSOLE_H
#define PPO_ATARI_CONSOLE_H

#include "atari/machine.h"

// Begins a frame: the cycle counter returns to 0 and the other screen becomes the front one.
void ppo_console_start_frame(ppo_console *console);

// A TIA write after this line ends a frame that has no VSYNC.
static inline uint32_t ppo_console_late_line(const ppo_console *console)
{
    return console->pal ? 342 : 290;
}

#endif
