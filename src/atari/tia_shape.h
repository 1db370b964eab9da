// SPDX-License-Identifier: MIT
// From the TIA's registers to the pixels that an object covers in a line.
#ifndef PPO_ATARI_TIA_SHAPE_H
#define PPO_ATARI_TIA_SHAPE_H

#include "atari/tia_state.h"

// The copies of a player or missile, by NUSIZ & 7. A pixel of a player is `width` pixels wide.
typedef struct ppo_tia_copies {
    uint64_t near;            // bit n: a copy n pixels to the right; n is 0, 16 or 32
    uint8_t far;              // 1: a copy 64 pixels to the right
    uint8_t width;            // 1, 2 or 4
    uint8_t count, offset[3]; // all copies, as a list
} ppo_tia_copies;
extern const ppo_tia_copies ppo_tia_copies_of[8];

// Computes `shape` of an object from its registers, and its bits in `lit` and `reshape`.
void ppo_tia_reshape(ppo_tia *tia, ppo_tia_object object);

#endif
