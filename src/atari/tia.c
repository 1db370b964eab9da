// SPDX-License-Identifier: MIT
// The TIA's registers: see tia.h.
#include "atari/tia.h"

#include "atari/tia_draw.h"
#include "atari/tia_shape.h"

// Registers that hold a value: writing the same one again changes nothing. The others trigger
// something with each write (VSYNC, WSYNC, RESxx, HMOVE, HMCLR, CXCLR).
#define BIT(reg) ((uint64_t)1 << (reg))
static const uint64_t plain_registers =
    BIT(VBLANK) | BIT(RSYNC) | BIT(NUSIZ0) | BIT(NUSIZ1) | BIT(COLUP0) | BIT(COLUP1) | BIT(COLUPF) |
    BIT(COLUBK) | BIT(CTRLPF) | BIT(REFP0) | BIT(REFP1) | BIT(PF0) | BIT(PF1) | BIT(PF2) |
    BIT(AUDC0) | BIT(AUDC1) | BIT(AUDF0) | BIT(AUDF1) | BIT(AUDV0) | BIT(AUDV1) | BIT(GRP0) |
    BIT(GRP1) | BIT(ENAM0) | BIT(ENAM1) | BIT(ENABL) | BIT(HMP0) | BIT(HMP1) | BIT(HMM0) |
    BIT(HMM1) | BIT(HMBL) | BIT(VDELP0) | BIT(VDELP1) | BIT(VDELBL) | BIT(RESMP0) | BIT(RESMP1);

// --- frames ------------------------------------------------------------------------------------

static void start_window(ppo_tia *tia)
{
    tia->window_start = tia->first_line * PPO_TIA_LINE;
    tia->window_stop = tia->window_start + tia->height * PPO_TIA_LINE;
    ppo_tia_start_lines(tia);
    tia->late_cycle = ((tia->late_line + 1) * PPO_TIA_LINE - tia->origin) / 3;
    tia->touched = 0;
    tia->touched_reg = WSYNC;
    tia->frame_over = false;
}

void ppo_tia_reset(ppo_tia *tia)
{
    for (uint32_t i = 0; i < PPO_TIA_REGISTERS; i++)
        tia->reg[i] = 0;
    for (uint32_t i = 0; i < PPO_TIA_MOVABLE; i++)
        tia->position[i] = 0;
    tia->old_grp[0] = tia->old_grp[1] = tia->old_enabl = 0;
    tia->first_hidden[0] = tia->first_hidden[1] = false;
    tia->reflected = tia->comb = tia->colours_lost = tia->dumped = false;
    tia->collisions = 0;
    tia->vsync_end = PPO_TIA_NEVER;
    tia->hmove_at = 0;
    tia->dump_end = 0;
    tia->origin = 0;
    tia->repeatable = plain_registers;
    tia->reshape = (1u << PPO_TIA_OBJECTS) - 1;
    start_window(tia);
}

void ppo_tia_start_frame(ppo_tia *tia, uint32_t cycles)
{
    const uint32_t clock = ppo_tia_clock(tia, cycles);
    tia->origin = clock % PPO_TIA_LINE;
    const uint32_t back = clock - tia->origin; // stored clocks count from the frame's beginning
    if (tia->vsync_end != PPO_TIA_NEVER)
        tia->vsync_end = (int32_t)((uint32_t)tia->vsync_end - back);
    tia->hmove_at = (int32_t)((uint32_t)tia->hmove_at - back);
    tia->dump_end -= cycles;
    start_window(tia);
}

void ppo_tia_lose_colours(ppo_tia *tia, bool lost)
{
    tia->colours_lost = lost;
    for (uint32_t reg = COLUP0; reg <= COLUBK; reg++)
        tia->reg[reg] = (uint8_t)((tia->reg[reg] & 0xFE) | lost);
}

// --- reads -------------------------------------------------------------------------------------

// A capacitor charges through the paddle's resistance once it is no longer held at ground; D7 is
// set when it is full.
static bool paddle_charged(const ppo_tia *tia, uint32_t n, uint32_t cycles)
{
    if (!tia->paddle[n])
        return false; // an open port never charges it
    if (tia->paddle_cycles[n] == 0)
        return true;
    if (tia->dumped)
        return false;
    return cycles > tia->dump_end + tia->paddle_cycles[n];
}

