// SPDX-License-Identifier: MIT
// The bus: which chip every one of the 8192 addresses belongs to, hot spots, WSYNC, and that an
// observer sees every access.
#include "atari/cpu.h"
#include "atari/cpu_bus.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

typedef struct fixture {
    ppo_console *console;
    ppo_cartridge *cartridge;
} fixture;

static void fixture_open(fixture *f, size_t size)
{
    static uint8_t bytes[16384];
    for (size_t i = 0; i < size; i++)
        bytes[i] = (uint8_t)(i * 7 + i / 4096 * 3 + 1);
    assert_int_equal(ppo_cartridge_create(&f->cartridge, bytes, size, NULL, NULL), PPO_OK);
    f->console = aligned_alloc(64, (ppo_console_size() + 63) / 64 * 64);
    assert_non_null(f->console);
    ppo_console_power_on(f->console, f->cartridge, 1);
}

static void fixture_close(fixture *f)
{
    free(f->console);
    ppo_cartridge_destroy(f->cartridge);
}

static void test_addresses(void **state)
{
    (void)state;
    fixture f;
    fixture_open(&f, 4096);
    ppo_riot *riot = &f.console->chips.riot;
    riot->port_b = 0x5A;
    for (uint32_t address = 0; address < 0x2000; address++) {
        riot->ram[address & 0x7F] = (uint8_t)(address ^ 0x33);
        const uint8_t seen = ppo_bus_read(f.console, f.cartridge, address, 0x15, 100);
        if (address >= 0x1000)
            assert_int_equal(seen, f.cartridge->bytes[address & 0xFFF]);
        else if ((address & 0x80) && !(address & 0x200))
            assert_int_equal(seen, riot->ram[address & 0x7F]);
        else if ((address & 0x80) && (address & 7) == 2)
            assert_int_equal(seen, 0x5A); // SWCHB
        else if (!(address & 0x80))
            assert_int_equal(seen & 0x3F, 0x15); // the TIA drives the two upper bits
    }
    for (uint32_t address = 0; address < 0x1000; address++)
        if ((address & 0x280) == 0x80) {
            (void)ppo_bus_write(f.console, f.cartridge, address, (uint8_t)address, PPO_WRITE_ALONE,
                                100);
            assert_int_equal(riot->ram[address & 0x7F], (uint8_t)address);
        }
    fixture_close(&f);
}

// The four banks of an F6 cartridge, switched by reads and by writes.
static void test_hot_spots(void **state)
{
    (void)state;
    fixture f;
    fixture_open(&f, 16384);
    assert_int_equal(ppo_cartridge_kind_of(f.cartridge), PPO_CARTRIDGE_F6);
    for (uint32_t bank = 0; bank < 4; bank++) {
        const uint32_t hot = 0x1FF6 + (bank ^ 1);
        if (bank % 2)
            (void)ppo_bus_read(f.console, f.cartridge, hot, 0, 0);
        else
            (void)ppo_bus_write(f.console, f.cartridge, hot, 0, PPO_WRITE_ALONE, 0);
        assert_int_equal(ppo_bus_read(f.console, f.cartridge, 0x1123, 0, 0),
                         f.cartridge->bytes[(bank ^ 1) * 4096 + 0x123]);
    }
    fixture_close(&f);
}

// Advances the time to the next line, unless it is the second write of an instruction.
static void test_wsync(void **state)
{
    (void)state;
    fixture f;
    fixture_open(&f, 4096);
    f.console->chips.tia.origin = 0;
    static const uint32_t cycles[][2] = {{0, 0}, {1, 76}, {75, 76}, {76, 76}, {77, 152}};
    for (size_t i = 0; i < sizeof cycles / sizeof cycles[0]; i++) {
        assert_int_equal(
            ppo_bus_write(f.console, f.cartridge, WSYNC, 0, PPO_WRITE_ALONE, cycles[i][0]),
            cycles[i][1]);
        assert_int_equal(
            ppo_bus_write(f.console, f.cartridge, WSYNC, 0, PPO_WRITE_LATER, cycles[i][0]),
            cycles[i][0]);
    }
    fixture_close(&f);
}

typedef struct log {
    size_t reads, writes, alone, ram_writes;
} log;

static void count(void *context, const ppo_bus_access *access)
{
    log *l = context;
    l->reads += !access->is_write;
    l->writes += access->is_write;
    l->alone += access->is_write && access->is_alone;
    l->ram_writes += access->is_write && access->address == 0x1FF && access->value == 0xF0;
}

// JSR at $F000 to itself: three fetches and two pushes an instruction, none of them alone.
static void test_observer(void **state)
{
    (void)state;
    static uint8_t bytes[4096] = {0x20, 0x00, 0xF0};
    bytes[0xFFC] = 0x00;
    bytes[0xFFD] = 0xF0;
    fixture f;
    assert_int_equal(ppo_cartridge_create(&f.cartridge, bytes, sizeof bytes, NULL, NULL), PPO_OK);
    f.console = aligned_alloc(64, (ppo_console_size() + 63) / 64 * 64);
    ppo_console_power_on(f.console, f.cartridge, 1);
    log l = {0};
    f.console->chips.cpu.cycles = 0;
    f.console->chips.cpu.sp = 0xFF;
    f.console->chips.tia.late_cycle = UINT32_MAX;
    f.console->chips.tia.frame_over = false;
    ppo_cpu_run_observed(f.console, f.cartridge, &(ppo_bus_observer){count, &l});
    assert_int_equal(l.writes % 2, 0);
    assert_int_equal(l.reads * 2, l.writes * 3);
    assert_true(l.writes >= 2 && l.alone == 0 && l.ram_writes >= 1);
    fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_addresses),
        cmocka_unit_test(test_hot_spots),
        cmocka_unit_test(test_wsync),
        cmocka_unit_test(test_observer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
