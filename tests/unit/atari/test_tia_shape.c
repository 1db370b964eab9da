// SPDX-License-Identifier: MIT
// Shapes of objects against a reference that asks of every pixel whether a register's bit covers
// it.
#include "atari/tia_shape.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

// Offsets of the copies by NUSIZ & 7, as in a data sheet; unused ones repeat the first.
static const uint32_t offsets[8][3] = {{0, 0, 0},  {0, 16, 0}, {0, 32, 0},  {0, 16, 32},
                                       {0, 64, 0}, {0, 0, 0},  {0, 32, 64}, {0, 0, 0}};

static bool pixel_of(const ppo_line_bits *bits, uint32_t x)
{
    return (*bits)[x / 64] >> x % 64 & 1;
}

static uint32_t width_of(uint32_t nusiz)
{
    return (nusiz & 7) == 5 ? 2 : (nusiz & 7) == 7 ? 4 : 1;
}

static bool player_covers(const ppo_tia *tia, uint32_t n, uint32_t x)
{
    const uint32_t nusiz = tia->reg[NUSIZ0 + n], width = width_of(nusiz);
    const uint32_t graphics = tia->reg[VDELP0 + n] & 1 ? tia->old_grp[n] : tia->reg[GRP0 + n];
    for (uint32_t copy = tia->first_hidden[n] ? 1 : 0; copy < 3; copy++) {
        if (copy > 0 && offsets[nusiz & 7][copy] == 0)
            continue;
        const uint32_t from = tia->position[P0 + n] + offsets[nusiz & 7][copy] + (width > 1);
        const uint32_t bit = (x + 320 - from) % 160 / width;
        if (bit < 8 && (graphics >> (tia->reg[REFP0 + n] & 8 ? bit : 7 - bit) & 1))
            return true;
    }
    return false;
}

static bool missile_covers(const ppo_tia *tia, uint32_t n, uint32_t x)
{
    const uint32_t nusiz = tia->reg[NUSIZ0 + n];
    if (!(tia->reg[ENAM0 + n] & 2) || (tia->reg[RESMP0 + n] & 2))
        return false;
    for (uint32_t copy = 0; copy < 3; copy++)
        if ((x + 320 - tia->position[M0 + n] - offsets[nusiz & 7][copy]) % 160 <
            1u << (nusiz >> 4 & 3))
            return true;
    return false;
}

static bool ball_covers(const ppo_tia *tia, uint32_t x)
{
    const uint32_t enabled = tia->reg[VDELBL] & 1 ? tia->old_enabl : tia->reg[ENABL];
    return (enabled & 2) && (x + 160 - tia->position[BL]) % 160 < 1u << (tia->reg[CTRLPF] >> 4 & 3);
}

static bool playfield_covers(const ppo_tia *tia, uint32_t x)
{
    uint32_t bit = x % 80 / 4; // 0 to 19
    if (x >= 80 && tia->reflected)
        bit = 19 - bit;
    if (bit < 4)
        return tia->reg[PF0] >> (4 + bit) & 1;
    return bit < 12 ? tia->reg[PF1] >> (11 - bit) & 1 : tia->reg[PF2] >> (bit - 12) & 1;
}

static bool covers(const ppo_tia *tia, ppo_tia_object object, uint32_t x)
{
    if (object == PF)
        return playfield_covers(tia, x);
    if (object == BL)
        return ball_covers(tia, x);
    return object >= M0 ? missile_covers(tia, (uint32_t)object - M0, x)
                        : player_covers(tia, (uint32_t)object - P0, x);
}

static void compare(ppo_tia *tia, ppo_tia_object object)
{
    bool any = false;
    tia->reshape = 0xFF;
    ppo_tia_reshape(tia, object);
    for (uint32_t x = 0; x < PPO_LINE_PIXELS; x++) {
        const bool expected = covers(tia, object, x);
        if (pixel_of(&tia->shape[object], x) != expected)
            fail_msg("object %d, pixel %u", (int)object, (unsigned)x);
        any |= expected;
    }
    assert_int_equal(tia->lit >> object & 1, any);
    assert_int_equal(tia->reshape >> object & 1, 0);
    assert_true(tia->shape[object][2] >> 32 == 0 && tia->shape[object][3] == 0);
}

// Every byte in every register of graphics, so every entry of the tables.
static void test_all_bytes(void **state)
{
    (void)state;
    static const uint8_t nusiz[3] = {0, 5, 7};
    ppo_tia tia;
    memset(&tia, 0, sizeof tia);
    for (uint32_t byte = 0; byte < 256; byte++) {
        for (int i = 0; i < 6; i++) {
            tia.reg[NUSIZ0] = nusiz[i / 2];
            tia.reg[REFP0] = i % 2 ? 8 : 0;
            tia.reg[GRP0] = (uint8_t)byte;
            tia.position[P0] = 37;
            compare(&tia, P0);
        }
        for (int i = 0; i < 2; i++) {
            tia.reflected = i;
            tia.reg[PF0] = tia.reg[PF1] = tia.reg[PF2] = (uint8_t)byte;
            compare(&tia, PF);
        }
    }
}

// All positions, copies and widths, with the other registers at random.
static void test_everywhere(void **state)
{
    (void)state;
    uint32_t random = 1;
    ppo_tia tia;
    memset(&tia, 0, sizeof tia);
    for (uint32_t x = 0; x < PPO_LINE_PIXELS; x++)
        for (uint32_t nusiz = 0; nusiz < 64; nusiz++) {
            for (uint32_t reg = 0; reg < PPO_TIA_REGISTERS; reg++) {
                random = random * 1664525u + 1013904223u;
                tia.reg[reg] = (uint8_t)(random >> 24);
            }
            tia.reg[NUSIZ0] = tia.reg[NUSIZ1] = (uint8_t)nusiz;
            tia.reg[ENAM0] |= 2;
            tia.reg[RESMP0] &= nusiz % 5 ? 0xFD : 0xFF;
            tia.old_grp[0] = (uint8_t)(random >> 16);
            tia.old_enabl = (uint8_t)(random >> 8);
            tia.first_hidden[0] = random >> 9 & 1;
            for (int i = 0; i < PPO_TIA_MOVABLE; i++)
                tia.position[i] = (uint8_t)x;
            for (int object = 0; object < PPO_TIA_OBJECTS; object++)
                compare(&tia, (ppo_tia_object)object);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_bytes),
        cmocka_unit_test(test_everywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
