// SPDX-License-Identifier: MIT
// A picture as text, in 24-bit colours by escape sequences: each character cell is an upper half
// block, whose two halves are pixels, or where the character set lacks it a blank, whose background
// is the mean of the two.
//
// Only what has changed since the last picture is written: games move little at a time. Owns the
// cells that the terminal shows and the text.
#ifndef CLI_SCREEN_MOSAIC_H
#define CLI_SCREEN_MOSAIC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct cli_mosaic {
    bool is_ascii;          // set by the caller before the first picture: blanks for half blocks
    unsigned columns, rows; // of the terminal's part that may be used
    unsigned width, height; // of the picture in pixels there; two of them make a row
    uint64_t *cell;         // [columns, rows]: colours of the upper and the lower pixel
    char *text;
    size_t length, capacity;
} cli_mosaic;

// The largest size of these proportions, with square pixels, on so many cells.
void cli_mosaic_fit(unsigned *width, unsigned *height, uint32_t picture_width,
                    uint32_t picture_height, unsigned columns, unsigned rows);

// Makes `text` [length] of the picture. The first one, and the first after the number of cells has
// changed, clears the screen. False if there is no memory.
bool cli_mosaic_draw(cli_mosaic *mosaic, const unsigned char *rgb, uint32_t picture_width,
                     uint32_t picture_height, unsigned columns, unsigned rows);

// Frees what it owns; `is_ascii` stays.
void cli_mosaic_release(cli_mosaic *mosaic);

#endif
