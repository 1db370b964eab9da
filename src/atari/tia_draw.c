// SPDX-License-Identifier: MIT
// Putting lines together: which objects touch, and which colour wins where.
#include "atari/tia.h"

#include <string.h>

// --- collisions --------------------------------------------------------------------------------

// The pairs of all latches, one read register after the other, its D6 and then its D7.
static const uint8_t pairs[16][2] = {
    {M0, P0}, {M0, P1}, // CXM0P
    {M1, P1}, {M1, P0}, // CXM1P
    {P0, BL}, {P0, PF}, // CXP0FB
    {P1, BL}, {P1, PF}, // CXP1FB
    {M0, BL}, {M0, PF}, // CXM0FB
    {M1, BL}, {M1, PF}, // CXM1FB
    {BL, BL}, {BL, PF}, // CXBLPF, which has no D6
    {M0, M1}, {P0, P1}, // CXPPMM
};

static void collide_pairs(ppo_tia *tia, const ppo_line_bits of[PPO_TIA_OBJECTS])
{
    for (uint32_t i = 0; i < 16; i++) {
        const ppo_line_bits both = of[pairs[i][0]] & of[pairs[i][1]];
        if (pairs[i][0] != pairs[i][1] && ppo_line_bits_any(&both))
            tia->collisions |= (uint16_t)(1u << i);
    }
}

// Most lines have no pixel with two objects, which takes a third of the work to see.
static void collide(ppo_tia *tia, const ppo_line_bits of[PPO_TIA_OBJECTS])
{
    ppo_line_bits seen = of[0], twice = {0};
    for (uint32_t i = 1; i < PPO_TIA_OBJECTS; i++) {
        twice |= seen & of[i];
        seen |= of[i];
    }
    if (ppo_line_bits_any(&twice))
        collide_pairs(tia, of);
}

// --- pixels ------------------------------------------------------------------------------------

// Three sets of pixels, none in two of them, that get the colours of COLUP0, COLUP1 and COLUPF.
typedef struct layers {
    ppo_line_bits first, second, field;
} layers;

// Who lies above whom is CTRLPF's: usually players 0, players 1, playfield; with its priority bit
// the playfield first. Its score bit paints the playfield in the players' colours, which in the
// left half lifts it above player 1.
static layers stack(uint8_t control, const ppo_line_bits of[PPO_TIA_OBJECTS])
{
    const ppo_line_bits left_half = {~(uint64_t)0, 0xFFFF, 0, 0};
    layers l = {of[P0] | of[M0], of[P1] | of[M1], of[PF] | of[BL]};
    if (control & 4) {
        l.first &= ~l.field;
        l.second &= ~l.field;
    } else if (control & 2) {
        l.first |= of[PF] & left_half;
        l.second |= of[PF] & ~left_half;
        l.field = of[BL];
    }
    l.second &= ~l.first;
    if (!(control & 4))
        l.field &= ~(l.first | l.second);
    return l;
}

// A byte's bits as bytes of all ones or zeros, the lowest first.
#define BYTE(n, bit) (uint8_t)((n) >> (bit)&1 ? 255 : 0)
#define ROW_1(n)                                                                            \
    {                                                                                       \
        BYTE(n, 0), BYTE(n, 1), BYTE(n, 2), BYTE(n, 3), BYTE(n, 4), BYTE(n, 5), BYTE(n, 6), \
            BYTE(n, 7)                                                                      \
    }
#define ROW_4(n)  ROW_1(n), ROW_1(n + 1), ROW_1(n + 2), ROW_1(n + 3)
#define ROW_16(n) ROW_4(n), ROW_4(n + 4), ROW_4(n + 8), ROW_4(n + 12)
#define ROW_64(n) ROW_16(n), ROW_16(n + 16), ROW_16(n + 32), ROW_16(n + 48)
static const uint8_t byte_masks[256][8] = {ROW_64(0), ROW_64(64), ROW_64(128), ROW_64(192)};

static uint64_t mask_of(const ppo_line_bits *bits, uint32_t group)
{
    uint64_t mask;
    memcpy(&mask, byte_masks[(*bits)[group / 8] >> group % 8 * 8 & 0xFF], sizeof mask);
    return mask;
}

