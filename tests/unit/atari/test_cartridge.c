// SPDX-License-Identifier: MIT
// Cartridges: told apart by their bytes, refused with a sentence, and switched.
#include "atari/cpu_bus.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

typedef struct fixture {
    uint8_t bytes[16384];
    ppo_cartridge *cartridge;
    ppo_console *console;
} fixture;

// Every 1K holds its number, but for its first bytes, which differ from byte to byte.
static void fill(fixture *b, size_t size)
{
    for (size_t i = 0; i < size; i++)
        b->bytes[i] = (uint8_t)(i % 1024 < 16 ? i * 7 + i / 1024 : i / 1024);
}

static ppo_cartridge_kind kind_of(fixture *b, size_t size)
{
    ppo_cartridge *cartridge;
    assert_int_equal(ppo_cartridge_create(&cartridge, b->bytes, size, NULL, NULL), PPO_OK);
    const ppo_cartridge_kind kind = ppo_cartridge_kind_of(cartridge);
    ppo_cartridge_destroy(cartridge);
    return kind;
}

static void plug(fixture *b, size_t size, ppo_cartridge_kind kind)
{
    assert_int_equal(ppo_cartridge_create(&b->cartridge, b->bytes, size, NULL, NULL), PPO_OK);
    assert_int_equal(ppo_cartridge_kind_of(b->cartridge), kind);
    b->console = aligned_alloc(64, (ppo_console_size() + 63) / 64 * 64);
    ppo_console_power_on(b->console, b->cartridge, 1);
    ppo_console_reset(b->console, b->cartridge);
}

static void unplug(fixture *b)
{
    free(b->console);
    ppo_cartridge_destroy(b->cartridge);
}

static uint8_t get(fixture *b, uint32_t address)
{
    return ppo_bus_read(b->console, b->cartridge, address, 0, 0);
}

static void set(fixture *b, uint32_t address, uint8_t value)
{
    (void)ppo_bus_write(b->console, b->cartridge, address, value, PPO_WRITE_ALONE, 0);
}

static void test_kinds(void **state)
{
    (void)state;
    static fixture b;
    fill(&b, sizeof b.bytes);
    assert_int_equal(kind_of(&b, 2048), PPO_CARTRIDGE_2K);
    assert_int_equal(kind_of(&b, 4096), PPO_CARTRIDGE_4K);
    assert_int_equal(kind_of(&b, 8192), PPO_CARTRIDGE_F8);
    assert_int_equal(kind_of(&b, 16384), PPO_CARTRIDGE_F6);
    memcpy(b.bytes + 100, (uint8_t[]){0xAD, 0xE9, 0xFF}, 3);
    assert_int_equal(kind_of(&b, 8192), PPO_CARTRIDGE_E0);
    memcpy(b.bytes + 100, (uint8_t[]){0x20, 0x00, 0xD0, 0xC6, 0xC5}, 5);
    assert_int_equal(kind_of(&b, 8192), PPO_CARTRIDGE_FE);
    for (size_t bank = 0; bank < sizeof b.bytes; bank += 4096)
        memset(b.bytes + bank, 0xFF, 256);
    assert_int_equal(kind_of(&b, 8192), PPO_CARTRIDGE_F8SC);
    assert_int_equal(kind_of(&b, 16384), PPO_CARTRIDGE_F6SC);
    fill(&b, 4096);
    memcpy(b.bytes + 2048, b.bytes, 2048);
    assert_int_equal(kind_of(&b, 4096), PPO_CARTRIDGE_2K);
    memcpy(b.bytes + 4096, b.bytes, 4096);
    assert_int_equal(kind_of(&b, 8192), PPO_CARTRIDGE_4K);
}

// The kind of `size` bytes in which `count` copies of a signature are.
static ppo_cartridge_kind kind_with(fixture *b, size_t size, const char *signature, size_t count)
{
    fill(b, size);
    for (size_t i = 0; i < count; i++)
        memcpy(b->bytes + 300 + 500 * i, signature, strlen(signature));
    return kind_of(b, size);
}

