// SPDX-License-Identifier: MIT
// A tape: what a processor asked of the TIA in some frames, and when. Played back, the TIA does the
// same work again without a processor, which is how `ppo bench atari` tells the two apart.
//
// Recording has no part in play: a frame that was played is run once more, from a copy of the
// console before it, by the copy of the processor's loop that runs anywhere (atari/cpu.c). Owns
// nothing; the caller brings the memory.
#ifndef PPO_ATARI_ACCESS_TRACE_H
#define PPO_ATARI_ACCESS_TRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ppo_console;
struct ppo_cartridge;
struct ppo_tia;

typedef enum ppo_tape_kind {
    PPO_TAPE_START, // of a frame; `cycles` of the one before, if PAL (`reg`) lost colours (`value`)
    PPO_TAPE_READ,
    PPO_TAPE_WRITE, // but those that the processor's loop leaves out
    PPO_TAPE_END,   // and the last access of all
} ppo_tape_kind;

typedef struct ppo_tape_entry {
    uint32_t cycles;
    uint8_t kind, reg, value;
} ppo_tape_entry;

typedef struct ppo_tape {
    ppo_tape_entry *entry; // [capacity]
    size_t count, capacity;
} ppo_tape;

// Room for one more frame, however busy: an instruction has at most three accesses to a chip.
#define PPO_TAPE_FRAME_ENTRIES (25000 * 3 + 2)

// Runs the frame that begins at `before` and notes it; afterwards `before` stands at its end.
// `after` is the console that has played it: what hung at the ports is read there. False if there
// is no room, or if the frame is not one to be played back: it goes on with an unfinished one.
bool ppo_tape_frame(ppo_tape *tape, struct ppo_console *before, const struct ppo_console *after,
                    const struct ppo_cartridge *cartridge);

// What the processor's loop calls (atari/cpu_bus.h) before an access.
void ppo_tape_note_read(ppo_tape *tape, uint32_t address, uint32_t cycles);
void ppo_tape_note_write(ppo_tape *tape, const struct ppo_tia *tia, uint32_t address, uint8_t value,
                         bool is_alone, uint32_t cycles);

// The TIA's work in all frames of the tape, from the `tia` that the first one began with. `picture`
// as in tia.h.
void ppo_tape_play(const ppo_tape *tape, struct ppo_tia *tia, uint8_t *picture);

#endif
