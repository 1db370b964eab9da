// SPDX-License-Identifier: MIT
// The TIA's registers: what reads return, what writes change and from which clock on. The chip is
// described in tia_state.h. `screen` [height, 160] receives palette indices; with NULL nothing is
// drawn and everything else happens as usual.
#ifndef PPO_ATARI_TIA_H
#define PPO_ATARI_TIA_H

#include "atari/tia_state.h"

void ppo_tia_reset(ppo_tia *tia);

// Begins a frame; the caller then sets the cycle counter, `cycles` now, back to 0.
void ppo_tia_start_frame(ppo_tia *tia, uint32_t cycles);

// PAL televisions lose colour after a frame with an odd number of lines: bit 0 of all colours.
void ppo_tia_lose_colours(ppo_tia *tia, bool lost);

// Read register 0 to 15: its one or two bits; the other bits are those of `noise`.
uint8_t ppo_tia_read(ppo_tia *tia, uint8_t *screen, uint32_t reg, uint8_t noise, uint32_t cycles);

// Write register 0 to 63.
void ppo_tia_write(ppo_tia *tia, uint8_t *screen, uint32_t reg, uint8_t value, uint32_t cycles);

// Draws up to the last access, when the frame is over or has run out of instructions.
void ppo_tia_end_frame(ppo_tia *tia, uint8_t *screen);

#endif
