// SPDX-License-Identifier: MIT
// The processor's registers while it runs: a local variable of the loop (cpu.c) that the compiler
// splits into machine registers. So every function that takes a pointer to one is inlined;
// functions that are called get values instead.
#ifndef PPO_ATARI_CPU_STATE_H
#define PPO_ATARI_CPU_STATE_H

#include "atari/bus_observer.h"
#include "atari/chip_inline.h"
#include "atari/machine.h"
#include "atari/opcodes.h"

// Bits of the status register.
enum {
    FLAG_CARRY = 1,
    FLAG_ZERO = 2,
    FLAG_INTERRUPT = 4,
    FLAG_DECIMAL = 8,
    FLAG_ALWAYS = 0x30, // B and an unused bit: read as 1
    FLAG_OVERFLOW = 64,
    FLAG_NEGATIVE = 128
};

typedef struct ppo_core {
    ppo_console *console;
    const ppo_cartridge *cartridge;
    const uint8_t *bank; // the 4K in the window; not used with slices and banks by address
    ppo_wiring wiring;   // a constant in each copy of the loop
    bool anywhere;       // also a constant: instructions may lie outside of plain code (decode.h)
    const ppo_bus_observer *observer;         // only with `anywhere`; NULL: none
    uint32_t first_hot, num_banks, ram_bytes; // of the cartridge
    int32_t left;    // instructions that may still run in this frame, core_reserve() less
    uint32_t cycles; // since the frame began
    // Where the program is. In plain code `next` is the next instruction in the part of the
    // cartridge whose instructions begin at `code` and whose first byte is at address `part`; a
    // jump to anywhere else leads to an instruction that leaves the loop. Otherwise `pc` is the
    // address, 16 bits like all addresses here; narrower types are slower.
    const ppo_instruction *next, *code;
    uint32_t part;
    uint32_t pc;
    uint32_t operand; // of the current instruction, in plain code
    uint8_t a, x, y, sp;
    uint8_t bus; // the last byte on the data bus
    // N is set if `nz` has bit 7 or 15; Z is set if its low byte is 0. So most results are stored
    // as they are, and flags that come from elsewhere can still be any pair.
    uint32_t nz;
    bool carry, overflow, decimal, interrupt;
    bool jammed;
} ppo_core;

static const ppo_instruction ppo_core_outside = {.form = PPO_FORM_LEAVE};

// Sets up everything except the registers.
PPO_CHIP_INLINE void core_attach(ppo_core *c, ppo_console *console, const ppo_cartridge *cartridge,
                                 ppo_wiring wiring, bool anywhere)
{
    c->console = console;
    c->cartridge = cartridge;
    c->bank = cartridge->bytes + console->chips.board.slice[0];
    c->wiring = wiring;
    c->anywhere = anywhere;
    c->observer = NULL;
    c->first_hot = cartridge->first_hot;
    c->num_banks = cartridge->num_banks;
    c->ram_bytes = cartridge->ram_bytes;
    c->next = c->code = &ppo_core_outside;
    c->part = c->pc = 0;
}

// In plain code the end of a frame's instructions is looked for only where the program may go back,
// so it is left before so many are left.
#define CORE_RESERVE PPO_CARTRIDGE_BANK

PPO_CHIP_INLINE int32_t core_reserve(const ppo_core *c)
{
    return c->anywhere ? 0 : CORE_RESERVE;
}

// No more instructions in this frame.
PPO_CHIP_INLINE void core_stop(ppo_core *c)
{
    c->left = -1 - core_reserve(c);
}

#endif