// What ALE knows 3E, 3F, UA, CV and DPC by, in its order, and in which sizes.
static void test_rare_kinds(void **state)
{
    (void)state;
    static fixture b;
    static const size_t banked[] = {8192, 16384};
    for (size_t i = 0; i < 2; i++) {
        const size_t size = banked[i];
        const ppo_cartridge_kind usual = i == 0 ? PPO_CARTRIDGE_F8 : PPO_CARTRIDGE_F6;
        assert_int_equal(kind_with(&b, size, "\x85\x3F", 1), usual);
        assert_int_equal(kind_with(&b, size, "\x85\x3F", 2), PPO_CARTRIDGE_3F);
        assert_int_equal(kind_with(&b, size, "\x99\xF4", 2), usual);
        fill(&b, size);
        memcpy(b.bytes + 300, (uint8_t[]){0x85, 0x3F, 1, 0x85, 0x3F, 0x85, 0x3E, 0xA9, 0x00}, 9);
        assert_int_equal(kind_of(&b, size), PPO_CARTRIDGE_3E); // comes before 3F,
        memcpy(b.bytes + 200, (uint8_t[]){0x8D, 0xE0, 0x1F}, 3);
        assert_int_equal(kind_of(&b, size), i == 0 ? PPO_CARTRIDGE_E0 : PPO_CARTRIDGE_3E);
    }
    assert_int_equal(kind_with(&b, 8192, "\x8D\x40\x02", 1), PPO_CARTRIDGE_UA);
    memcpy(b.bytes + 100, (uint8_t[]){0x20, 0x00, 0xD0, 0xC6, 0xC5}, 5);
    assert_int_equal(kind_of(&b, 8192), PPO_CARTRIDGE_UA); // comes before FE
    assert_int_equal(kind_with(&b, 2048, "\x9D\xFF\xF3", 1), PPO_CARTRIDGE_CV);
    assert_int_equal(kind_with(&b, 4096, "\x9D\xFF\xF3", 1), PPO_CARTRIDGE_CV);
    assert_int_equal(kind_with(&b, 8192, "\x9D\xFF\xF3", 1), PPO_CARTRIDGE_F8);
    assert_int_equal(kind_of(&b, 10240), PPO_CARTRIDGE_DPC);
    assert_int_equal(kind_of(&b, 10495), PPO_CARTRIDGE_DPC);
    assert_int_equal(kind_of(&b, 10496), PPO_CARTRIDGE_DPC);
}

// E7: 512 bytes of one value, and another within 32 bytes before or after.
static void test_kind_e7(void **state)
{
    (void)state;
    static fixture b;
    fill(&b, 16384);
    memset(b.bytes + 0x37E0, 0xFF, 512 + 64);
    assert_int_equal(kind_of(&b, 16384), PPO_CARTRIDGE_F6);
    b.bytes[0x37E0] = 0;
    assert_int_equal(kind_of(&b, 16384), PPO_CARTRIDGE_E7);
    b.bytes[0x37E0] = 0xFF;
    b.bytes[0x3A1F] = 0;
    assert_int_equal(kind_of(&b, 16384), PPO_CARTRIDGE_E7);
    b.bytes[0x39FF] = 0;
    assert_int_equal(kind_of(&b, 16384), PPO_CARTRIDGE_F6);
}

static void test_refused(void **state)
{
    (void)state;
    static const uint8_t bytes[3000];
    ppo_cartridge *cartridge = (ppo_cartridge *)1;
    ppo_error error = {0};
    assert_int_equal(ppo_cartridge_create(&cartridge, bytes, 3000, NULL, &error), PPO_INVALID);
    assert_null(cartridge);
    assert_non_null(strstr(error.message, "3000"));
    const ppo_cartridge_traits traits = {.height = 251};
    assert_int_equal(ppo_cartridge_create(&cartridge, bytes, 2048, &traits, &error), PPO_INVALID);
    assert_non_null(strstr(error.message, "251"));
    assert_int_equal(ppo_cartridge_create(&cartridge, bytes, 0, NULL, NULL), PPO_INVALID);
}

static void test_plain(void **state)
{
    (void)state;
    static fixture b;
    fill(&b, 2048);
    plug(&b, 2048, PPO_CARTRIDGE_2K);
    assert_int_equal(get(&b, 0x1400 + 50), 1);
    assert_int_equal(get(&b, 0xFC00 + 50), 1);
    set(&b, 0xFC00 + 50, 77);
    assert_int_equal(get(&b, 0xFC00 + 50), 1);
    unplug(&b);
}