uint8_t ppo_tia_read(ppo_tia *tia, uint8_t *screen, uint32_t reg, uint8_t noise, uint32_t cycles)
{
    uint32_t bits = 0;
    tia->touched = cycles;
    tia->touched_reg = WSYNC; // a register without delay
    if (reg < 8) {
        ppo_tia_flush(tia, screen, ppo_tia_clock(tia, cycles));
        bits = tia->collisions >> (2 * reg) & 3;
    } else if (reg < 12) {
        bits = paddle_charged(tia, reg - 8, cycles) ? 2 : 0;
    } else if (reg < 14) {
        bits = tia->button[reg - 12] ? 0 : 2;
    }
    return (uint8_t)(bits << 6 | (noise & 0x3F));
}

// --- writes ------------------------------------------------------------------------------------

// A write, and when it takes effect.
typedef struct ppo_tia_write_access {
    ppo_tia *tia;
    uint8_t *screen;
    uint32_t reg;
    uint8_t value;
    uint32_t cycles;
    uint32_t clock;  // of the write
    uint32_t effect; // the clock from which the picture changes
} ppo_tia_write_access;

// The clock of its line, 0 to 227.
static uint32_t in_line(const ppo_tia_write_access *w)
{
    return w->clock % PPO_TIA_LINE;
}

static void settle(const ppo_tia_write_access *w, ppo_tia_object object)
{
    ppo_tia_settle(w->tia, w->screen, object, w->effect);
}

// The whole picture is about to change.
static void flush(const ppo_tia_write_access *w)
{
    ppo_tia_flush(w->tia, w->screen, w->effect);
}

static void set(const ppo_tia_write_access *w)
{
    w->tia->reg[w->reg] = w->value;
}

// Clocks from a write to its effect on the picture.
static uint32_t delay_of(uint32_t reg, uint32_t clock)
{
    static const uint8_t delays[PPO_TIA_REGISTERS] = {
        [VBLANK] = 1, [NUSIZ0] = 8, [NUSIZ1] = 8, [REFP0] = 1, [REFP1] = 1,
        [RESM0] = 8,  [RESM1] = 8,  [GRP0] = 1,   [GRP1] = 1,
    };
    // the playfield advances every fourth clock, the processor every third
    static const uint8_t field_delays[4] = {4, 5, 2, 3};
    if (reg >= PF0 && reg <= PF2)
        return field_delays[clock / 3 & 3]; // a line's cycles are a multiple of 4
    return delays[reg];
}

// The end of a VSYNC of at least one line ends the frame.
static void write_vsync(const ppo_tia_write_access *w)
{
    ppo_tia *tia = w->tia;
    if (w->value & 2) {
        tia->vsync_end = (int32_t)(w->clock + PPO_TIA_LINE);
    } else if ((int32_t)w->clock >= tia->vsync_end) {
        tia->vsync_end = PPO_TIA_NEVER;
        tia->frame_over = true;
    }
    set(w);
}

static void write_vblank(const ppo_tia_write_access *w)
{
    ppo_tia *tia = w->tia;
    flush(w);
    if (tia->dumped && !(w->value & 0x80))
        tia->dump_end = w->cycles;
    tia->dumped = w->value & 0x80;
    set(w);
}

static void show_first_copy(ppo_tia *tia, uint32_t n)
{
    tia->first_hidden[n] = false;
    ppo_tia_set_repeatable(tia, NUSIZ0 + n, true);
}

static void write_nusiz(const ppo_tia_write_access *w, uint32_t n)
{
    settle(w, P0 + n);
    settle(w, M0 + n);
    show_first_copy(w->tia, n);
    set(w);
}

// A new reflection acts at once in the left half of a line, otherwise from the next line on.
static void write_ctrlpf(const ppo_tia_write_access *w)
{
    ppo_tia *tia = w->tia;
    flush(w);
    settle(w, PF);
    settle(w, BL);
    if (in_line(w) < PPO_TIA_HBLANK + PPO_LINE_PIXELS / 2 - 1)
        tia->reflected = w->value & 1;
    ppo_tia_set_repeatable(tia, CTRLPF, tia->reflected == (w->value & 1));
    set(w);
}

static void write_object(const ppo_tia_write_access *w, ppo_tia_object object)
{
    settle(w, object);
    set(w);
}

