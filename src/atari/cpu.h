// SPDX-License-Identifier: MIT
// The processor: a 6507, which is a 6502 with 13 address lines.
//
// Time advances by instructions: the cycles of an instruction are counted before its accesses, so
// that all of them happen at its end. Only accesses that carry data exist, plus a read of the stack
// before something is pulled from it.
#ifndef PPO_ATARI_CPU_H
#define PPO_ATARI_CPU_H

#include "atari/bus_observer.h"
#include "atari/machine.h"

// At most this many instructions in a frame, each with at most so many accesses (BRK: two fetches,
// three pushes, two reads of the vector).
#define PPO_CPU_FRAME_INSTRUCTIONS   25000
#define PPO_CPU_INSTRUCTION_ACCESSES 7

// A system reset: registers as at power-on, PC from the vector at $FFFC.
void ppo_cpu_reset(ppo_console *console, const ppo_cartridge *cartridge);

// Runs until the TIA ends the frame, PPO_CPU_FRAME_INSTRUCTIONS at most.
void ppo_cpu_run(ppo_console *console, const ppo_cartridge *cartridge);

// The same, several times slower, with every access reported to the observer.
void ppo_cpu_run_observed(ppo_console *console, const ppo_cartridge *cartridge,
                          const ppo_bus_observer *observer);

#endif
