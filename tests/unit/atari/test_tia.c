// SPDX-License-Identifier: MIT
// The TIA by itself: writes at a cycle of a line, and what the picture, the collisions and the
// positions are then. Expected values come from the rules, pixel by pixel, not from line bits.
#include "atari/tia.h"
#include "atari/tia_draw.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { HEIGHT = 20, BLUE = 0x80, RED = 0x40, GREEN = 0xC0, GREY = 0x06 };

typedef struct fixture {
    _Alignas(64) ppo_tia tia;
    uint8_t picture[HEIGHT * PPO_LINE_PIXELS];
} fixture;

// A frame of 20 visible lines from line 0 on, all objects off, one colour each.
static void fixture_open(fixture *b)
{
    memset(b, 0, sizeof *b);
    b->tia.height = HEIGHT;
    b->tia.late_line = 290;
    b->tia.comb_shown = true;
    ppo_tia_reset(&b->tia);
    ppo_tia_start_frame(&b->tia, 0);
}

// A write in cycle `cycle` of a line: it ends there.
static void set(fixture *b, uint32_t line, uint32_t cycle, ppo_tia_register reg, uint8_t value)
{
    if (!ppo_tia_repeats(&b->tia, reg, value))
        ppo_tia_write(&b->tia, b->picture, reg, value, line * 76 + cycle);
}

static void set_colours(fixture *b)
{
    set(b, 0, 0, COLUBK, GREY);
    set(b, 0, 0, COLUP0, RED);
    set(b, 0, 0, COLUP1, BLUE);
    set(b, 0, 0, COLUPF, GREEN);
}

static const uint8_t *row(fixture *b, uint32_t line)
{
    ppo_tia_draw_to(&b->tia, b->picture, (line + 2) * PPO_TIA_LINE);
    return b->picture + line * PPO_LINE_PIXELS;
}

// --- positions ---------------------------------------------------------------------------------

static void test_placing(void **state)
{
    (void)state;
    for (uint32_t cycle = 0; cycle < 76; cycle++) {
        fixture b;
        fixture_open(&b);
        for (ppo_tia_register reg = RESP0; reg <= RESBL; reg++)
            set(&b, 1, cycle, reg, 0);
        const int pixel = (int)(3 * cycle) - 68;
        for (int object = P0; object <= BL; object++) {
            const int first = object <= P1 ? 3 : 2;
            const int expected = pixel < 0 ? first : (pixel + first + 2) % 160;
            assert_int_equal(b.tia.position[object], expected);
        }
    }
}

// To the right. In time are the cycles of HBLANK up to 20, and 75, which is the next line's.
static int moved(int motion, int cycle)
{
    const int right = motion < 8 ? -motion : 16 - motion, spent = (3 * cycle + 1) / 4;
    if (cycle == 75)
        return right;
    if (cycle <= 20)
        return right < spent - 9 ? spent - 9 : right;
    return right + 47 - spent < 0 ? right + 47 - spent : 0;
}

// All motions in all cycles, as the table of the facts has them.
static void test_motion(void **state)
{
    (void)state;
    for (int cycle = 0; cycle < 76; cycle++) {
        for (int motion = 0; motion < 16; motion++) {
            fixture b;
            fixture_open(&b);
            set(&b, 1, 0, RESP0, 0); // 3
            set(&b, 1, 1, HMP0, (uint8_t)(motion << 4));
            set(&b, 2, (uint32_t)cycle, HMOVE, 0);
            assert_int_equal(b.tia.position[P0], (160 + 3 + moved(motion, cycle)) % 160);
            assert_int_equal(b.tia.position[P1], (160 + moved(0, cycle)) % 160);
        }
    }
}

// A comb's tooth: 8 black pixels after an HMOVE during HBLANK.
static void test_comb(void **state)
{
    (void)state;
    fixture b;
    fixture_open(&b);
    set_colours(&b);
    set(&b, 2, 3, HMOVE, 0);
    set(&b, 5, 40, HMOVE, 0); // too late for one
    (void)row(&b, 6);
    for (uint32_t line = 1; line < 7; line++)
        for (uint32_t x = 0; x < 20; x++)
            assert_int_equal(b.picture[line * 160 + x], line == 2 && x < 8 ? 0 : GREY);
}

// --- shapes ------------------------------------------------------------------------------------

