// SPDX-License-Identifier: MIT
// Screens of palette indices as shades of grey or RGB.
//
// Workload: two screens of 210 x 160 per step, about a microsecond each. Owns nothing.
#ifndef PPO_ENV_ATARI_SCREEN_PIXELS_H
#define PPO_ENV_ATARI_SCREEN_PIXELS_H

#include "ppo/base.h"

// grey [pixels] from palette indices [pixels]: whole lines.
void ppo_screen_grey(uint8_t *grey, const uint8_t *screen, size_t pixels);

// rgb [pixels, 3].
void ppo_screen_rgb(uint8_t *rgb, const uint8_t *screen, size_t pixels);

// latest := max(latest, older), byte by byte.
void ppo_screen_max(uint8_t *latest, const uint8_t *older, size_t bytes);

#endif
