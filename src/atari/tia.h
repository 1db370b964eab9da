// SPDX-License-Identifier: MIT
// The TIA: makes the picture, a line at a time, out of five movable objects and a playfield, notes
// which of them touch, and reads paddles and buttons.
//
// Drawing is lazy. A write takes effect at a colour clock; nothing before that clock can change any
// more. Per object we keep the pixels of the current line that are settled (`line`, left of
// `settled`) and those it would cover as its registers stand (`shape`), both as bits. A write
// settles the one object it changes, a new colour is noted with its pixel, and the end of a line
// puts all that together. Only a look at the collisions and changes of VBLANK and CTRLPF have to do
// so in between (ppo_tia_flush).
//
// Times are colour clocks since the frame began, 228 per line, 68 of them before the first pixel.
// Nothing is drawn outside the window of visible lines, and nothing collides there.
//
//   tia.c         registers: what reads and writes do
//   tia_shape.c   registers -> bits of an object
//   tia_draw.c    lines: settling, collisions, pixels
#ifndef PPO_ATARI_TIA_H
#define PPO_ATARI_TIA_H

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

// The first five move; the order is that of their position and motion registers.
typedef enum ppo_tia_object { P0, P1, M0, M1, BL, PF, PPO_TIA_OBJECTS } ppo_tia_object;
#define PPO_TIA_MOVABLE 5

// A colour register changed at a pixel of the line.
typedef struct ppo_tia_recolouring {
    uint8_t pixel, reg, value;
} ppo_tia_recolouring;
#define PPO_TIA_RECOLOURINGS 32 // remembered per line; a processor hardly gets to more than 25

typedef struct ppo_tia {
    ppo_line_bits line[PPO_TIA_OBJECTS];  // pixels of this line left of `settled`
    ppo_line_bits shape[PPO_TIA_OBJECTS]; // pixels of a whole line, unless in `reshape`
    uint8_t settled[PPO_TIA_OBJECTS];     // pixel from which `shape` holds
    uint8_t broken;                       // bits of objects with `settled` above 0
    uint8_t reshape;                      // bits of objects whose shape is to be made anew
    uint8_t lit;                          // bits of objects with pixels in `shape`
    bool repeats;                         // nothing changed since a line that was whole
    uint8_t num_recolourings;
    ppo_tia_recolouring recolouring[PPO_TIA_RECOLOURINGS]; // since `flushed`
    uint8_t colour[4];                  // COLUP0 to COLUBK as they were at `flushed`
    uint32_t flushed;                   // pixel up to which this line is put together
    uint32_t pixel;                     // where drawing stands in this line, 0 to 160
    uint32_t line_start, row;           // this line: its clock, and which of the picture's
    uint32_t drawn_to, finished_at;     // clock; what lies before is settled; at the last finish
    uint32_t window_start, window_stop; // clocks of the visible lines
    uint32_t origin;                    // clock of cycle 0: a frame may begin within a line
    uint32_t touched, touched_reg;      // the last access, its cycle: drawing goes that far
    uint32_t late_cycle;                // writes from here on end a frame that lost its VSYNC

    uint8_t reg[PPO_TIA_REGISTERS]; // as last written
    uint64_t repeatable;            // bits of registers for which writing `reg` again does nothing
    uint8_t position[PPO_TIA_MOVABLE];
    uint8_t old_grp[2], old_enabl; // what VDELP0, VDELP1 and VDELBL select
    bool first_hidden[2];          // a player that was just placed skips its first copy
    bool reflected;                // CTRLPF's bit, but one that came late waits for the next line
    bool comb;                     // an HMOVE blanks the next 8 pixels of a left edge
    bool colours_lost;             // PAL, after a frame with an odd number of lines
    uint16_t collisions;           // bits 2r + 1 and 2r are D7 and D6 of read register r

    int32_t vsync_end; // clock from which VSYNC's end ends the frame; PPO_TIA_NEVER
    int32_t hmove_at;  // clock of the last HMOVE
    bool frame_over;
    bool dumped;       // the paddles' capacitors are held at ground
    uint32_t dump_end; // cycle in which that ended

    // How the console is set up; a reset leaves it.
    uint32_t first_line, height; // the window, in lines
    uint32_t late_line;
    bool comb_shown; // HMOVEs do blank
    // What hangs at the ports, set before each frame.
    bool button[2];            // of joysticks
    bool paddle[4];            // there is one,
    uint32_t paddle_cycles[4]; // and charges its capacitor in so many cycles
} ppo_tia;

// --- tia.c -------------------------------------------------------------------------------------
// `picture` [height, 160] is where pixels go; NULL draws nothing and changes nothing else.

void ppo_tia_reset(ppo_tia *tia);

// The cycle counter is about to go back to 0, where a new frame begins.
void ppo_tia_start_frame(ppo_tia *tia, uint32_t cycles);

// PAL sets lose their colours after frames with an odd number of lines: bit 0 of all colours.
void ppo_tia_lose_colours(ppo_tia *tia, bool lost);

// The register's own bits; the rest of the bus carries `noise`.
uint8_t ppo_tia_read(ppo_tia *tia, uint8_t *picture, uint32_t reg, uint8_t noise, uint32_t cycles);
void ppo_tia_write(ppo_tia *tia, uint8_t *picture, uint32_t reg, uint8_t value, uint32_t cycles);

// The frame, or what ran of it in one go, is over: draws up to the last access.
void ppo_tia_end_frame(ppo_tia *tia, uint8_t *picture);

// Drawing has passed the end of a line.
void ppo_tia_end_line(ppo_tia *tia);

#define PPO_TIA_INLINE static inline __attribute__((always_inline))

PPO_TIA_INLINE uint32_t ppo_tia_clock(const ppo_tia *tia, uint32_t cycles)
{
    return 3 * cycles + tia->origin;
}

// Whether a write of what was written last can be left out.
PPO_TIA_INLINE bool ppo_tia_repeats(const ppo_tia *tia, uint32_t reg, uint8_t value)
{
    return tia->reg[reg] == value && (tia->repeatable >> reg & 1);
}

// --- tia_shape.c -------------------------------------------------------------------------------

// A player's or missile's copies, by NUSIZ & 7: `near` has a bit for each at most 32 pixels away,
// `far` tells of one 64 pixels away. A player's pixel is `width` wide.
typedef struct ppo_tia_copies {
    uint64_t near;
    uint8_t far, width, count, offset[3]; // the same as a list
} ppo_tia_copies;
extern const ppo_tia_copies ppo_tia_copies_of[8];

void ppo_tia_reshape(ppo_tia *tia, ppo_tia_object object);

// --- tia_draw.c --------------------------------------------------------------------------------

// No line of this frame has been begun.
void ppo_tia_start_lines(ppo_tia *tia);

// Nothing before this clock changes any more.
void ppo_tia_draw_to(ppo_tia *tia, uint8_t *picture, uint32_t clock);

// An object is about to change at `clock`.
void ppo_tia_settle(ppo_tia *tia, uint8_t *picture, ppo_tia_object object, uint32_t clock);

// A colour register changes at `clock`.
void ppo_tia_recolour(ppo_tia *tia, uint8_t *picture, uint32_t reg, uint8_t value, uint32_t clock);

// Something that concerns all of the picture is about to change at `clock`, or the collisions are
// asked for: puts together what was drawn of this line.
void ppo_tia_flush(ppo_tia *tia, uint8_t *picture, uint32_t clock);

// The same for the last time in this frame.
void ppo_tia_finish(ppo_tia *tia, uint8_t *picture, uint32_t clock);

#endif