// The access that hits a hot spot sees the new bank.
static void test_banks(void **state)
{
    (void)state;
    static fixture b;
    fill(&b, 16384);
    plug(&b, 8192, PPO_CARTRIDGE_F8);
    assert_int_equal(get(&b, 0xF800), b.bytes[4096 + 0x800]);
    assert_int_equal(get(&b, 0xFFF8), 3);
    assert_int_equal(get(&b, 0xF080), 0);
    set(&b, 0xFFF9, 0);
    assert_int_equal(get(&b, 0xF080), 4);
    assert_int_equal(get(&b, 0x1FF8), 3); // at any of its mirrors
    assert_int_equal(get(&b, 0xFFFA), 3);
    unplug(&b);
    plug(&b, 16384, PPO_CARTRIDGE_F6);
    assert_int_equal(get(&b, 0xF080), 0);
    for (uint32_t bank = 0; bank < 4; bank++) {
        assert_int_equal(get(&b, 0xFFF6 + bank), 4 * bank + 3);
        assert_int_equal(get(&b, 0xF080), 4 * bank);
    }
    unplug(&b);
}

static void test_slices(void **state)
{
    (void)state;
    static fixture b;
    fill(&b, 8192);
    memcpy(b.bytes + 100, (uint8_t[]){0x8D, 0xE0, 0x1F}, 3);
    plug(&b, 8192, PPO_CARTRIDGE_E0);
    for (uint32_t segment = 0; segment < 4; segment++)
        assert_int_equal(get(&b, 0xF000 + segment * 1024 + 50), 4 + segment);
    for (uint32_t segment = 0; segment < 3; segment++)
        for (uint32_t slice = 0; slice < 8; slice++) {
            (void)get(&b, 0xFFE0 + 8 * segment + slice);
            assert_int_equal(get(&b, 0xF000 + segment * 1024 + 50), slice);
        }
    (void)get(&b, 0xFFF8);
    assert_int_equal(get(&b, 0xFC00 + 50), 7); // the last one stays
    unplug(&b);
}

static void test_address(void **state)
{
    (void)state;
    static fixture b;
    fill(&b, 8192);
    memcpy(b.bytes + 100, (uint8_t[]){0x20, 0x00, 0xD0, 0xC6, 0xC5}, 5);
    plug(&b, 8192, PPO_CARTRIDGE_FE);
    assert_int_equal(get(&b, 0xF000 + 50), 0);
    assert_int_equal(get(&b, 0xD000 + 50), 4);
    assert_int_equal(get(&b, 0x3C00 + 50), 3);
    unplug(&b);
}

static void test_ram(void **state)
{
    (void)state;
    static fixture b;
    fill(&b, 8192);
    memset(b.bytes, 0xFF, 256);
    memset(b.bytes + 4096, 0xFF, 256);
    plug(&b, 8192, PPO_CARTRIDGE_F8SC);
    for (uint32_t i = 0; i < 128; i++)
        set(&b, 0xF000 + i, (uint8_t)(i ^ 0x55));
    (void)get(&b, 0xFFF8);
    for (uint32_t i = 0; i < 128; i++)
        assert_int_equal(get(&b, 0xF080 + i), i ^ 0x55);
    set(&b, 0xF080, 1); // written elsewhere
    assert_int_equal(get(&b, 0xF080), 0x55);
    assert_int_equal(get(&b, 0xF000), 0xFF);
    ppo_console_reset(b.console, b.cartridge); // chance decides anew
    int same = 0;
    for (uint32_t i = 0; i < 128; i++)
        same += get(&b, 0xF080 + i) == (i ^ 0x55);
    assert_true(same < 16);
    unplug(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kinds),   cmocka_unit_test(test_rare_kinds),
        cmocka_unit_test(test_kind_e7), cmocka_unit_test(test_refused),
        cmocka_unit_test(test_plain),   cmocka_unit_test(test_banks),
        cmocka_unit_test(test_slices),  cmocka_unit_test(test_address),
        cmocka_unit_test(test_ram),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
