// SPDX-License-Identifier: MIT
// Instructions decoded once, when a cartridge is made: the processor's loop (cpu.c) fetches four
// bytes that say which of its pieces of code to run and with which operand, where it would
// otherwise put them together from bytes whose place depends on the wiring.
//
// An instruction is plain if it lies in ROM with all its bytes, fetching them switches no bank, and
// the next one begins in the same part of the cartridge (a bank, or a slice where these are
// switched one by one). Plain instructions are decoded at every byte, since a program may jump
// anywhere; where there is none the code says PPO_FORM_LEAVE, so the loop need not check where it
// is.
#ifndef PPO_ATARI_DECODE_H
#define PPO_ATARI_DECODE_H

#include <stdint.h>

// A decoded instruction: which row of opcodes.h, and the bytes after the opcode, the first one in
// the low half (a near branch has the cycles that taking it costs in the high half).
typedef struct ppo_instruction {
    uint16_t form, operand;
} ppo_instruction;

// What of a cartridge's wiring decides that.
typedef struct ppo_code_layout {
    uint32_t part_size;   // bytes that are switched together: a bank, or a slice
    uint32_t fixed_from;  // bytes from here on are seen at their own place in the 4K of the window,
                          // those before only at the place within their part
    uint32_t quiet_first; // places in the window: [quiet_first, quiet_end) is ROM and switches
    uint32_t quiet_end;   // nothing
} ppo_code_layout;

// Decodes the instructions that begin at `count` bytes from the first on.
void ppo_decode(ppo_instruction *code, const uint8_t *bytes, const ppo_code_layout *layout,
                uint32_t first, uint32_t count);

#endif
