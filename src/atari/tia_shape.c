// SPDX-License-Identifier: MIT
// From the TIA's registers to the pixels that an object covers in a line. Called when a line is put
// together after its object has changed: a few hundred times a frame.
#include "atari/tia.h"

const ppo_tia_copies ppo_tia_copies_of[8] = {
    {1, {0}, 1},     {2, {0, 16}, 1}, {2, {0, 32}, 1},     {3, {0, 16, 32}, 1},
    {2, {0, 64}, 1}, {1, {0}, 2},     {3, {0, 32, 64}, 1}, {1, {0}, 4},
};

static uint32_t reversed(uint32_t byte)
{
    byte = (byte & 0xF0) >> 4 | (byte & 0x0F) << 4;
    byte = (byte & 0xCC) >> 2 | (byte & 0x33) << 2;
    return (byte & 0xAA) >> 1 | (byte & 0x55) << 1;
}

// Each of up to 16 bits twice.
static uint32_t doubled(uint32_t bits)
{
    bits = (bits | bits << 8) & 0x00FF00FF;
    bits = (bits | bits << 4) & 0x0F0F0F0F;
    bits = (bits | bits << 2) & 0x33333333;
    bits = (bits | bits << 1) & 0x55555555;
    return bits | bits << 1;
}

// Adds bits, bit 0 at pixel `position`; what leaves the line at the right comes back at the left.
static void place(ppo_line_bits *line, uint64_t bits, uint32_t position)
{
    uint64_t word[4] = {0};
    const uint32_t index = position / 64, shift = position % 64;
    word[index] = bits << shift;
    if (shift > 0)
        word[index + 1] = bits >> (64 - shift);
    const uint64_t beyond = word[2] >> 32;
    *line |= (ppo_line_bits){word[0] | beyond, word[1], word[2] & 0xFFFFFFFF, 0};
}

static ppo_line_bits player(const ppo_tia *tia, uint32_t n)
{
    ppo_line_bits line = {0};
    uint32_t graphics = tia->reg[VDELP0 + n] & 1 ? tia->old_grp[n] : tia->reg[GRP0 + n];
    if (graphics == 0)
        return line;
    const ppo_tia_copies *copies = &ppo_tia_copies_of[tia->reg[NUSIZ0 + n] & 7];
    if (!(tia->reg[REFP0 + n] & 8))
        graphics = reversed(graphics);
    if (copies->width > 1) // wide players begin a pixel late
        graphics = doubled(graphics) << (copies->width == 2);
    uint64_t bits = graphics;
    if (copies->width == 4)
        bits = (uint64_t)doubled(graphics) << 1;
    for (uint32_t i = tia->first_hidden[n]; i < copies->count; i++)
        place(&line, bits, (uint32_t)(tia->position[P0 + n] + copies->offset[i]) % PPO_LINE_PIXELS);
    return line;
}

static ppo_line_bits missile(const ppo_tia *tia, uint32_t n)
{
    ppo_line_bits line = {0};
    if (!(tia->reg[ENAM0 + n] & 2) || (tia->reg[RESMP0 + n] & 2))
        return line;
    const ppo_tia_copies *copies = &ppo_tia_copies_of[tia->reg[NUSIZ0 + n] & 7];
    const uint32_t width = 1u << (tia->reg[NUSIZ0 + n] >> 4 & 3);
    for (uint32_t i = 0; i < copies->count; i++)
        place(&line, (1u << width) - 1,
              (uint32_t)(tia->position[M0 + n] + copies->offset[i]) % PPO_LINE_PIXELS);
    return line;
}

static ppo_line_bits ball(const ppo_tia *tia)
{
    ppo_line_bits line = {0};
    const uint32_t enabled = tia->reg[VDELBL] & 1 ? tia->old_enabl : tia->reg[ENABL];
    const uint32_t width = 1u << (tia->reg[CTRLPF] >> 4 & 3);
    if (enabled & 2)
        place(&line, (1u << width) - 1, tia->position[BL]);
    return line;
}

// 20 bits of 4 pixels, leftmost first: PF0's upper half, PF1 backwards, PF2. The right half of the
// line repeats or mirrors them.
static ppo_line_bits playfield(const ppo_tia *tia)
{
    const uint32_t pf0 = tia->reg[PF0] >> 4, pf1 = tia->reg[PF1], pf2 = tia->reg[PF2];
    const uint32_t left = pf0 | reversed(pf1) << 4 | pf2 << 12;
    const uint32_t mirrored = reversed(pf2) | pf1 << 8 | reversed(pf0) << 12;
    const uint32_t right = tia->reflected ? mirrored : left;
    // 80 bits each, of which 64 and 16
    const uint64_t left_low =
        doubled(doubled(left & 0xFF)) | (uint64_t)doubled(doubled(left >> 8 & 0xFF)) << 32;
    const uint64_t left_high = doubled(doubled(left >> 16));
    const uint64_t right_low =
        doubled(doubled(right & 0xFF)) | (uint64_t)doubled(doubled(right >> 8 & 0xFF)) << 32;
    const uint64_t right_high = doubled(doubled(right >> 16));
    return (ppo_line_bits){left_low, left_high | right_low << 16,
                           right_low >> 48 | right_high << 16, 0};
}

void ppo_tia_reshape(ppo_tia *tia, ppo_tia_object object)
{
    tia->reshape &= ~(1u << object);
    if (object == PF)
        tia->shape[object] = playfield(tia);
    else if (object == BL)
        tia->shape[object] = ball(tia);
    else if (object >= M0)
        tia->shape[object] = missile(tia, (uint32_t)object - M0);
    else
        tia->shape[object] = player(tia, (uint32_t)object - P0);
}
