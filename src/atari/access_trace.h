// SPDX-License-Identifier: MIT
// An access trace: which TIA accesses a processor made during some frames, and when. Replayed, a
// TIA does the same work again without a processor; `ppo bench atari` separates the two that way.
//
// Recording does not slow down play: a frame that was played is run again, from a copy of the
// console before it, with an observer on the bus. Owns nothing; the caller provides the memory.
#ifndef PPO_ATARI_ACCESS_TRACE_H
#define PPO_ATARI_ACCESS_TRACE_H

#include "atari/cpu.h"

typedef enum ppo_access_kind {
    PPO_ACCESS_FRAME, // a frame begins; `cycles` of the one before; PAL (`reg`): colours_lost
    PPO_ACCESS_READ,
    PPO_ACCESS_WRITE, // except those that the processor's loop skips
    PPO_ACCESS_END,   // of the frame: its last access
} ppo_access_kind;

typedef struct ppo_access_entry {
    uint32_t cycles;
    uint8_t kind, reg, value;
} ppo_access_entry;

typedef struct ppo_access_trace {
    ppo_access_entry *entry; // [capacity], the caller's
    size_t count, capacity;
} ppo_access_trace;

// The most entries that one frame can need.
#define PPO_ACCESS_FRAME_ENTRIES (PPO_CPU_FRAME_INSTRUCTIONS * PPO_CPU_INSTRUCTION_ACCESSES + 2)

// Appends the frame that starts at `before`, which is advanced to its end. `after` is the console
// that has played this frame: its ports are copied. False, with nothing changed, if fewer than
// PPO_ACCESS_FRAME_ENTRIES are free or the frame continues an unfinished one.
bool ppo_access_trace_frame(ppo_access_trace *trace, ppo_console *before, const ppo_console *after,
                            const ppo_cartridge *cartridge);

// Does the TIA's work of all frames of the trace, starting with the state that the TIA had before
// the first one. `screen` as in tia.h.
void ppo_access_trace_replay(const ppo_access_trace *trace, ppo_tia *tia, uint8_t *screen);

#endif
