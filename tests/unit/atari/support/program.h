// SPDX-License-Identifier: MIT
// Random programs as cartridges: bytes without meaning, or frames full of instructions that a game
// might have, with mistakes. They reach what no game does.
#ifndef TEST_ATARI_PROGRAM_H
#define TEST_ATARI_PROGRAM_H

#include <stddef.h>
#include <stdint.h>

typedef struct program_random {
    uint64_t state;
} program_random;

uint32_t program_draw(program_random *random, uint32_t below);

// Fills `bytes` with a program of `size` bytes: 2048, 4096, 8192 or 16384.
void program_noise(uint8_t *bytes, size_t size, program_random *random);
void program_frames(uint8_t *bytes, size_t size, program_random *random);

#endif
