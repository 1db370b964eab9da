// SPDX-License-Identifier: MIT
// The RIOT: its timer against one that is counted down cycle by cycle; ports and addresses.
#include "atari/riot.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { SWCHA = 0x280, DDRA = 0x281, SWCHB = 0x282, INTIM = 0x284, TIMINT = 0x285, TIM1T = 0x294 };

static const int shifts[4] = {0, 3, 6, 10};

// The first interval ends a cycle early: right after a write INTIM shows one less.
static void test_intervals(void **state)
{
    (void)state;
    for (uint32_t kind = 0; kind < 4; kind++) {
        ppo_riot riot = {0};
        const uint32_t set_at = 1000;
        ppo_riot_write(&riot, (uint16_t)(TIM1T + kind), 200, set_at);
        int value = 199, cycles_left = 1 << shifts[kind];
        for (uint32_t now = set_at + 1; value >= 0; now++) {
            assert_int_equal(ppo_riot_read(&riot, INTIM, now), value);
            assert_int_equal(ppo_riot_read(&riot, TIMINT, now), 0);
            if (--cycles_left == 0) {
                value--;
                cycles_left = 1 << shifts[kind];
            }
        }
    }
}

// Past zero it counts cycles, until it is read for the first time: from then on intervals again.
static void test_expired(void **state)
{
    (void)state;
    ppo_riot riot = {0};
    ppo_riot_write(&riot, TIM1T + 2, 3, 0);
    const uint32_t end = 3 * 64; // the last cycle in which it shows 0
    assert_int_equal(ppo_riot_read(&riot, INTIM, end), 0);
    assert_int_equal(ppo_riot_read(&riot, TIMINT, end + 1), 0x80);
    assert_int_equal(ppo_riot_read(&riot, INTIM, end + 1), 255);
    assert_int_equal(ppo_riot_read(&riot, TIMINT, end + 1), 0x80);
    // 10 cycles late: 3 - (202 >> 6) - 10 - 1
    assert_int_equal(ppo_riot_read(&riot, INTIM, end + 11), (3 - 3 - 11) & 255);
    assert_int_equal(ppo_riot_read(&riot, TIMINT, end + 11), 0);
    assert_int_equal(ppo_riot_read(&riot, INTIM, end + 20), (3 - 3 - 11) & 255);
    assert_int_equal(ppo_riot_read(&riot, INTIM, end + 65), (3 - 4 - 11) & 255);
    ppo_riot_write(&riot, TIM1T, 10, end + 70);
    assert_int_equal(ppo_riot_read(&riot, INTIM, end + 71), 9);
    assert_int_equal(ppo_riot_read(&riot, TIMINT, end + 71), 0);
}

// A read in the first cycle past zero does not count as one, in the second it does.
static void test_first_read(void **state)
{
    (void)state;
    for (uint32_t late = 1; late < 4; late++) {
        ppo_riot riot = {0};
        ppo_riot_write(&riot, TIM1T + 2, 3, 0);
        (void)ppo_riot_read(&riot, INTIM, 3 * 64 + late);
        assert_int_equal(ppo_riot_read(&riot, TIMINT, 3 * 64 + 9), late < 2 ? 0x80 : 0);
    }
}

static void test_rebase(void **state)
{
    (void)state;
    for (uint32_t later = 0; later < 2000; later += 13) {
        ppo_riot a = {0}, b = {0};
        ppo_riot_write(&a, TIM1T + 1, 100, 5000);
        ppo_riot_write(&b, TIM1T + 1, 100, 5000);
        (void)ppo_riot_read(&a, INTIM, 5900);
        (void)ppo_riot_read(&b, INTIM, 5900);
        ppo_riot_rebase(&b, 5500);
        assert_int_equal(ppo_riot_read(&a, INTIM, 6000 + later),
                         ppo_riot_read(&b, INTIM, 500 + later));
    }
}

static void test_polls(void **state)
{
    (void)state;
    for (uint32_t kind = 0; kind < 4; kind++) {
        for (uint32_t timer = 0; timer < 256; timer += 5) {
            ppo_riot riot = {0};
            ppo_riot_write(&riot, (uint16_t)(TIM1T + kind), (uint8_t)timer, 100);
            for (uint32_t first = 102; first < 3000; first += 411) {
                const int32_t least = (int32_t)(first & 1);
                const uint32_t polls = ppo_riot_count_polls(&riot, first, 7, (uint32_t)least);
                if (polls > 0)
                    assert_true(ppo_riot_intervals_left(&riot, first + (polls - 1) * 7) >= least);
                assert_true(ppo_riot_intervals_left(&riot, first + polls * 7) < least);
            }
        }
    }
}

static void test_ports(void **state)
{
    (void)state;
    ppo_riot riot = {.port_a = 0x5A, .port_b = 0x3F};
    ppo_riot_write(&riot, SWCHA, 0x11, 0);
    ppo_riot_write(&riot, SWCHB, 0x22, 0);
    ppo_riot_write(&riot, DDRA, 0x33, 0);
    assert_int_equal(ppo_riot_read(&riot, SWCHA, 1), 0x5A);
    assert_int_equal(ppo_riot_read(&riot, DDRA, 1), 0x33);
    assert_int_equal(ppo_riot_read(&riot, SWCHB, 1), 0x3F);
    assert_int_equal(ppo_riot_read(&riot, 0x283, 1), 0);
}

// The timer is set only where A4 and A2 are 1.
static void test_addresses(void **state)
{
    (void)state;
    for (uint32_t address = 0x280; address < 0x2A0; address++) {
        ppo_riot riot = {0};
        ppo_riot_reset(&riot, 50);
        ppo_riot_write(&riot, (uint16_t)address, 99, 0);
        assert_int_equal(riot.timer == 99, (address & 0x14) == 0x14);
        assert_int_equal(riot.direction_a == 99, (address & 7) == 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_intervals),  cmocka_unit_test(test_expired),
        cmocka_unit_test(test_first_read), cmocka_unit_test(test_rebase),
        cmocka_unit_test(test_polls),      cmocka_unit_test(test_ports),
        cmocka_unit_test(test_addresses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
