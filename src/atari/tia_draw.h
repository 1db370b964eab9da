// SPDX-License-Identifier: MIT
// Lines of the TIA: from objects to pixels and collisions. For tia.c, which calls these functions
// before it changes a register. `screen` as in tia.h.
#ifndef PPO_ATARI_TIA_DRAW_H
#define PPO_ATARI_TIA_DRAW_H

#include "atari/tia_state.h"

// Before the first line of a frame.
void ppo_tia_start_lines(ppo_tia *tia);

// Nothing before `clock` will change any more.
void ppo_tia_draw_to(ppo_tia *tia, uint8_t *screen, uint32_t clock);

// The object is about to change at `clock`.
void ppo_tia_settle(ppo_tia *tia, uint8_t *screen, ppo_tia_object object, uint32_t clock);

// Sets a colour register at `clock`.
void ppo_tia_recolour(ppo_tia *tia, uint8_t *screen, uint32_t reg, uint8_t value, uint32_t clock);

// The whole picture is about to change at `clock`, or the collisions up to there are needed:
// combines what is drawn of this line.
void ppo_tia_flush(ppo_tia *tia, uint8_t *screen, uint32_t clock);

// The same, for the last time in this frame.
void ppo_tia_finish(ppo_tia *tia, uint8_t *screen, uint32_t clock);

// The latches of `collisions` that a set of objects (bits of ppo_tia_object) can set.
extern const uint16_t ppo_tia_latches_of[1 << PPO_TIA_OBJECTS];

#endif
