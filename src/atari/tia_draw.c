// SPDX-License-Identifier: MIT
// Lines of the TIA: see tia_draw.h. Workload: 210 lines a frame with some 5 changes each. Objects
// are lines of bits, pairs of them collide by `&`, and 32 pixels are coloured at a time.
#include "atari/tia_draw.h"

#include "atari/tia_shape.h"

#include <string.h>

// --- collisions --------------------------------------------------------------------------------

// The two objects of each latch, by read register: its D6, then its D7.
static const uint8_t pairs[16][2] = {
    {M0, P0}, {M0, P1}, // CXM0P
    {M1, P1}, {M1, P0}, // CXM1P
    {P0, BL}, {P0, PF}, // CXP0FB
    {P1, BL}, {P1, PF}, // CXP1FB
    {M0, BL}, {M0, PF}, // CXM0FB
    {M1, BL}, {M1, PF}, // CXM1FB
    {0, 0},   {BL, PF}, // CXBLPF has no D6
    {M0, M1}, {P0, P1}, // CXPPMM
};

// The bits of all pairs within a set of objects; tests/unit/atari/test_tia_draw.c derives them.
const uint16_t ppo_tia_latches_of[1 << PPO_TIA_OBJECTS] = {
    0x0000, 0x0000, 0x0000, 0x8000, 0x0000, 0x0001, 0x0002, 0x8003, 0x0000, 0x0008, 0x0004,
    0x800C, 0x4000, 0x4009, 0x4006, 0xC00F, 0x0000, 0x0010, 0x0040, 0x8050, 0x0100, 0x0111,
    0x0142, 0x8153, 0x0400, 0x0418, 0x0444, 0x845C, 0x4500, 0x4519, 0x4546, 0xC55F, 0x0000,
    0x0020, 0x0080, 0x80A0, 0x0200, 0x0221, 0x0282, 0x82A3, 0x0800, 0x0828, 0x0884, 0x88AC,
    0x4A00, 0x4A29, 0x4A86, 0xCAAF, 0x2000, 0x2030, 0x20C0, 0xA0F0, 0x2300, 0x2331, 0x23C2,
    0xA3F3, 0x2C00, 0x2C38, 0x2CC4, 0xACFC, 0x6F00, 0x6F39, 0x6FC6, 0xEFFF,
};

// Sets the latches of the present objects that overlap.
static void collide(ppo_tia *tia, const ppo_line_bits of[PPO_TIA_OBJECTS], uint32_t present)
{
    uint32_t missing = ppo_tia_latches_of[present] & ~(uint32_t)tia->collisions;
    for (; missing != 0; missing &= missing - 1) {
        const uint32_t latch = (uint32_t)__builtin_ctz(missing);
        const ppo_line_bits both = of[pairs[latch][0]] & of[pairs[latch][1]];
        if (ppo_line_bits_any(&both))
            tia->collisions |= (uint16_t)(1u << latch);
    }
}

// --- pixels ------------------------------------------------------------------------------------

// Three disjoint sets of pixels: those in the colours of COLUP0, COLUP1 and COLUPF.
typedef struct ppo_tia_layers {
    ppo_line_bits first, second, field;
} ppo_tia_layers;

// The objects that are enabled, whether they lie in this line or not.
static uint32_t enabled(const ppo_tia *tia)
{
    const uint8_t *reg = tia->reg;
    uint32_t objects = 0;
    for (uint32_t n = 0; n < 2; n++) {
        if (reg[VDELP0 + n] & 1 ? tia->old_grp[n] : reg[GRP0 + n])
            objects |= 1u << (P0 + n);
        if ((reg[ENAM0 + n] & 2) && !(reg[RESMP0 + n] & 2))
            objects |= 1u << (M0 + n);
    }
    if ((reg[VDELBL] & 1 ? tia->old_enabl : reg[ENABL]) & 2)
        objects |= 1u << BL;
    if ((reg[PF0] & 0xF0) | reg[PF1] | reg[PF2])
        objects |= 1u << PF;
    return objects;
}

// CTRLPF as it counts here: as long as only a playfield is enabled, the score bit overrides the
// priority bit.
PPO_CHIP_INLINE uint8_t control_of(const ppo_tia *tia)
{
    const uint8_t control = tia->reg[CTRLPF];
    if ((control & 6) == 6 && enabled(tia) == 1u << PF)
        return control & 0xFB;
    return control;
}

