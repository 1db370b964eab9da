// SPDX-License-Identifier: MIT
// The processor's registers while it runs: a local variable of the loop (atari/cpu.c) that the
// compiler takes apart into real registers. So everything that gets a pointer to one is inlined;
// what is called instead gets values.
#ifndef PPO_ATARI_CPU_STATE_H
#define PPO_ATARI_CPU_STATE_H

#include "atari/console.h"
#include "atari/access_trace.h"

// Sanitisers follow every access of a local variable whose address is taken, which makes minutes of
// compiling out of one large function: there, calls stay calls.
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define PPO_KEEP_CALLS 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || defined(PPO_KEEP_CALLS)
#define PPO_INLINE static inline __attribute__((unused))
#else
#define PPO_INLINE static inline __attribute__((always_inline))
#endif

enum {
    CARRY = 1,
    ZERO = 2,
    INTERRUPT = 4,
    DECIMAL = 8,
    ALWAYS = 0x30, // read as 1: B and a bit that does not exist
    OVERFLOW = 64,
    NEGATIVE = 128
};

typedef struct core {
    ppo_console *console;
    const ppo_cartridge *cartridge;
    const uint8_t *bank; // the 4K that the window shows, unless they come in slices or by address
    ppo_wiring wiring;   // a constant of each copy of the loop
    bool anywhere;       // and this: whether instructions may lie outside of plain code
    ppo_tape *tape;      // where accesses are noted, of any instructions; NULL: nowhere
    uint32_t first_hot, num_banks, ram_bytes; // of the cartridge
    int32_t left;                             // instructions that may still run in this frame
    uint32_t cycles;
    uint32_t pc; // 16 bits, as all addresses here (but see fetch); narrower types cost instructions
    uint8_t a, x, y, sp;
    uint8_t bus; // the byte that was last on the data bus
    // N is whether `nz` has bit 7 or 15; Z is whether its lower byte is 0. So most results are just
    // kept, and flags from elsewhere can still be any pair.
    uint32_t nz;
    bool carry, overflow, decimal, interrupt;
    bool jammed;
} core;

// Lays the wires, without the registers.
PPO_INLINE void core_attach(core *c, ppo_console *console, const ppo_cartridge *cartridge,
                            ppo_wiring wiring, bool anywhere)
{
    c->console = console;
    c->cartridge = cartridge;
    c->bank = cartridge->bytes + console->chips.board.slice[0];
    c->wiring = wiring;
    c->anywhere = anywhere;
    c->tape = NULL;
    c->first_hot = cartridge->first_hot;
    c->num_banks = cartridge->num_banks;
    c->ram_bytes = cartridge->ram_bytes;
}

#endif
