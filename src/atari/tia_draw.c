// SPDX-License-Identifier: MIT
// Putting lines together: which objects touch, and which colour wins where. 210 lines a frame, with
// some 5 changes each; so objects are lines of bits, pairs of them collide by `&`, and 32 pixels
// get their colours at a time.
#include "atari/tia.h"

#include <string.h>

#define INLINE static inline __attribute__((always_inline))

// --- collisions --------------------------------------------------------------------------------

// X(latch, object, object): one read register after the other, its D6 and then its D7.
#define PAIRS(X, n)                                       \
    X(0, M0, P0, n)                                       \
    X(1, M0, P1, n) /* CXM0P */                           \
    X(2, M1, P1, n)                                       \
    X(3, M1, P0, n) /* CXM1P */                           \
    X(4, P0, BL, n)                                       \
    X(5, P0, PF, n) /* CXP0FB */                          \
    X(6, P1, BL, n)                                       \
    X(7, P1, PF, n) /* CXP1FB */                          \
    X(8, M0, BL, n)                                       \
    X(9, M0, PF, n) /* CXM0FB */                          \
    X(10, M1, BL, n)                                      \
    X(11, M1, PF, n)                  /* CXM1FB */        \
    X(13, BL, PF, n)                  /* CXBLPF: no D6 */ \
    X(14, M0, M1, n) X(15, P0, P1, n) /* CXPPMM */

#define PAIR(latch, a, b, n) [latch] = {a, b},
static const uint8_t pairs[16][2] = {PAIRS(PAIR, 0)};

// The latches that a set of objects can set.
#define IF_BOTH(latch, a, b, n) | ((n) >> (a) & (n) >> (b)&1) << (latch)
#define LATCHES(n)              0 PAIRS(IF_BOTH, n)
#define FOUR(n)                 LATCHES(n), LATCHES((n) + 1), LATCHES((n) + 2), LATCHES((n) + 3)
#define SIXTEEN(n)              FOUR(n), FOUR((n) + 4), FOUR((n) + 8), FOUR((n) + 12)
static const uint16_t latches[64] = {SIXTEEN(0), SIXTEEN(16), SIXTEEN(32), SIXTEEN(48)};

static void collide(ppo_tia *tia, const ppo_line_bits of[PPO_TIA_OBJECTS], uint32_t present)
{
    uint32_t missing = latches[present] & ~(uint32_t)tia->collisions;
    for (; missing != 0; missing &= missing - 1) {
        const uint32_t latch = (uint32_t)__builtin_ctz(missing);
        const ppo_line_bits both = of[pairs[latch][0]] & of[pairs[latch][1]];
        if (ppo_line_bits_any(&both))
            tia->collisions |= (uint16_t)(1u << latch);
    }
}

// --- pixels ------------------------------------------------------------------------------------

// Three sets of pixels, none in two of them, that get the colours of COLUP0, COLUP1 and COLUPF.
typedef struct layers {
    ppo_line_bits first, second, field;
} layers;

// Which objects are enabled, be it outside of this line.
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

// CTRLPF, without its priority bit where that does not count: the score bit wins over it as long as
// there is nothing but a playfield.
INLINE uint8_t control_of(const ppo_tia *tia)
{
    const uint8_t control = tia->reg[CTRLPF];
    if ((control & 6) == 6 && enabled(tia) == 1u << PF)
        return control & 0xFB;
    return control;
}

// Who lies above whom is CTRLPF's: usually players 0, players 1, playfield; with its priority bit
// the playfield first. Its score bit paints the playfield in the players' colours, which in the
// left half lifts it above player 1.
INLINE void stack(layers *l, uint8_t control, const ppo_line_bits of[PPO_TIA_OBJECTS])
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

#define STRIP 32 // pixels that are painted at once
typedef uint8_t strip __attribute__((vector_size(STRIP)));