// A write to GRPn copies the other player's byte, and GRP1 also the ball's bit, into the registers
// that VDELxx selects.
static void write_grp(const ppo_tia_write_access *w, uint32_t n)
{
    ppo_tia *tia = w->tia;
    const uint32_t other = 1 - n;
    ppo_tia_draw_to(tia, w->screen, w->effect); // also if no object changes
    if (!(tia->reg[VDELP0 + n] & 1))
        settle(w, P0 + n);
    if ((tia->reg[VDELP0 + other] & 1) && tia->old_grp[other] != tia->reg[GRP0 + other])
        settle(w, P0 + other);
    if (n == 1 && (tia->reg[VDELBL] & 1) && tia->old_enabl != tia->reg[ENABL])
        settle(w, BL);
    set(w);
    tia->old_grp[other] = tia->reg[GRP0 + other];
    if (n == 1)
        tia->old_enabl = tia->reg[ENABL];
    // a second write changes nothing once the copies that it makes are up to date
    ppo_tia_set_repeatable(tia, GRP0, tia->old_grp[1] == tia->reg[GRP1]);
    ppo_tia_set_repeatable(tia, GRP1,
                           tia->old_grp[0] == tia->reg[GRP0] && tia->old_enabl == tia->reg[ENABL]);
}

static void write_enabl(const ppo_tia_write_access *w)
{
    write_object(w, BL);
    ppo_tia_set_repeatable(w->tia, GRP1, false);
}

// --- writes to positions -----------------------------------------------------------------------

// The position of an object that is reset at this clock; during HBLANK that is `left_edge`, for
// players 3, for missiles and the ball 2.
static uint32_t reset_position(const ppo_tia_write_access *w, uint32_t left_edge)
{
    const uint32_t place = in_line(w);
    if (place < PPO_TIA_HBLANK)
        return left_edge;
    return (place - PPO_TIA_HBLANK + left_edge + 2) % PPO_LINE_PIXELS;
}

// A player is drawn from 4 pixels after its counter on. So a copy that is being drawn is finished,
// a copy about to be drawn appears, and otherwise the first copy is hidden until the next line.
static void write_resp(const ppo_tia_write_access *w, uint32_t n)
{
    ppo_tia *tia = w->tia;
    const uint8_t x = (uint8_t)reset_position(w, 3);
    const ppo_tia_copies *copies = &ppo_tia_copies_of[tia->reg[NUSIZ0 + n] & 7];
    bool hidden = true;
    uint32_t effect = w->clock;
    for (uint32_t i = 0; i < copies->count; i++) {
        const uint32_t copy = tia->position[P0 + n] + copies->offset[i];
        const uint32_t in_copy = (x + 2 * PPO_LINE_PIXELS - copy) % PPO_LINE_PIXELS;
        if (in_copy < 4)
            hidden = false;
        else if (in_copy < 4 + 8u * copies->width)
            effect = w->clock + 11;
    }
    ppo_tia_draw_to(tia, w->screen, w->clock);
    ppo_tia_settle(tia, w->screen, P0 + n, effect);
    tia->position[P0 + n] = x;
    tia->first_hidden[n] = hidden;
    ppo_tia_set_repeatable(tia, NUSIZ0 + n, !hidden);
}

// A reset shortly after an HMOVE hits the counter while it is being moved: measured cases.
typedef struct ppo_tia_late_reset {
    ppo_tia_object object;
    uint8_t since_hmove, in_line, x;
} ppo_tia_late_reset;
static const ppo_tia_late_reset late_resets[] = {
    {M0, 60, 69, 8}, {M1, 9, 18, 3},  {BL, 54, 60, 10}, {BL, 54, 69, 10},
    {BL, 9, 18, 3},  {BL, 21, 30, 6}, {BL, 18, 27, 5},
};

static void write_resm(const ppo_tia_write_access *w, ppo_tia_object object)
{
    ppo_tia *tia = w->tia;
    settle(w, object);
    uint32_t x = reset_position(w, 2);
    const uint32_t since_hmove = w->clock - (uint32_t)tia->hmove_at, place = in_line(w);
    for (uint32_t i = 0; i < sizeof late_resets / sizeof late_resets[0]; i++)
        if (late_resets[i].object == object && late_resets[i].since_hmove == since_hmove &&
            late_resets[i].in_line == place)
            x = late_resets[i].x;
    tia->position[object] = (uint8_t)x;
}

// A missile locked to its player is hidden; when it is released it is at the player's middle.
static void write_resmp(const ppo_tia_write_access *w, uint32_t n)
{
    ppo_tia *tia = w->tia;
    settle(w, M0 + n);
    if ((tia->reg[w->reg] & 2) && !(w->value & 2)) {
        const uint32_t width = ppo_tia_copies_of[tia->reg[NUSIZ0 + n] & 7].width;
        const uint32_t middle = width == 1 ? 4 : 4 * width;
        tia->position[M0 + n] = (uint8_t)((tia->position[P0 + n] + middle) % PPO_LINE_PIXELS);
    }
    set(w);
}

