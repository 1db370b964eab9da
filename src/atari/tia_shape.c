// SPDX-License-Identifier: MIT
// From the TIA's registers to the pixels that an object covers in a line. Called when a line is put
// together after its object has changed: a few hundred times a frame.
#include "atari/tia.h"

const ppo_tia_copies ppo_tia_copies_of[8] = {
    {0x000000001, 0, 1, 1, {0}},         {0x000010001, 0, 1, 2, {0, 16}},
    {0x100000001, 0, 1, 2, {0, 32}},     {0x100010001, 0, 1, 3, {0, 16, 32}},
    {0x000000001, 1, 1, 2, {0, 64}},     {0x000000001, 0, 2, 1, {0}},
    {0x100000001, 1, 1, 3, {0, 32, 64}}, {0x000000001, 0, 4, 1, {0}},
};

#define BIT(n, from, to) (((n) >> (from)&1u) << (to))
#define REVERSED(n)                                                                            \
    (BIT(n, 0, 7) | BIT(n, 1, 6) | BIT(n, 2, 5) | BIT(n, 3, 4) | BIT(n, 4, 3) | BIT(n, 5, 2) | \
     BIT(n, 6, 1) | BIT(n, 7, 0))
#define QUAD(n)                                                                         \
    (15 * (BIT(n, 0, 0) | BIT(n, 1, 4) | BIT(n, 2, 8) | BIT(n, 3, 12) | BIT(n, 4, 16) | \
           BIT(n, 5, 20) | BIT(n, 6, 24) | BIT(n, 7, 28)))
#define FOUR(f, n)    f(n), f((n) + 1), f((n) + 2), f((n) + 3)
#define SIXTEEN(f, n) FOUR(f, n), FOUR(f, (n) + 4), FOUR(f, (n) + 8), FOUR(f, (n) + 12)
#define ALL_BYTES(f)                                                                               \
    SIXTEEN(f, 0), SIXTEEN(f, 16), SIXTEEN(f, 32), SIXTEEN(f, 48), SIXTEEN(f, 64), SIXTEEN(f, 80), \
        SIXTEEN(f, 96), SIXTEEN(f, 112), SIXTEEN(f, 128), SIXTEEN(f, 144), SIXTEEN(f, 160),        \
        SIXTEEN(f, 176), SIXTEEN(f, 192), SIXTEEN(f, 208), SIXTEEN(f, 224), SIXTEEN(f, 240)

// A byte back to front, and with each bit four times.
static const uint8_t reversed[256] = {ALL_BYTES(REVERSED)};
static const uint32_t quad[256] = {ALL_BYTES(QUAD)};

// With each bit twice.
static uint32_t doubled(uint32_t byte)
{
    const uint32_t bits = quad[byte] & 0x33333333; // pairs with two places between
    const uint32_t pairs = (bits | bits >> 2) & 0x0F0F0F0F;
    const uint32_t bytes = (pairs | pairs >> 4) & 0x00FF00FF;
    return (bytes | bytes >> 8) & 0xFFFF;
}

// `near` and 64 pixels right of it `far`, at a position; what leaves the line at the right comes
// back at the left. Far bits are one copy of 8 pixels, so that all together are less than 256. A
// line is two words and a half: by cases, because words in an array, addressed by the position,
// wait for each other's way through memory.
static inline ppo_line_bits placed(uint64_t near, uint64_t far, uint32_t position)
{
    const uint32_t shift = position % 64;
    const uint64_t first = near << shift, last = far >> 1 >> (63 - shift);
    const uint64_t middle = near >> 1 >> (63 - shift) | far << shift;
    switch (position / 64) {
    case 0:
        return (ppo_line_bits){first | last >> 32, middle, last & 0xFFFFFFFF, 0};
    case 1:
        return (ppo_line_bits){middle >> 32 | last << 32, first | last >> 32, middle & 0xFFFFFFFF,
                               0};
    default:
        return (ppo_line_bits){first >> 32 | middle << 32, middle >> 32 | last << 32,
                               first & 0xFFFFFFFF, 0};
    }
}

static ppo_line_bits player(const ppo_tia *tia, uint32_t n)
{
    ppo_line_bits line = {0};
    uint32_t graphics = tia->reg[VDELP0 + n] & 1 ? tia->old_grp[n] : tia->reg[GRP0 + n];
    if (graphics == 0)
        return line;
    const ppo_tia_copies *copies = &ppo_tia_copies_of[tia->reg[NUSIZ0 + n] & 7];
    if (!(tia->reg[REFP0 + n] & 8))
        graphics = reversed[graphics];
    uint64_t bits = graphics;
    if (copies->width > 1) // wide players begin a pixel late
        bits = (uint64_t)(copies->width == 2 ? doubled(graphics) : quad[graphics]) << 1;
    const uint64_t near = copies->near - tia->first_hidden[n];
    return placed(bits * near, bits * copies->far, tia->position[P0 + n]);
}

static ppo_line_bits missile(const ppo_tia *tia, uint32_t n)
{
    ppo_line_bits line = {0};
    if (!(tia->reg[ENAM0 + n] & 2) || (tia->reg[RESMP0 + n] & 2))
        return line;
    const ppo_tia_copies *copies = &ppo_tia_copies_of[tia->reg[NUSIZ0 + n] & 7];
    const uint32_t width = 1u << (tia->reg[NUSIZ0 + n] >> 4 & 3);
    const uint64_t bits = (1u << width) - 1;
    return placed(bits * copies->near, bits * copies->far, tia->position[M0 + n]);
}

static ppo_line_bits ball(const ppo_tia *tia)
{
    ppo_line_bits line = {0};
    const uint32_t enabled = tia->reg[VDELBL] & 1 ? tia->old_enabl : tia->reg[ENABL];
    const uint32_t width = 1u << (tia->reg[CTRLPF] >> 4 & 3);
    return enabled & 2 ? placed((1u << width) - 1, 0, tia->position[BL]) : line;
}

// 20 bits of 4 pixels, leftmost first: PF0's upper half, PF1 backwards, PF2. The right half of the
// line repeats or mirrors them.
static ppo_line_bits playfield(const ppo_tia *tia)
{
    const uint32_t pf0 = tia->reg[PF0] >> 4, pf1 = tia->reg[PF1], pf2 = tia->reg[PF2];
    const uint64_t a = quad[pf0], b = quad[reversed[pf1]], c = quad[pf2]; // 16, 32 and 32 pixels
    const uint64_t left = a | b << 16 | c << 48;
    if (!tia->reflected)
        return (ppo_line_bits){left, c >> 16 | a << 16 | b << 32, c, 0};
    const uint64_t c_back = quad[reversed[pf2]], b_back = quad[pf1],
                   a_back = quad[reversed[pf0] >> 4];
    return (ppo_line_bits){left, c >> 16 | c_back << 16 | b_back << 48, b_back >> 16 | a_back << 16,
                           0};
}

static inline ppo_line_bits shape_of(const ppo_tia *tia, ppo_tia_object object)
{
    if (object == PF)
        return playfield(tia);
    if (object == BL)
        return ball(tia);
    if (object >= M0)
        return missile(tia, (uint32_t)object - M0);
    return player(tia, (uint32_t)object - P0);
}

void ppo_tia_reshape(ppo_tia *tia, ppo_tia_object object)
{
    const ppo_line_bits shape = shape_of(tia, object);
    const uint32_t bit = 1u << object;
    tia->shape[object] = shape;
    tia->lit = (uint8_t)((tia->lit & ~bit) | (ppo_line_bits_any(&shape) ? bit : 0));
    tia->reshape &= (uint8_t)~bit;
}
