// SPDX-License-Identifier: MIT
// A cartridge of forty bytes, assembled by hand: every frame has 262 lines, counts itself in RAM 0
// and 1 and in the background's colour, and leaves joystick and button in RAM 2 and 3.
#ifndef TEST_ATARI_TINY_H
#define TEST_ATARI_TINY_H

#include "ppo/atari.h"

#include <string.h>

enum { TINY_SIZE = 2048, TINY_COUNT = 0, TINY_JOYSTICK = 2, TINY_BUTTON = 3 };

static inline void tiny_cartridge(uint8_t bytes[TINY_SIZE])
{
    static const uint8_t program[] = {
        0x78, 0xD8, 0xA2, 0xFF, 0x9A,             // F000 sei, cld, ldx #$FF, txs
        0xA9, 0x02, 0x85, 0x00,                   // F005 lda #2, sta VSYNC
        0x85, 0x02, 0x85, 0x02, 0x85, 0x02,       //      sta WSYNC three times
        0xA9, 0x00, 0x85, 0x00,                   //      lda #0, sta VSYNC
        0xE6, 0x80, 0xD0, 0x02, 0xE6, 0x81,       //      inc $80, bne +2, inc $81
        0xA5, 0x80, 0x85, 0x09,                   //      lda $80, sta COLUBK
        0xAD, 0x80, 0x02, 0x85, 0x82,             //      lda SWCHA, sta $82
        0xA5, 0x0C, 0x85, 0x83,                   //      lda INPT4, sta $83
        0xA2, 0x00, 0x85, 0x02, 0xCA, 0xD0, 0xFB, //      256 times sta WSYNC
        0xA2, 0x03, 0x85, 0x02, 0xCA, 0xD0, 0xFB, //      and 3 times
        0x4C, 0x05, 0xF0,                         //      jmp F005
    };
    memset(bytes, 0, TINY_SIZE);
    memcpy(bytes, program, sizeof program);
    bytes[0x7FD] = 0xF0; // the reset vector: F000
}

// The 16 bits that count frames.
static inline unsigned tiny_frames(const ppo_console *console)
{
    const uint8_t *ram = ppo_console_ram(console);
    return ram[TINY_COUNT] + 256u * ram[TINY_COUNT + 1];
}

#endif