// Which pixels a player covers: copies at `offsets`, each pixel `width` wide.
static void expect_player(const uint8_t *line, uint8_t graphics, int position, uint8_t nusiz,
                          bool reflected)
{
    static const int offsets[8][3] = {{0, 0, 0},   {0, 16, 16}, {0, 32, 32}, {0, 16, 32},
                                      {0, 64, 64}, {0, 0, 0},   {0, 32, 64}, {0, 0, 0}};
    const int width = nusiz == 5 ? 2 : nusiz == 7 ? 4 : 1;
    uint8_t expected[160] = {0};
    for (int copy = 0; copy < 3; copy++)
        for (int i = 0; i < 8 * width; i++) {
            const int bit = reflected ? i / width : 7 - i / width;
            const int x = position + offsets[nusiz][copy] + i + (width > 1);
            if (graphics >> bit & 1)
                expected[x % 160] = 1;
        }
    for (int x = 0; x < 160; x++)
        assert_int_equal(line[x], expected[x] ? RED : GREY);
}

static void test_players(void **state)
{
    (void)state;
    for (uint8_t nusiz = 0; nusiz < 8; nusiz++) {
        for (uint32_t cycle = 23; cycle < 76; cycle += 3) {
            fixture b;
            fixture_open(&b);
            set_colours(&b);
            set(&b, 0, 3, NUSIZ0, nusiz);
            set(&b, 0, cycle, RESP0, 0);
            set(&b, 2, 5, GRP0, 0xB1);
            set(&b, 4, 5, REFP0, 8);
            expect_player(row(&b, 2), 0xB1, b.tia.position[P0], nusiz, false);
            expect_player(row(&b, 4), 0xB1, b.tia.position[P0], nusiz, true);
        }
    }
}

static void test_missiles_and_ball(void **state)
{
    (void)state;
    for (uint8_t size = 0; size < 4; size++) {
        fixture b;
        fixture_open(&b);
        set_colours(&b);
        set(&b, 0, 3, NUSIZ1, (uint8_t)(size << 4 | 1)); // two copies
        set(&b, 0, 4, CTRLPF, (uint8_t)(size << 4));
        set(&b, 0, 30, RESM1, 0);
        set(&b, 0, 60, RESBL, 0);
        set(&b, 2, 5, ENAM1, 2);
        set(&b, 2, 5, ENABL, 2);
        const uint8_t *line = row(&b, 2);
        const int m = b.tia.position[M1], ball = b.tia.position[BL], width = 1 << size;
        for (int x = 0; x < 160; x++) {
            const bool in_m = (x >= m && x < m + width) || (x >= m + 16 && x < m + 16 + width);
            const bool in_ball = x >= ball && x < ball + width;
            assert_int_equal(line[x], in_m ? BLUE : in_ball ? GREEN : GREY);
        }
    }
}

static void test_playfield(void **state)
{
    (void)state;
    for (uint8_t reflect = 0; reflect < 2; reflect++) {
        fixture b;
        fixture_open(&b);
        set_colours(&b);
        set(&b, 1, 0, CTRLPF, reflect);
        set(&b, 1, 0, PF0, 0x5F);
        set(&b, 1, 0, PF1, 0xC5);
        set(&b, 1, 0, PF2, 0x3A);
        // 0101 backwards, 11000101 as it is, 00111010 backwards
        static const char left[] = "10101100010101011100";
        const uint8_t *line = row(&b, 2);
        for (int x = 0; x < 160; x++) {
            const int i = x < 80 ? x / 4 : reflect ? (159 - x) / 4 : (x - 80) / 4;
            assert_int_equal(line[x], left[i] == '1' ? GREEN : GREY);
        }
    }
}

// Old copies: GRP1's write moves GRP0 and ENABL into what VDELxx shows, GRP0's moves GRP1.
static void test_vertical_delay(void **state)
{
    (void)state;
    fixture b;
    fixture_open(&b);
    set_colours(&b);
    set(&b, 0, 3, VDELP0, 1);
    set(&b, 0, 4, VDELBL, 1);
    set(&b, 0, 30, RESP0, 0);
    set(&b, 0, 60, RESBL, 0);
    set(&b, 1, 5, GRP0, 0xFF);
    set(&b, 1, 6, ENABL, 2);
    set(&b, 3, 5, GRP1, 0);
    const int player = b.tia.position[P0], ball = b.tia.position[BL];
    for (uint32_t line = 1; line < 5; line++) {
        assert_int_equal(row(&b, line)[player + 3], line < 3 ? GREY : RED);
        assert_int_equal(row(&b, line)[ball], line < 3 ? GREY : GREEN);
    }
}