// Pixels [from, to) of a row, eight at a time.
static void paint(uint8_t *row, const ppo_tia *tia, const layers *l, uint32_t from, uint32_t to)
{
    const uint64_t ones = 0x0101010101010101;
    const uint64_t background = tia->reg[COLUBK] * ones;
    const uint64_t first = background ^ tia->reg[COLUP0] * ones;
    const uint64_t second = background ^ tia->reg[COLUP1] * ones;
    const uint64_t field = background ^ tia->reg[COLUPF] * ones;
    const ppo_line_bits range = ppo_line_bits_below(to) & ~ppo_line_bits_below(from);
    for (uint32_t group = from / 8; group * 8 < to; group++) {
        uint64_t pixels = background ^ (mask_of(&l->first, group) & first) ^
                          (mask_of(&l->second, group) & second) ^
                          (mask_of(&l->field, group) & field);
        uint64_t old;
        memcpy(&old, row + group * 8, sizeof old);
        pixels = old ^ ((old ^ pixels) & mask_of(&range, group));
        memcpy(row + group * 8, &pixels, sizeof pixels);
    }
}

// --- lines -------------------------------------------------------------------------------------

// What objects cover between `from` and `to`, of this line.
static void gather(ppo_line_bits of[PPO_TIA_OBJECTS], ppo_tia *tia, uint32_t from, uint32_t to)
{
    const ppo_line_bits range = ppo_line_bits_below(to) & ~ppo_line_bits_below(from);
    for (uint32_t i = 0; i < PPO_TIA_OBJECTS; i++) {
        of[i] = tia->line[i];
        if (tia->settled[i] < to) {
            if (tia->reshape >> i & 1)
                ppo_tia_reshape(tia, (ppo_tia_object)i);
            of[i] |= tia->shape[i] & ~ppo_line_bits_below(tia->settled[i]);
        }
        of[i] &= range;
    }
}

void ppo_tia_flush(ppo_tia *tia, uint8_t *picture)
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
        gather(of, tia, from, to);
        collide(tia, of);
        if (row) {
            const layers l = stack(tia->reg[CTRLPF], of);
            paint(row, tia, &l, from, to);
        }
    }
    if (tia->comb && from < PPO_TIA_COMB) {
        if (row)
            memset(row + from, 0, (to < PPO_TIA_COMB ? to : PPO_TIA_COMB) - from);
        tia->comb = to < PPO_TIA_COMB;
    }
}

static void finish_line(ppo_tia *tia, uint8_t *picture)
{
    tia->pixel = PPO_LINE_PIXELS;
    ppo_tia_flush(tia, picture);
    for (uint32_t i = 0; i < PPO_TIA_OBJECTS; i++) {
        tia->line[i] = (ppo_line_bits){0};
        tia->settled[i] = 0;
    }
    tia->flushed = 0;
    tia->pixel = 0;
    tia->line_start += PPO_TIA_LINE;
    tia->row++;
    ppo_tia_end_line(tia);
}

void ppo_tia_draw_to(ppo_tia *tia, uint8_t *picture, uint32_t clock)
{
    if (clock <= tia->drawn_to || clock < tia->window_start || tia->drawn_to >= tia->window_stop)
        return;
    if (clock > tia->window_stop)
        clock = tia->window_stop;
    while (clock - tia->line_start > PPO_TIA_LINE)
        finish_line(tia, picture);
    tia->drawn_to = clock;
    const uint32_t in_line = clock - tia->line_start;
    tia->pixel = in_line > PPO_TIA_HBLANK ? in_line - PPO_TIA_HBLANK : 0;
    if (clock == tia->window_stop)
        ppo_tia_flush(tia, picture);
}

void ppo_tia_settle(ppo_tia *tia, uint8_t *picture, ppo_tia_object object, uint32_t clock)
{
    ppo_tia_draw_to(tia, picture, clock);
    const uint32_t from = tia->settled[object], to = tia->pixel;
    if (from < to) {
        if (tia->reshape >> object & 1)
            ppo_tia_reshape(tia, object);
        tia->line[object] |=
            tia->shape[object] & ppo_line_bits_below(to) & ~ppo_line_bits_below(from);
        tia->settled[object] = to;
    }
    tia->reshape |= 1u << object;
}
