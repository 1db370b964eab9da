// SPDX-License-Identifier: MIT
// A console's picture as brightness or colours.
//
// Workload: two pictures of 210 x 160 per agent step, about a microsecond each. Owns nothing.
#ifndef PPO_ENV_ATARI_SCREEN_PIXELS_H
#define PPO_ENV_ATARI_SCREEN_PIXELS_H

#include "ppo/base.h"

// grey [pixels] from palette indices [pixels]: whole lines.
void ppo_screen_grey(uint8_t *grey, const uint8_t *screen, size_t pixels);

// rgb [pixels, 3].
void ppo_screen_rgb(uint8_t *rgb, const uint8_t *screen, size_t pixels);

// picture := the larger of the two, in place.
void ppo_screen_max(uint8_t *picture, const uint8_t *other, size_t bytes);

#endif
