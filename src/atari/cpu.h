// SPDX-License-Identifier: MIT
// The processor: a 6507, which is a 6502 with 13 address wires.
//
// Time advances by instructions: an instruction's cycles are counted before its accesses, so all of
// them happen at its end. There are no accesses but those that carry data, and one of the stack
// before something is pulled from it.
#ifndef PPO_ATARI_CPU_H
#define PPO_ATARI_CPU_H

#include <stdbool.h>
#include <stdint.h>

typedef struct ppo_cpu {
    uint32_t cycles; // since the frame began
    int32_t left;    // instructions that may still run in this frame
    uint16_t pc;     // all 16 bits: FE cartridges look at bit 13
    uint8_t a, x, y, sp;
    uint8_t status; // NV1BDIZC
    uint8_t bus;    // the byte that was last on the data bus
    bool jammed;    // a KIL: nothing more until the next reset
} ppo_cpu;

struct ppo_console;
struct ppo_cartridge;
struct ppo_tape;

// At most this many instructions in a frame.
#define PPO_CPU_FRAME_INSTRUCTIONS 25000

// A system reset: registers as at power-on, PC from the vector at $FFFC.
void ppo_cpu_reset(struct ppo_console *console, const struct ppo_cartridge *cartridge);

// Runs until the TIA says that the frame is over, PPO_CPU_FRAME_INSTRUCTIONS at most.
void ppo_cpu_run(struct ppo_console *console, const struct ppo_cartridge *cartridge);

// The same, more slowly, with all accesses to the TIA noted (atari/access_trace.h).
void ppo_cpu_run_taped(struct ppo_console *console, const struct ppo_cartridge *cartridge,
                       struct ppo_tape *tape);

#endif
