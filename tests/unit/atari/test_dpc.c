// SPDX-License-Identifier: MIT
// The chip of Pitfall II: random numbers, waves and their clock, by hand. The fetchers are tested
// by a program (test_board.c, tests/roms/kind_dpc.asm).
#include "atari/dpc.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { SOUND = 4, TOP = 0x40, BOTTOM = 0x48, LOW = 0x50, HIGH = 0x58, WAVE = 0x10 };

static const uint8_t pictures[PPO_DPC_PICTURES];

static void test_random(void **state)
{
    (void)state;
    ppo_dpc dpc;
    bool was_seen[256] = {false};
    ppo_dpc_power_on(&dpc);
    for (int i = 0; i < 255; i++) { // every number but $FF, then the same again
        assert_false(was_seen[dpc.random]);
        was_seen[dpc.random] = true;
        ppo_dpc_step_random(&dpc);
    }
    assert_int_equal(dpc.random, 1);
    assert_false(was_seen[0xFF]);
}

static uint8_t sound_at(ppo_dpc *dpc, uint32_t cycle)
{
    return ppo_dpc_read(dpc, pictures, SOUND, cycle);
}

static void start_wave(ppo_dpc *dpc, uint32_t n, uint8_t top, uint8_t bottom)
{
    ppo_dpc_write(dpc, HIGH + n, WAVE);
    ppo_dpc_write(dpc, TOP + n, top);
    ppo_dpc_write(dpc, BOTTOM + n, bottom);
    ppo_dpc_write(dpc, LOW + n, 99); // which a wave ignores: it begins at its top
}

// A wave of 10 ticks, low in the last five. A tick is 143183 / 2400 = 59.66 cycles.
static void test_wave(void **state)
{
    (void)state;
    ppo_dpc dpc;
    ppo_dpc_power_on(&dpc);
    start_wave(&dpc, 5, 9, 4);
    assert_int_equal(dpc.counter[5], 9);
    for (uint32_t tick = 0; tick < 50; tick++) {
        const uint32_t cycle = (tick * 143183 + 2399) / 2400; // its first
        assert_int_equal(sound_at(&dpc, cycle), tick % 10 < 5 ? 4 : 0);
        assert_int_equal(dpc.counter[5], 9 - tick % 10);
        assert_int_equal(sound_at(&dpc, cycle + 58), tick % 10 < 5 ? 4 : 0);
    }
}

// Parts of a tick add up, over frames too.
static void test_clock(void **state)
{
    (void)state;
    ppo_dpc whole, parts;
    ppo_dpc_power_on(&whole);
    start_wave(&whole, 6, 200, 100);
    parts = whole;
    for (uint32_t frame = 0; frame < 5; frame++) {
        for (uint32_t cycle = 7; cycle < 19912; cycle += 7)
            (void)sound_at(&parts, cycle);
        ppo_dpc_rebase(&parts, 19912);
    }
    (void)sound_at(&parts, 0);
    (void)sound_at(&whole, 5 * 19912);
    assert_int_equal(parts.counter[6], whole.counter[6]);
    assert_int_equal(parts.rest, whole.rest);
    assert_true(ppo_dpc_is_valid(&parts));
}

// The weights of the three waves.
static void test_mixing(void **state)
{
    (void)state;
    static const uint8_t sum[8] = {0, 4, 5, 9, 6, 10, 11, 15};
    for (uint32_t high = 0; high < 8; high++) {
        ppo_dpc dpc;
        ppo_dpc_power_on(&dpc);
        for (uint32_t n = 5; n < 8; n++)
            start_wave(&dpc, n, 9, high >> (n - 5) & 1 ? 4 : 9);
        for (uint32_t reg = 4; reg < 8; reg++)
            assert_int_equal(ppo_dpc_read(&dpc, pictures, reg, 0), sum[high]);
        ppo_dpc_write(&dpc, HIGH + 5, 0); // a fetcher again, which the sum leaves out
        assert_int_equal(sound_at(&dpc, 0), sum[high & 6]);
    }
}

// A wave is stepped by its clock alone, other fetchers by each read.
static void test_steps(void **state)
{
    (void)state;
    ppo_dpc dpc;
    ppo_dpc_power_on(&dpc);
    for (uint32_t n = 0; n < PPO_DPC_FETCHERS; n++) {
        ppo_dpc_write(&dpc, HIGH + n, 0x07);
        ppo_dpc_write(&dpc, LOW + n, 0x50);
        (void)ppo_dpc_read(&dpc, pictures, 0x08 + n, 0);
        assert_int_equal(dpc.counter[n], 0x74F);
    }
    start_wave(&dpc, 7, 9, 4);
    (void)ppo_dpc_read(&dpc, pictures, 0x08 + 7, 0);
    assert_int_equal(dpc.counter[7], 9);
    ppo_dpc_write(&dpc, HIGH + 0, 0);
    ppo_dpc_write(&dpc, LOW + 0, 0);
    (void)ppo_dpc_read(&dpc, pictures, 0x08, 0); // below 0 it begins at the end
    assert_int_equal(dpc.counter[0], 0x7FF);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random), cmocka_unit_test(test_wave),  cmocka_unit_test(test_clock),
        cmocka_unit_test(test_mixing), cmocka_unit_test(test_steps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