// 32 bits as bytes of all ones or zeros, the lowest bit first in memory.
#if defined(__AVX2__) || defined(__ARM_NEON)
INLINE strip bytes_of(uint32_t bits)
{
    typedef uint32_t words __attribute__((vector_size(STRIP)));
    const strip bit = {1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128,
                       1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
    const strip all = (strip)((words){0} + bits); // four bytes, over and over
    const strip own =
        __builtin_shufflevector(all, all, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 18, 18,
                                18, 18, 18, 18, 18, 18, 19, 19, 19, 19, 19, 19, 19, 19);
    return (strip)((own & bit) == bit);
}
#else
#define MASK(n, bit) (uint8_t)((n) >> (bit)&1 ? 255 : 0)
#define MASKS(n)                                                                            \
    {                                                                                       \
        MASK(n, 0), MASK(n, 1), MASK(n, 2), MASK(n, 3), MASK(n, 4), MASK(n, 5), MASK(n, 6), \
            MASK(n, 7)                                                                      \
    }
#define MASKS_4(n)  MASKS(n), MASKS((n) + 1), MASKS((n) + 2), MASKS((n) + 3)
#define MASKS_16(n) MASKS_4(n), MASKS_4((n) + 4), MASKS_4((n) + 8), MASKS_4((n) + 12)
#define MASKS_64(n) MASKS_16(n), MASKS_16((n) + 16), MASKS_16((n) + 32), MASKS_16((n) + 48)
static const uint8_t masks[256][8] = {MASKS_64(0), MASKS_64(64), MASKS_64(128), MASKS_64(192)};

INLINE strip bytes_of(uint32_t bits)
{
    strip bytes;
    for (uint32_t i = 0; i < STRIP / 8; i++)
        memcpy((uint8_t *)&bytes + 8 * i, masks[bits >> 8 * i & 0xFF], 8);
    return bytes;
}
#endif

// The bits of a strip, and those of it that lie left of a pixel.
INLINE uint32_t strip_of(const ppo_line_bits *bits, uint32_t index)
{
    return (uint32_t)((*bits)[index / 2] >> index % 2 * 32);
}

INLINE uint32_t below(uint32_t pixel, uint32_t index)
{
    const uint32_t start = index * STRIP;
    return pixel <= start ? 0 : pixel - start >= STRIP ? UINT32_MAX : (1u << (pixel - start)) - 1;
}

// The colours of COLUP0, COLUP1, COLUPF and COLUBK in a strip.
typedef struct colours {
    strip first, second, field, background;
} colours;

// Puts the part of a strip into a row that lies in [from, to).
INLINE void put_strip(uint8_t *row, uint32_t index, strip pixels, uint32_t from, uint32_t to)
{
    uint8_t *at = row + index * STRIP;
    const uint32_t inside = below(to, index) & ~below(from, index);
    if (inside != UINT32_MAX) {
        strip old;
        memcpy(&old, at, STRIP);
        pixels = old ^ ((old ^ pixels) & bytes_of(inside));
    }
    memcpy(at, &pixels, STRIP);
}

// A strip's pixels: what has to be flipped in the background.
INLINE strip pixels_of(const layers *l, uint32_t index, const colours *c)
{
    strip pixels =
        c->background ^ (bytes_of(strip_of(&l->field, index)) & (c->background ^ c->field));
    const uint32_t first = strip_of(&l->first, index), second = strip_of(&l->second, index);
    if ((first | second) != 0)
        pixels ^= (bytes_of(first) & (c->background ^ c->first)) ^
                  (bytes_of(second) & (c->background ^ c->second));
    return pixels;
}

// Pixels [from, to) of a row in four colours.
INLINE void paint(uint8_t *row, const layers *l, const uint8_t colour[4], uint32_t from,
                  uint32_t to)
{
    const colours c = {(strip){0} + colour[0], (strip){0} + colour[1], (strip){0} + colour[2],
                       (strip){0} + colour[3]};
    for (uint32_t i = from / STRIP; i * STRIP < to; i++)
        put_strip(row, i, pixels_of(l, i, &c), from, to);
}

// A line of colours: one from some pixel on. Its second half is slack, so that this takes the same
// few stores wherever it begins.
typedef uint8_t plane[2 * PPO_LINE_PIXELS];

INLINE void spread(plane line, uint8_t colour, uint32_t from)
{
    const strip all = (strip){0} + colour;
    for (uint32_t x = 0; x < PPO_LINE_PIXELS; x += STRIP)
        memcpy(line + from + x, &all, STRIP);
}

INLINE strip strip_at(const plane line, uint32_t index)
{
    strip all;
    memcpy(&all, line + index * STRIP, STRIP);
    return all;
}

// The same in colours that change on the way: a line in each register's colours, of which every
// pixel takes one. Painting the pieces one by one would cost a blend at both ends of each.
INLINE void paint_changing(uint8_t *row, const layers *l, const ppo_tia *tia, uint32_t from,
                           uint32_t to)
{
    plane line[4];
    for (uint32_t i = 0; i < 4; i++)
        spread(line[i], tia->colour[i], 0);
    for (uint32_t i = 0; i < tia->num_recolourings; i++) {
        const ppo_tia_recolouring *change = &tia->recolouring[i];
        spread(line[change->reg - COLUP0], change->value, change->pixel);
    }
    for (uint32_t i = from / STRIP; i * STRIP < to; i++) {
        const colours c = {strip_at(line[0], i), strip_at(line[1], i), strip_at(line[2], i),
                           strip_at(line[3], i)};
        put_strip(row, i, pixels_of(l, i, &c), from, to);
    }
}

INLINE void paint_range(uint8_t *row, ppo_tia *tia, const layers *l, uint32_t from, uint32_t to)
{
    if (tia->num_recolourings > 0)
        paint_changing(row, l, tia, from, to);
    else
        paint(row, l, tia->colour, from, to);
}

// The same, in the colours that there were at each pixel. Most lines are painted at once, where
// nothing has to be kept of what was there.
static void paint_all(uint8_t *row, ppo_tia *tia, const ppo_line_bits of[PPO_TIA_OBJECTS],
                      uint32_t from, uint32_t to)
{
    layers l;
    stack(&l, control_of(tia), of);
    if (from == 0 && to == PPO_LINE_PIXELS)
        paint_range(row, tia, &l, 0, PPO_LINE_PIXELS);
    else
        paint_range(row, tia, &l, from, to);
}

// --- lines -------------------------------------------------------------------------------------

// What objects cover of this line, and which of them anything.
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

// Pixels and collisions from where this was last done.
static void put_together(ppo_tia *tia, uint8_t *picture)
{
    const uint32_t from = tia->flushed, to = tia->pixel;
    if (from >= to)
        return;
    tia->flushed = to;
    uint8_t *row = picture ? picture + tia->row * PPO_LINE_PIXELS : NULL;
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

static void finish_line(ppo_tia *tia, uint8_t *picture)
{
    if (tia->repeats) {
        if (picture) {
            uint8_t *row = picture + tia->row * PPO_LINE_PIXELS;
            memcpy(row, row - PPO_LINE_PIXELS, PPO_LINE_PIXELS);
        }
    } else {
        const bool whole =
            tia->flushed == 0 && tia->broken == 0 && tia->num_recolourings == 0 && !tia->comb;
        tia->pixel = PPO_LINE_PIXELS;
        put_together(tia, picture);
        begin_line(tia);
        tia->repeats = whole;
    }
    tia->line_start += PPO_TIA_LINE;
    tia->row++;
    ppo_tia_end_line(tia);
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

// Drawing goes on in this line.
INLINE void stand_at(ppo_tia *tia, uint32_t clock)
{
    const uint32_t in_line = clock - tia->line_start;
    tia->drawn_to = clock;
    tia->pixel = in_line > PPO_TIA_HBLANK ? in_line - PPO_TIA_HBLANK : 0;
}

static __attribute__((noinline)) void draw_lines(ppo_tia *tia, uint8_t *picture, uint32_t clock)
{
    if (clock < tia->window_start || tia->drawn_to >= tia->window_stop)
        return;
    if (clock > tia->window_stop)
        clock = tia->window_stop;
    while (clock - tia->line_start > PPO_TIA_LINE)
        finish_line(tia, picture);
    stand_at(tia, clock);
    if (clock == tia->window_stop)
        put_together(tia, picture);
}

// In the line where drawing stands, as most are.
INLINE bool is_here(const ppo_tia *tia, uint32_t clock)
{
    return clock - tia->line_start < PPO_TIA_LINE && clock < tia->window_stop;
}

// Nothing before this clock changes any more.
INLINE void draw_to(ppo_tia *tia, uint8_t *picture, uint32_t clock)
{
    if (clock <= tia->drawn_to)
        return;
    if (is_here(tia, clock))
        stand_at(tia, clock);
    else
        draw_lines(tia, picture, clock);
}

void ppo_tia_draw_to(ppo_tia *tia, uint8_t *picture, uint32_t clock)
{
    draw_to(tia, picture, clock);
}

void ppo_tia_settle(ppo_tia *tia, uint8_t *picture, ppo_tia_object object, uint32_t clock)
{
    draw_to(tia, picture, clock);
    if ((tia->reg[CTRLPF] & 6) == 6) // colours may depend on which objects are enabled
        put_together(tia, picture);
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

INLINE void note_colour(ppo_tia *tia, uint32_t reg, uint8_t value)
{
    tia->repeats = false;
    if (tia->pixel == tia->flushed)
        tia->colour[reg - COLUP0] = value;
    else
        tia->recolouring[tia->num_recolourings++] =
            (ppo_tia_recolouring){(uint8_t)tia->pixel, (uint8_t)reg, value};
    tia->reg[reg] = value;
}

// In another line than the one before, or the last one for which there is room.
static __attribute__((noinline)) void recolour_there(ppo_tia *tia, uint8_t *picture, uint32_t reg,
                                                     uint8_t value, uint32_t clock)
{
    draw_to(tia, picture, clock);
    if (tia->num_recolourings == PPO_TIA_RECOLOURINGS)
        put_together(tia, picture);
    note_colour(tia, reg, value);
}

void ppo_tia_recolour(ppo_tia *tia, uint8_t *picture, uint32_t reg, uint8_t value, uint32_t clock)
{
    if (!picture) {
        tia->reg[reg] = value;
    } else if (clock > tia->drawn_to && is_here(tia, clock) &&
               tia->num_recolourings < PPO_TIA_RECOLOURINGS) {
        stand_at(tia, clock);
        note_colour(tia, reg, value);
    } else {
        recolour_there(tia, picture, reg, value, clock);
    }
}

void ppo_tia_flush(ppo_tia *tia, uint8_t *picture, uint32_t clock)
{
    draw_to(tia, picture, clock);
    put_together(tia, picture);
    tia->repeats = false;
}

// --- the last pixels ---------------------------------------------------------------------------

// With few objects ALE paints four pixels at a time where none of the movable ones is. Usually the
// next ones come and paint over what was too much; a frame that ends within a line shows it.
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

static void paint_rest_of_four(ppo_tia *tia, uint8_t *picture)
{
    const uint32_t from = tia->pixel, four = from & ~3u, to = four + 4;
    if (from == four || (tia->reg[VBLANK] & 2) || !paints_fours(tia))
        return;
    ppo_line_bits of[PPO_TIA_OBJECTS];
    (void)gather(of, tia, four, to);
    const ppo_line_bits movable = of[P0] | of[P1] | of[M0] | of[M1] | of[BL];
    if (ppo_line_bits_any(&movable))
        return;
    uint8_t *row = picture + tia->row * PPO_LINE_PIXELS;
    paint_all(row, tia, of, from, to);
    if (tia->comb && from < PPO_TIA_COMB)
        memset(row + from, 0, to - from);
}

void ppo_tia_finish(ppo_tia *tia, uint8_t *picture, uint32_t clock)
{
    ppo_tia_flush(tia, picture, clock);
    if (picture && tia->drawn_to != tia->finished_at)
        paint_rest_of_four(tia, picture);
    tia->finished_at = tia->drawn_to;
}
