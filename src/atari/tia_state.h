// SPDX-License-Identifier: MIT
// The state of the TIA, as plain data, and what can be read off it. The chip makes the picture, a
// line at a time, out of five movable objects and a playfield, records which of them overlap, and
// reads paddles and buttons.
//
// Drawing is lazy. A write takes effect at some colour clock, and nothing before that clock can
// change any more. For each object two sets of pixels are kept as bits: those of the current line
// that are final (`line`, left of pixel `settled`), and those that it covers in a whole line as its
// registers stand (`shape`). A write settles the one object that it changes; a new colour is
// recorded with its pixel; the end of a line combines all that into pixels and collisions. Only
// reads of collisions and writes to VBLANK and CTRLPF have to combine a part of a line.
//
// Times are colour clocks since the frame began: 228 per line, 68 of them before the first pixel,
// three per processor cycle. Outside the window of visible lines nothing is drawn and nothing
// collides.
//
//   tia.c         registers: what reads and writes do
//   tia_draw.c    lines: settling, collisions, pixels
//   tia_shape.c   registers -> pixels of an object
#ifndef PPO_ATARI_TIA_STATE_H
#define PPO_ATARI_TIA_STATE_H

#include "atari/chip_inline.h"
#include "atari/tia_bits.h"

#define PPO_TIA_LINE   228 // clocks per line
#define PPO_TIA_HBLANK 68  // of them before the first pixel
#define PPO_TIA_COMB   8   // pixels that an HMOVE blanks
#define PPO_TIA_NEVER  INT32_MAX

// Write registers, named as in the data sheet.
typedef enum ppo_tia_register {
    VSYNC,
    VBLANK,
    WSYNC,
    RSYNC,
    NUSIZ0,
    NUSIZ1,
    COLUP0,
    COLUP1,
    COLUPF,
    COLUBK,
    CTRLPF,
    REFP0,
    REFP1,
    PF0,
    PF1,
    PF2,
    RESP0,
    RESP1,
    RESM0,
    RESM1,
    RESBL,
    AUDC0,
    AUDC1,
    AUDF0,
    AUDF1,
    AUDV0,
    AUDV1,
    GRP0,
    GRP1,
    ENAM0,
    ENAM1,
    ENABL,
    HMP0,
    HMP1,
    HMM0,
    HMM1,
    HMBL,
    VDELP0,
    VDELP1,
    VDELBL,
    RESMP0,
    RESMP1,
    HMOVE,
    HMCLR,
    CXCLR,
    PPO_TIA_REGISTERS = 64
} ppo_tia_register;

// The first five are movable, in the order of their position and motion registers.
typedef enum ppo_tia_object { P0, P1, M0, M1, BL, PF, PPO_TIA_OBJECTS } ppo_tia_object;
#define PPO_TIA_MOVABLE 5

// A change of a colour register at a pixel of the line.
typedef struct ppo_tia_recolouring {
    uint8_t pixel, reg, value;
} ppo_tia_recolouring;
#define PPO_TIA_RECOLOURINGS 32 // kept per line; a processor can hardly make more than 25

typedef struct ppo_tia {
    // The line that is being drawn.
    ppo_line_bits line[PPO_TIA_OBJECTS];  // its final pixels, left of `settled`
    ppo_line_bits shape[PPO_TIA_OBJECTS]; // pixels of a whole line; invalid with a bit in `reshape`
    uint8_t settled[PPO_TIA_OBJECTS];     // the pixel from which `shape` is valid
    uint8_t broken;                       // bits of objects with `settled` above 0
    uint8_t reshape;                      // bits of objects whose shape has to be computed again
    uint8_t lit;                          // bits of objects with pixels in `shape`
    bool repeats;                         // nothing has changed since a line that was whole
    uint8_t num_recolourings;
    ppo_tia_recolouring recolouring[PPO_TIA_RECOLOURINGS]; // since `flushed`
    uint8_t colour[4];                                     // COLUP0 to COLUBK at pixel `flushed`
    uint32_t flushed;                                      // pixels of this line that are combined
    uint32_t pixel;                                        // how far the line is drawn, 0 to 160
    uint32_t line_start, row;           // its first clock, and its row of the screen
    uint32_t drawn_to, finished_at;     // clock up to which all is drawn, now and at the last stop
    uint32_t window_start, window_stop; // clocks of the visible lines
    uint32_t origin;                    // clock of cycle 0: a frame may begin within a line
    uint32_t touched, touched_reg;      // cycle and register of the last access: drawn up to there
    uint32_t late_cycle;                // a write from here on ends a frame without VSYNC

    // Registers.
    uint8_t reg[PPO_TIA_REGISTERS]; // as last written
    uint64_t repeatable;            // bits of registers for which writing `reg` again does nothing
    uint8_t position[PPO_TIA_MOVABLE];
    uint8_t old_grp[2], old_enabl; // what VDELP0, VDELP1 and VDELBL select
    bool first_hidden[2];          // a player that was just placed does not show its first copy
    bool reflected;                // CTRLPF's bit; a late write waits for the next line
    bool comb;                     // an HMOVE blanks the next 8 pixels at a left edge
    bool colours_lost;             // PAL, after a frame with an odd number of lines
    uint16_t collisions;           // bits 2r + 1 and 2r are D7 and D6 of read register r

    int32_t vsync_end; // the clock from which the end of VSYNC ends the frame; PPO_TIA_NEVER
    int32_t hmove_at;  // clock of the last HMOVE
    bool frame_over;
    bool dumped;       // the capacitors of the paddles are held at ground
    uint32_t dump_end; // the cycle in which that ended

    // The console's configuration, which a reset does not change.
    uint32_t first_line, height; // the window, in lines
    uint32_t late_line;
    bool comb_shown; // HMOVEs blank pixels
    // The ports, set before each frame.
    bool button[2];            // joysticks: pressed
    bool paddle[4];            // connected,
    uint32_t paddle_cycles[4]; // and the cycles in which it charges its capacitor
} ppo_tia;

PPO_CHIP_INLINE uint32_t ppo_tia_clock(const ppo_tia *tia, uint32_t cycles)
{
    return 3 * cycles + tia->origin;
}

// Whether writing `value` to the register can be skipped, because it is already there.
PPO_CHIP_INLINE bool ppo_tia_repeats(const ppo_tia *tia, uint32_t reg, uint8_t value)
{
    return tia->reg[reg] == value && (tia->repeatable >> reg & 1);
}

PPO_CHIP_INLINE void ppo_tia_set_repeatable(ppo_tia *tia, uint32_t reg, bool repeatable)
{
    const uint64_t bit = (uint64_t)1 << reg;
    tia->repeatable = repeatable ? tia->repeatable | bit : tia->repeatable & ~bit;
}

#endif
