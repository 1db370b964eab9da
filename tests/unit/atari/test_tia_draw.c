// SPDX-License-Identifier: MIT
// The table of collision latches, derived from the read registers; and that drawing in pieces, at
// any clocks, gives the same pixels and collisions as drawing a frame at once.
#include "atari/tia.h"
#include "atari/tia_draw.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

enum { FIRST_LINE = 34, HEIGHT = 210 };

static void test_latches(void **state)
{
    (void)state;
    // D7 and D6 of the read registers, from CXM0P on, as in a data sheet
    static const struct {
        const char *name;
        int d7[2], d6[2];
    } registers[8] = {
        {"CXM0P", {M0, P1}, {M0, P0}},  {"CXM1P", {M1, P0}, {M1, P1}},
        {"CXP0FB", {P0, PF}, {P0, BL}}, {"CXP1FB", {P1, PF}, {P1, BL}},
        {"CXM0FB", {M0, PF}, {M0, BL}}, {"CXM1FB", {M1, PF}, {M1, BL}},
        {"CXBLPF", {BL, PF}, {-1, -1}}, {"CXPPMM", {P0, P1}, {M0, M1}},
    };
    for (uint32_t set = 0; set < 1u << PPO_TIA_OBJECTS; set++) {
        uint32_t expected = 0;
        for (int r = 0; r < 8; r++) {
            const int *d7 = registers[r].d7, *d6 = registers[r].d6;
            if ((set >> d7[0] & 1) && (set >> d7[1] & 1))
                expected |= 2u << 2 * r;
            if (d6[0] >= 0 && (set >> d6[0] & 1) && (set >> d6[1] & 1))
                expected |= 1u << 2 * r;
        }
        assert_int_equal(ppo_tia_latches_of[set], expected);
    }
}

static void start(ppo_tia *tia)
{
    memset(tia, 0, sizeof *tia);
    tia->first_line = FIRST_LINE;
    tia->height = HEIGHT;
    tia->late_line = 290;
    ppo_tia_reset(tia);
    ppo_tia_start_frame(tia, 0);
}

// The same writes twice, once with additional stops in between.
static void test_pieces(void **state)
{
    (void)state;
    static uint8_t screen[2][HEIGHT * PPO_LINE_PIXELS];
    static ppo_tia tia[2];
    uint32_t random = 7;
    for (int i = 0; i < 2; i++)
        start(&tia[i]);
    for (uint32_t cycle = 30 * 76; cycle < 250 * 76;) {
        random = random * 1664525u + 1013904223u;
        const uint32_t reg = NUSIZ0 + (random >> 16) % (RESMP1 - NUSIZ0 + 1);
        const uint8_t value = (uint8_t)(random >> 24);
        for (int i = 0; i < 2; i++)
            ppo_tia_write(&tia[i], screen[i], reg, value, cycle);
        cycle += 3 + (random >> 8) % 50;
        ppo_tia_flush(&tia[1], screen[1], ppo_tia_clock(&tia[1], cycle - 1));
    }
    for (int i = 0; i < 2; i++)
        ppo_tia_finish(&tia[i], screen[i], 260 * PPO_TIA_LINE);
    assert_int_equal(tia[0].collisions, tia[1].collisions);
    assert_memory_equal(screen[0], screen[1], sizeof screen[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_latches),
        cmocka_unit_test(test_pieces),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