// How far to the right an HMOVE in cycle `at` of the line moves an object with the motion register
// `motion`. Early in HBLANK the whole distance counts; an HMOVE that comes later loses clocks.
static int32_t moved_by(uint32_t motion, int32_t at)
{
    const int32_t whole = motion < 8 ? -(int32_t)motion : 16 - (int32_t)motion;
    const int32_t spent = (3 * at + 1) / 4;
    if (at == 75)
        return whole;
    if (at <= 20)
        return whole > spent - 9 ? whole : spent - 9;
    return whole + 47 - spent < 0 ? whole + 47 - spent : 0;
}

static void write_hmove(const ppo_tia_write_access *w)
{
    ppo_tia *tia = w->tia;
    const int32_t at = (int32_t)(in_line(w) / 3);
    flush(w);
    if (tia->comb_shown && (at <= 20 || at == 75))
        tia->comb = true;
    for (uint32_t i = 0; i < PPO_TIA_MOVABLE; i++) {
        const int32_t by = moved_by(tia->reg[HMP0 + i] >> 4, at);
        if (by != 0) {
            settle(w, (ppo_tia_object)i);
            tia->position[i] =
                (uint8_t)((tia->position[i] + PPO_LINE_PIXELS + by) % PPO_LINE_PIXELS);
        }
    }
    for (uint32_t n = 0; n < 2; n++) {
        if (tia->first_hidden[n]) {
            settle(w, P0 + n);
            show_first_copy(tia, n);
        }
    }
    tia->hmove_at = (int32_t)w->clock;
}

// Any register except the colours, which are written most.
static __attribute__((noinline)) void write_register(ppo_tia *tia, uint8_t *screen, uint32_t reg,
                                                     uint8_t value, uint32_t cycles)
{
    const uint32_t clock = ppo_tia_clock(tia, cycles), delay = delay_of(reg, clock);
    const ppo_tia_write_access write = {tia, screen, reg, value, cycles, clock, clock + delay};
    const ppo_tia_write_access *w = &write;
    switch (reg) {
    case VSYNC:
        write_vsync(w);
        break;
    case VBLANK:
        write_vblank(w);
        break;
    case NUSIZ0:
    case NUSIZ1:
        write_nusiz(w, reg - NUSIZ0);
        break;
    case CTRLPF:
        write_ctrlpf(w);
        break;
    case REFP0:
    case REFP1:
        write_object(w, P0 + (reg - REFP0));
        break;
    case PF0:
    case PF1:
    case PF2:
        write_object(w, PF);
        break;
    case RESP0:
    case RESP1:
        write_resp(w, reg - RESP0);
        break;
    case RESM0:
    case RESM1:
    case RESBL:
        write_resm(w, M0 + (reg - RESM0));
        break;
    case GRP0:
    case GRP1:
        write_grp(w, reg - GRP0);
        break;
    case ENAM0:
    case ENAM1:
        write_object(w, M0 + (reg - ENAM0));
        break;
    case ENABL:
        write_enabl(w);
        break;
    case VDELP0:
    case VDELP1:
        write_object(w, P0 + (reg - VDELP0));
        break;
    case VDELBL:
        write_object(w, BL);
        break;
    case RESMP0:
    case RESMP1:
        write_resmp(w, reg - RESMP0);
        break;
    case HMOVE:
        write_hmove(w);
        break;
    case HMCLR:
        for (uint32_t i = HMP0; i <= HMBL; i++)
            tia->reg[i] = 0;
        break;
    case CXCLR:
        flush(w);
        tia->collisions = 0;
        break;
    default: // motion, sound, addresses without a register
        set(w);
        break;
    }
}

void ppo_tia_write(ppo_tia *tia, uint8_t *screen, uint32_t reg, uint8_t value, uint32_t cycles)
{
    if (reg >= COLUP0 && reg <= COLUBK) {
        const uint8_t colour = (uint8_t)((value & 0xFE) | tia->colours_lost);
        ppo_tia_recolour(tia, screen, reg, colour, ppo_tia_clock(tia, cycles));
    } else {
        write_register(tia, screen, reg, value, cycles);
    }
}

void ppo_tia_end_frame(ppo_tia *tia, uint8_t *screen)
{
    const uint32_t clock = ppo_tia_clock(tia, tia->touched);
    ppo_tia_finish(tia, screen, clock + delay_of(tia->touched_reg, clock));
}