// CTRLPF decides what is in front: usually the objects of player 0, then of player 1, then
// playfield and ball; with the priority bit playfield and ball first. The score bit gives the
// playfield the players' colours, which in the left half puts it in front of player 1.
PPO_CHIP_INLINE void order_layers(ppo_tia_layers *l, uint8_t control,
                                  const ppo_line_bits of[PPO_TIA_OBJECTS])
{
    const ppo_line_bits left_half = {~(uint64_t)0, 0xFFFF, 0, 0};
    l->first = of[P0] | of[M0];
    l->second = of[P1] | of[M1];
    l->field = of[PF] | of[BL];
    if (control & 4) {
        l->first &= ~l->field;
        l->second &= ~(l->field | l->first);
        return;
    }
    if (control & 2) {
        l->first |= of[PF] & left_half;
        l->second |= of[PF] & ~left_half;
        l->field = of[BL];
    }
    l->second &= ~l->first;
    l->field &= ~(l->first | l->second);
}

#define STRIP 32 // pixels that are coloured at once
typedef uint8_t ppo_strip __attribute__((vector_size(STRIP)));

// 32 bits as bytes of all ones or zeros, the lowest bit first in memory.
#if defined(__AVX2__) || defined(__ARM_NEON)
PPO_CHIP_INLINE ppo_strip bytes_of(uint32_t bits)
{
    typedef uint32_t words __attribute__((vector_size(STRIP)));
    const ppo_strip bit = {1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128,
                           1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
    const ppo_strip all = (ppo_strip)((words){0} + bits); // its four bytes, over and over
    const ppo_strip own =
        __builtin_shufflevector(all, all, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 18, 18,
                                18, 18, 18, 18, 18, 18, 19, 19, 19, 19, 19, 19, 19, 19);
    return (ppo_strip)((own & bit) == bit);
}
#else
// By halves, because compilers compare vectors that are wider than a register byte by byte.
PPO_CHIP_INLINE ppo_strip bytes_of(uint32_t bits)
{
    typedef uint64_t words __attribute__((vector_size(STRIP / 2)));
    typedef uint8_t bytes __attribute__((vector_size(STRIP / 2)));
    const bytes bit = {1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
    const uint64_t each = 0x0101010101010101;
    const bytes low = (bytes)(words){(bits & 0xFF) * each, (bits >> 8 & 0xFF) * each};
    const bytes high = (bytes)(words){(bits >> 16 & 0xFF) * each, (bits >> 24) * each};
    const bytes half[2] = {(bytes)((low & bit) == bit), (bytes)((high & bit) == bit)};
    ppo_strip all;
    memcpy(&all, half, sizeof all);
    return all;
}
#endif

// The bits of a strip, and a mask of those left of a pixel.
PPO_CHIP_INLINE uint32_t strip_of(const ppo_line_bits *bits, uint32_t index)
{
    return (uint32_t)((*bits)[index / 2] >> index % 2 * 32);
}

PPO_CHIP_INLINE uint32_t below(uint32_t pixel, uint32_t index)
{
    const uint32_t start = index * STRIP;
    return pixel <= start ? 0 : pixel - start >= STRIP ? UINT32_MAX : (1u << (pixel - start)) - 1;
}

// The colours of COLUP0, COLUP1, COLUPF and COLUBK in a strip.
typedef struct ppo_strip_colours {
    ppo_strip first, second, field, background;
} ppo_strip_colours;

// Puts the part of a ppo_strip into a row that lies in [from, to).
PPO_CHIP_INLINE void put_strip(uint8_t *row, uint32_t index, ppo_strip pixels, uint32_t from,
                               uint32_t to)
{
    uint8_t *at = row + index * STRIP;
    const uint32_t inside = below(to, index) & ~below(from, index);
    if (inside != UINT32_MAX) {
        ppo_strip old;
        memcpy(&old, at, STRIP);
        pixels = old ^ ((old ^ pixels) & bytes_of(inside));
    }
    memcpy(at, &pixels, STRIP);
}

// The pixels of a strip: the background, with the bits that differ flipped.
PPO_CHIP_INLINE ppo_strip pixels_of(const ppo_tia_layers *l, uint32_t index,
                                    const ppo_strip_colours *c)
{
    ppo_strip pixels =
        c->background ^ (bytes_of(strip_of(&l->field, index)) & (c->background ^ c->field));
    const uint32_t first = strip_of(&l->first, index), second = strip_of(&l->second, index);
    if ((first | second) != 0)
        pixels ^= (bytes_of(first) & (c->background ^ c->first)) ^
                  (bytes_of(second) & (c->background ^ c->second));
    return pixels;
}

// Pixels [from, to) of a row in four constant colours.
PPO_CHIP_INLINE void paint(uint8_t *row, const ppo_tia_layers *l, const uint8_t colour[4],
                           uint32_t from, uint32_t to)
{
    const ppo_strip_colours c = {(ppo_strip){0} + colour[0], (ppo_strip){0} + colour[1],
                                 (ppo_strip){0} + colour[2], (ppo_strip){0} + colour[3]};
    for (uint32_t i = from / STRIP; i * STRIP < to; i++)
        put_strip(row, i, pixels_of(l, i, &c), from, to);
}

// A colour for each pixel of a line. The second half is slack, so that filling takes the same
// number of stores wherever it begins.
typedef uint8_t ppo_colour_line[2 * PPO_LINE_PIXELS];

PPO_CHIP_INLINE void spread(ppo_colour_line line, uint8_t colour, uint32_t from)
{
    const ppo_strip all = (ppo_strip){0} + colour;
    for (uint32_t x = 0; x < PPO_LINE_PIXELS; x += STRIP)
        memcpy(line + from + x, &all, STRIP);
}

PPO_CHIP_INLINE ppo_strip strip_at(const ppo_colour_line line, uint32_t index)
{
    ppo_strip all;
    memcpy(&all, line + index * STRIP, STRIP);
    return all;
}

// The same in colours that change within the line: a line of colours per register. Painting each
// piece of the line by itself would cost a blend at both of its ends.
PPO_CHIP_INLINE void paint_changing(uint8_t *row, const ppo_tia_layers *l, const ppo_tia *tia,
                                    uint32_t from, uint32_t to)
{
    ppo_colour_line line[4];
    for (uint32_t i = 0; i < 4; i++)
        spread(line[i], tia->colour[i], 0);
    for (uint32_t i = 0; i < tia->num_recolourings; i++) {
        const ppo_tia_recolouring *change = &tia->recolouring[i];
        spread(line[change->reg - COLUP0], change->value, change->pixel);
    }
    for (uint32_t i = from / STRIP; i * STRIP < to; i++) {
        const ppo_strip_colours c = {strip_at(line[0], i), strip_at(line[1], i),
                                     strip_at(line[2], i), strip_at(line[3], i)};
        put_strip(row, i, pixels_of(l, i, &c), from, to);
    }
}

PPO_CHIP_INLINE void paint_range(uint8_t *row, const ppo_tia *tia, const ppo_tia_layers *l,
                                 uint32_t from, uint32_t to)
{
    if (tia->num_recolourings > 0)
        paint_changing(row, l, tia, from, to);
    else
        paint(row, l, tia->colour, from, to);
}

// Most lines are painted whole: with constant limits nothing has to be blended.
static void paint_all(uint8_t *row, const ppo_tia *tia, const ppo_line_bits of[PPO_TIA_OBJECTS],
                      uint32_t from, uint32_t to)
{
    ppo_tia_layers l;
    order_layers(&l, control_of(tia), of);
    if (from == 0 && to == PPO_LINE_PIXELS)
        paint_range(row, tia, &l, 0, PPO_LINE_PIXELS);
    else
        paint_range(row, tia, &l, from, to);
}

// --- lines -------------------------------------------------------------------------------------

// The pixels [from, to) of each object. Returns bits of the objects that may have some.
static uint32_t gather(ppo_line_bits of[PPO_TIA_OBJECTS], ppo_tia *tia, uint32_t from, uint32_t to)
{
    for (uint32_t bits = tia->reshape; bits != 0; bits &= bits - 1)
        ppo_tia_reshape(tia, (ppo_tia_object)__builtin_ctz(bits));
    const uint32_t present = tia->lit | tia->broken;
    for (uint32_t i = 0; i < PPO_TIA_OBJECTS; i++) {
        of[i] = tia->shape[i];
        if (tia->broken >> i & 1)
            of[i] = tia->line[i] | (of[i] & ~ppo_line_bits_below(tia->settled[i]));
    }
    if (from > 0 || to < PPO_LINE_PIXELS) {
        const ppo_line_bits range = ppo_line_bits_below(to) & ~ppo_line_bits_below(from);
        for (uint32_t i = 0; i < PPO_TIA_OBJECTS; i++)
            of[i] &= range;
    }
    return present;
}

static void blank_comb(ppo_tia *tia, uint8_t *row, uint32_t from, uint32_t to)
{
    if (row)
        memset(row + from, 0, (to < PPO_TIA_COMB ? to : PPO_TIA_COMB) - from);
    tia->comb = to < PPO_TIA_COMB;
}

// Pixels and collisions of the part of the line that was drawn since the last call.
static void combine(ppo_tia *tia, uint8_t *screen)
{
    const uint32_t from = tia->flushed, to = tia->pixel;
    if (from >= to)
        return;
    tia->flushed = to;
    uint8_t *row = screen ? screen + tia->row * PPO_LINE_PIXELS : NULL;
    if (tia->reg[VBLANK] & 2) {
        if (row)
            memset(row + from, 0, to - from);
    } else {
        ppo_line_bits of[PPO_TIA_OBJECTS];
        const uint32_t present = gather(of, tia, from, to);
        collide(tia, of, present);
        if (row)
            paint_all(row, tia, of, from, to);
    }
    if (tia->comb && from < PPO_TIA_COMB)
        blank_comb(tia, row, from, to);
    tia->num_recolourings = 0;
    memcpy(tia->colour, &tia->reg[COLUP0], sizeof tia->colour);
}

static void begin_line(ppo_tia *tia)
{
    tia->broken = 0;
    memset(tia->settled, 0, sizeof tia->settled);
    tia->flushed = 0;
    tia->pixel = 0;
}

// A reflection that came late and hidden first copies last until the end of the line.
static void end_line_effects(ppo_tia *tia)
{
    const bool reflected = tia->reg[CTRLPF] & 1;
    if (tia->reflected != reflected) {
        tia->reflected = reflected;
        tia->reshape |= 1u << PF;
        tia->repeats = false;
        ppo_tia_set_repeatable(tia, CTRLPF, true);
    }
    for (uint32_t n = 0; n < 2; n++) {
        if (tia->first_hidden[n]) {
            tia->first_hidden[n] = false;
            tia->reshape |= (uint8_t)(1u << (P0 + n));
            tia->repeats = false;
            ppo_tia_set_repeatable(tia, NUSIZ0 + n, true);
        }
    }
}

static void finish_line(ppo_tia *tia, uint8_t *screen)
{
    if (tia->repeats) {
        if (screen) {
            uint8_t *row = screen + tia->row * PPO_LINE_PIXELS;
            memcpy(row, row - PPO_LINE_PIXELS, PPO_LINE_PIXELS);
        }
    } else {
        const bool whole =
            tia->flushed == 0 && tia->broken == 0 && tia->num_recolourings == 0 && !tia->comb;
        tia->pixel = PPO_LINE_PIXELS;
        combine(tia, screen);
        begin_line(tia);
        tia->repeats = whole;
    }
    tia->line_start += PPO_TIA_LINE;
    tia->row++;
    end_line_effects(tia);
}

void ppo_tia_start_lines(ppo_tia *tia)
{
    tia->line_start = tia->finished_at = tia->drawn_to = tia->window_start;
    tia->row = 0;
    tia->repeats = false;
    tia->num_recolourings = 0;
    memcpy(tia->colour, &tia->reg[COLUP0], sizeof tia->colour);
    begin_line(tia);
}

// Drawing has reached `clock`, within the current line.
PPO_CHIP_INLINE void advance_to(ppo_tia *tia, uint32_t clock)
{
    const uint32_t in_line = clock - tia->line_start;
    tia->drawn_to = clock;
    tia->pixel = in_line > PPO_TIA_HBLANK ? in_line - PPO_TIA_HBLANK : 0;
}

static __attribute__((noinline)) void draw_lines(ppo_tia *tia, uint8_t *screen, uint32_t clock)
{
    if (clock < tia->window_start || tia->drawn_to >= tia->window_stop)
        return;
    if (clock > tia->window_stop)
        clock = tia->window_stop;
    while (clock - tia->line_start > PPO_TIA_LINE)
        finish_line(tia, screen);
    advance_to(tia, clock);
    if (clock == tia->window_stop)
        combine(tia, screen);
}

// Most changes are in the line that is being drawn.
PPO_CHIP_INLINE bool is_in_current_line(const ppo_tia *tia, uint32_t clock)
{
    return clock - tia->line_start < PPO_TIA_LINE && clock < tia->window_stop;
}

PPO_CHIP_INLINE void draw_to(ppo_tia *tia, uint8_t *screen, uint32_t clock)
{
    if (clock <= tia->drawn_to)
        return;
    if (is_in_current_line(tia, clock))
        advance_to(tia, clock);
    else
        draw_lines(tia, screen, clock);
}

void ppo_tia_draw_to(ppo_tia *tia, uint8_t *screen, uint32_t clock)
{
    draw_to(tia, screen, clock);
}

void ppo_tia_settle(ppo_tia *tia, uint8_t *screen, ppo_tia_object object, uint32_t clock)
{
    draw_to(tia, screen, clock);
    if ((tia->reg[CTRLPF] & 6) == 6) // colours may depend on which objects are enabled
        combine(tia, screen);
    const uint32_t from = tia->settled[object], to = tia->pixel, bit = 1u << object;
    if (from < to) {
        if (tia->reshape & bit)
            ppo_tia_reshape(tia, object);
        const ppo_line_bits left = tia->shape[object] & ppo_line_bits_below(to);
        if (from == 0)
            tia->line[object] = left;
        else
            tia->line[object] |= left & ~ppo_line_bits_below(from);
        tia->settled[object] = (uint8_t)to;
        tia->broken |= (uint8_t)bit;
    }
    tia->reshape |= (uint8_t)bit;
    tia->repeats = false;
}

PPO_CHIP_INLINE void record_colour(ppo_tia *tia, uint32_t reg, uint8_t value)
{
    tia->repeats = false;
    if (tia->pixel == tia->flushed)
        tia->colour[reg - COLUP0] = value;
    else
        tia->recolouring[tia->num_recolourings++] =
            (ppo_tia_recolouring){(uint8_t)tia->pixel, (uint8_t)reg, value};
    tia->reg[reg] = value;
}

// In another line than the last change, or without space for one more.
static __attribute__((noinline)) void recolour_slowly(ppo_tia *tia, uint8_t *screen, uint32_t reg,
                                                      uint8_t value, uint32_t clock)
{
    draw_to(tia, screen, clock);
    if (tia->num_recolourings == PPO_TIA_RECOLOURINGS)
        combine(tia, screen);
    record_colour(tia, reg, value);
}

void ppo_tia_recolour(ppo_tia *tia, uint8_t *screen, uint32_t reg, uint8_t value, uint32_t clock)
{
    if (!screen) {
        tia->reg[reg] = value;
    } else if (clock > tia->drawn_to && is_in_current_line(tia, clock) &&
               tia->num_recolourings < PPO_TIA_RECOLOURINGS) {
        advance_to(tia, clock);
        record_colour(tia, reg, value);
    } else {
        recolour_slowly(tia, screen, reg, value, clock);
    }
}

void ppo_tia_flush(ppo_tia *tia, uint8_t *screen, uint32_t clock)
{
    draw_to(tia, screen, clock);
    combine(tia, screen);
    tia->repeats = false;
}

// --- the last pixels ---------------------------------------------------------------------------

// With few objects enabled ALE draws four pixels at a time where no movable object is. Usually the
// next pixels overwrite the surplus ones; a frame that ends within a line leaves them visible.
static bool paints_fours(const ppo_tia *tia)
{
#define SET(a, b) ((uint64_t)1 << (1 << (a) | 1 << (b)))
    static const uint64_t fours = SET(PF, PF) | SET(P0, P0) | SET(P1, P1) | SET(P0, P1) |
                                  SET(M0, M0) | SET(M1, M1) | SET(M0, M1) | SET(BL, BL) |
                                  SET(BL, P1) | SET(BL, M0) | SET(BL, M1);
    static const uint64_t without_score = SET(PF, P0) | SET(PF, P1) | SET(PF, BL);
#undef SET
    const bool score = tia->reg[CTRLPF] & 2;
    return (fours | (score ? 0 : without_score)) >> enabled(tia) & 1;
}

static void paint_rest_of_four(ppo_tia *tia, uint8_t *screen)
{
    const uint32_t from = tia->pixel, four = from & ~3u, to = four + 4;
    if (from == four || (tia->reg[VBLANK] & 2) || !paints_fours(tia))
        return;
    ppo_line_bits of[PPO_TIA_OBJECTS];
    (void)gather(of, tia, four, to);
    const ppo_line_bits movable = of[P0] | of[P1] | of[M0] | of[M1] | of[BL];
    if (ppo_line_bits_any(&movable))
        return;
    uint8_t *row = screen + tia->row * PPO_LINE_PIXELS;
    paint_all(row, tia, of, from, to);
    if (tia->comb && from < PPO_TIA_COMB)
        memset(row + from, 0, to - from);
}

void ppo_tia_finish(ppo_tia *tia, uint8_t *screen, uint32_t clock)
{
    ppo_tia_flush(tia, screen, clock);
    if (screen && tia->drawn_to != tia->finished_at)
        paint_rest_of_four(tia, screen);
    tia->finished_at = tia->drawn_to;
}