static void test_locked_missile(void **state)
{
    (void)state;
    static const int middle[3][2] = {{0, 4}, {5, 8}, {7, 16}};
    for (int i = 0; i < 3; i++) {
        fixture b;
        fixture_open(&b);
        set_colours(&b);
        set(&b, 0, 3, NUSIZ0, (uint8_t)middle[i][0]);
        set(&b, 0, 4, ENAM0, 2);
        set(&b, 0, 50, RESP0, 0);
        set(&b, 1, 5, RESMP0, 2);
        set(&b, 3, 5, RESMP0, 0);
        const int x = b.tia.position[P0] + middle[i][1];
        assert_int_equal(b.tia.position[M0], x);
        assert_int_equal(row(&b, 2)[x], GREY);
        assert_int_equal(row(&b, 4)[x], RED);
    }
}

// --- colours and collisions --------------------------------------------------------------------

// All five objects and the playfield over each other, then without the uppermost, and so on.
static void test_priorities(void **state)
{
    (void)state;
    static const uint8_t controls[] = {0, 2, 4};
    for (int k = 0; k < 3; k++) {
        for (uint32_t objects = 0; objects < 64; objects++) {
            fixture b;
            fixture_open(&b);
            set_colours(&b);
            set(&b, 0, 3, CTRLPF, controls[k]);
            for (ppo_tia_register reg = RESP0; reg <= RESBL; reg++)
                set(&b, 0, 40, reg, 0);
            set(&b, 2, 4, GRP0, objects & 1 ? 0xFF : 0);
            set(&b, 2, 4, GRP1, objects & 2 ? 0xFF : 0);
            set(&b, 2, 4, ENAM0, objects & 4 ? 2 : 0);
            set(&b, 2, 4, ENAM1, objects & 8 ? 2 : 0);
            set(&b, 2, 4, ENABL, objects & 16 ? 2 : 0);
            for (ppo_tia_register reg = PF0; reg <= PF2; reg++)
                set(&b, 2, 4, reg, objects & 32 ? 0xFF : 0);
            const int x = b.tia.position[M0]; // missiles and ball are there, players one further
            b.tia.position[P0] = b.tia.position[P1] = (uint8_t)x;
            b.tia.reshape = 63;
            const bool first = objects & 5, second = objects & 10, ball = objects & 16;
            const bool field = objects & 32;
            int expected = first ? RED : second ? BLUE : ball || field ? GREEN : GREY;
            if (controls[k] == 4 && (ball || field))
                expected = GREEN;
            if (controls[k] == 2 && field && !first) // left half: the colour of player 0
                expected = RED;
            assert_true(x < 80);
            assert_int_equal(row(&b, 2)[x], expected);
        }
    }
}

static int latch(fixture *b, int reg, int bit, uint32_t line)
{
    return ppo_tia_read(&b->tia, b->picture, (uint32_t)reg, 0, line * 76) >> bit & 1;
}

// Each pair of objects sets its latch and no other; CXCLR clears it.
static void test_collisions(void **state)
{
    (void)state;
    static const struct {
        ppo_tia_object a, b;
        int reg, bit;
    } pairs[15] = {
        {M0, P1, 0, 7}, {M0, P0, 0, 6}, {M1, P0, 1, 7}, {M1, P1, 1, 6}, {P0, PF, 2, 7},
        {P0, BL, 2, 6}, {P1, PF, 3, 7}, {P1, BL, 3, 6}, {M0, PF, 4, 7}, {M0, BL, 4, 6},
        {M1, PF, 5, 7}, {M1, BL, 5, 6}, {BL, PF, 6, 7}, {P0, P1, 7, 7}, {M0, M1, 7, 6},
    };
    static const struct {
        ppo_tia_register reg;
        uint8_t on;
    } enable[] = {{GRP0, 0xFF}, {GRP1, 0xFF}, {ENAM0, 2}, {ENAM1, 2}, {ENABL, 2}, {PF1, 0xFF}};
    for (int i = 0; i < 15; i++) {
        fixture b;
        fixture_open(&b);
        for (int object = P0; object <= BL; object++) // the others apart
            b.tia.position[object] = (uint8_t)(100 + 10 * object);
        for (int k = 0; k < 2; k++) {
            const ppo_tia_object object = k ? pairs[i].b : pairs[i].a;
            if (object != PF)
                b.tia.position[object] = 20;
            set(&b, 2, 4, enable[object].reg, enable[object].on);
        }
        for (int j = 0; j < 15; j++)
            assert_int_equal(latch(&b, pairs[j].reg, pairs[j].bit, 2), 0);
        for (int j = 0; j < 15; j++)
            assert_int_equal(latch(&b, pairs[j].reg, pairs[j].bit, 4), i == j);
        set(&b, 4, 5, PF1, 0);
        for (ppo_tia_register reg = GRP0; reg <= ENABL; reg++)
            set(&b, 4, 5, reg, 0);
        set(&b, 4, 6, CXCLR, 0);
        for (int j = 0; j < 15; j++)
            assert_int_equal(latch(&b, pairs[j].reg, pairs[j].bit, 6), 0);
    }
}

