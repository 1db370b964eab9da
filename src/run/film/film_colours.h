// SPDX-License-Identifier: MIT
// Pictures as film formats want them: indices into a palette of 256 colours for GIF, brightness and
// colour differences for video. Pictures come as rows of red, green, blue bytes.
#ifndef PPO_RUN_FILM_FILM_COLOURS_H
#define PPO_RUN_FILM_FILM_COLOURS_H

#include "ppo/base.h"

enum { PPO_PALETTE_SIZE = 256 };

// A palette that is found out from the pictures. Up to 256 colours are kept exactly; past that, a
// colour becomes the nearest one, unless that is far off: then the palette is made anew from the
// picture at hand.
typedef struct ppo_palette ppo_palette;

ppo_palette *ppo_palette_create(void); // NULL if memory runs out
void ppo_palette_destroy(ppo_palette *palette);

// Makes room for a colour, 0xRRGGBB; does nothing if there is none left.
void ppo_palette_add(ppo_palette *palette, uint32_t colour);

// Makes the palette of all colours of these pixels, or of the 256 that stand for them best. False
// if memory runs out.
bool ppo_palette_learn(ppo_palette *palette, const unsigned char *rgb, size_t num_pixels);

// Writes the index of each pixel, row by row `pitch` bytes apart. False if memory runs out.
bool ppo_palette_index(ppo_palette *palette, uint8_t *index, size_t pitch, const unsigned char *rgb,
                       size_t width, size_t height);

// [256] 0xRRGGBB as of the last call; those not in use are black.
const uint32_t *ppo_palette_colours(const ppo_palette *palette);

// Y, Cb and Cr of ITU-R BT.601 in the range of video, the latter two of 2 x 2 pixels each, of a
// picture whose pixels are repeated `scale` times in both directions. The planes have
// ppo_film_even(scale * width) columns and rows likewise, the last one repeated.
void ppo_film_yuv(uint8_t *const plane[3], const size_t pitch[3], const unsigned char *rgb,
                  size_t width, size_t height, size_t scale);

size_t ppo_film_even(size_t size); // the next even number

#endif
