// SPDX-License-Identifier: MIT
// The cartridges of roms/, compiled in; cmake/embed_cartridges.cmake generates the arrays. In a
// build without the assembler the list is empty and PPO_HAVE_ROMS undefined.
#ifndef PPO_ATARI_FREE_CARTRIDGES_H
#define PPO_ATARI_FREE_CARTRIDGES_H

#include <stddef.h>
#include <stdint.h>

typedef struct ppo_free_cartridge {
    const char *name; // of its source in roms/, without ".asm": "rally", "bricks"
    const uint8_t *bytes;
    size_t size; // bytes: 2048 or 4096
} ppo_free_cartridge;

extern const ppo_free_cartridge ppo_free_cartridges[]; // followed by a row of NULLs
extern const size_t ppo_num_free_cartridges;

#endif