// VBLANK blanks from the pixel after it on, and nothing collides then.
static void test_vblank(void **state)
{
    (void)state;
    fixture b;
    fixture_open(&b);
    set_colours(&b);
    b.tia.position[M0] = b.tia.position[BL] = 100;
    set(&b, 2, 0, ENAM0, 2);
    set(&b, 2, 0, ENABL, 2);
    set(&b, 2, 40, VBLANK, 2); // pixel 52
    assert_int_equal(latch(&b, 4, 6, 3), 0);
    for (int x = 0; x < 160; x++)
        assert_int_equal(row(&b, 2)[x], x < 53 ? GREY : 0);
    set(&b, 5, 0, VBLANK, 0);
    assert_int_equal(latch(&b, 4, 6, 6), 1);
}

// A colour changes in the middle of a line, and what was drawn stays.
static void test_colour_within_line(void **state)
{
    (void)state;
    fixture b;
    fixture_open(&b);
    set_colours(&b);
    for (uint32_t i = 0; i < 17; i++)
        set(&b, 2, 24 + 3 * i, COLUBK, (uint8_t)(2 * i));
    set(&b, 3, 0, COLUBK, GREY);
    const uint8_t *line = row(&b, 2);
    for (int x = 0; x < 160; x++)
        assert_int_equal(line[x], x < 4 ? GREY : 2 * ((x - 4) / 9 > 16 ? 16 : (x - 4) / 9));
    assert_int_equal(row(&b, 3)[0], GREY);
}

// Nothing but a picture comes from drawing.
static void test_undrawn(void **state)
{
    (void)state;
    fixture b;
    fixture_open(&b);
    b.tia.position[M0] = b.tia.position[BL] = 100;
    ppo_tia_write(&b.tia, NULL, ENAM0, 2, 76);
    ppo_tia_write(&b.tia, NULL, ENABL, 2, 76);
    assert_int_equal(ppo_tia_read(&b.tia, NULL, 4, 0, 200), 0x40);
}

static void test_paddles(void **state)
{
    (void)state;
    fixture b;
    fixture_open(&b);
    b.tia.paddle[0] = b.tia.paddle[1] = true;
    b.tia.paddle_cycles[1] = 500;
    set(&b, 0, 0, VBLANK, 0x80);
    assert_int_equal(ppo_tia_read(&b.tia, NULL, 8, 0, 10), 0x80); // no resistance at all
    assert_int_equal(ppo_tia_read(&b.tia, NULL, 9, 0, 10), 0);
    set(&b, 0, 20, VBLANK, 0);
    assert_int_equal(ppo_tia_read(&b.tia, NULL, 9, 0, 520), 0);
    assert_int_equal(ppo_tia_read(&b.tia, NULL, 9, 0, 521), 0x80);
    assert_int_equal(ppo_tia_read(&b.tia, NULL, 10, 0x55, 5000), 0x15); // none there
    b.tia.button[1] = true;
    assert_int_equal(ppo_tia_read(&b.tia, NULL, 12, 0, 0), 0x80);
    assert_int_equal(ppo_tia_read(&b.tia, NULL, 13, 0, 0), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_placing),
        cmocka_unit_test(test_motion),
        cmocka_unit_test(test_comb),
        cmocka_unit_test(test_players),
        cmocka_unit_test(test_missiles_and_ball),
        cmocka_unit_test(test_playfield),
        cmocka_unit_test(test_vertical_delay),
        cmocka_unit_test(test_locked_missile),
        cmocka_unit_test(test_priorities),
        cmocka_unit_test(test_collisions),
        cmocka_unit_test(test_vblank),
        cmocka_unit_test(test_colour_within_line),
        cmocka_unit_test(test_undrawn),
        cmocka_unit_test(test_paddles),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
