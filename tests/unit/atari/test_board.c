// SPDX-License-Identifier: MIT
// The rare kinds of cartridges: a small program for each (tests/roms/kind_*.asm) switches its own
// in all ways and leaves in RAM what it read; the values follow from board.h by hand.
#include "atari/board.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { MAX_IMAGE = 16384, RESULTS_AT = 0x10, MAX_RESULTS = 20, FRAMES = 4 };

typedef struct kind_case {
    const char *name; // of tests/roms/kind_NAME.asm
    ppo_cartridge_kind kind;
    size_t num_results;
    uint8_t result[MAX_RESULTS];
} kind_case;

static const kind_case cases[] = {
    {"3f", PPO_CARTRIDGE_3F, 10, {0xA0, 0xA1, 0xA2, 0x78, 0xA0, 0xA1, 0x52, 0xA1, 0xA1, 0x30}},
    {"3e", PPO_CARTRIDGE_3E, 8, {0xA1, 0x77, 0x31, 0xA2, 0x66, 0x66, 0x99, 0x31}},
    {"ua", PPO_CARTRIDGE_UA, 5, {0xB0, 0xC1, 0xB0, 0xB0, 0xB1}},
    {"cv", PPO_CARTRIDGE_CV, 5, {0x5A, 0x6B, 0xD7, 0x5A, 0x99}},
    {"e7",
     PPO_CARTRIDGE_E7,
     17,
     {0xA0, 0xA1, 0xA2, 0xA3, 0xA4, 0xA5, 0xA6, 0x54, 0x71, 0xE0, 0xE1, 0xE2, 0xE3, 0x32, 0x71,
      0xA2, 0xE0}},
    {"f6sc", PPO_CARTRIDGE_F6SC, 6, {0xC0, 0xC1, 0xC2, 0xC3, 0x00, 0x88}},
    {"dpc",
     PPO_CARTRIDGE_DPC,
     17,
     {0xC0, 0x00, 0xEF, 0xE8, 0x00, 0xDA, 0x01, 0x10, 0x80, 0x00, 0x02, 0xFF, 3, 7, 15, 30, 0}},
};

// Returns the size; 0 without dasm, which makes the files.
static size_t read_program(uint8_t bytes[MAX_IMAGE], const char *name)
{
    char path[512];
    snprintf(path, sizeof path, "%s/kind_%s.bin", PPO_TEST_ROMS, name);
    FILE *file = fopen(path, "rb");
    if (!file)
        return 0;
    const size_t size = fread(bytes, 1, MAX_IMAGE, file);
    (void)fclose(file);
    return size;
}

static ppo_cartridge *load(const kind_case *c)
{
    static uint8_t bytes[MAX_IMAGE];
    ppo_cartridge *cartridge;
    const size_t size = read_program(bytes, c->name);
    if (size == 0)
        skip();
    assert_int_equal(ppo_cartridge_create(&cartridge, bytes, size, NULL, NULL), PPO_OK);
    assert_int_equal(ppo_cartridge_kind_of(cartridge), c->kind);
    return cartridge;
}

static ppo_console *power_on(const ppo_cartridge *cartridge)
{
    const size_t size = (ppo_console_size_for(cartridge) + 63) / 64 * 64;
    ppo_console *console = aligned_alloc(64, size);
    assert_non_null(console);
    ppo_console_power_on(console, cartridge, 1);
    return console;
}

static void run(ppo_console *console, const ppo_cartridge *cartridge, int frames, bool draw)
{
    for (int i = 0; i < frames; i++)
        ppo_console_frame(console, cartridge, &(ppo_console_input){0}, draw);
}

static void test_program(void **state)
{
    const kind_case *c = *state;
    ppo_cartridge *cartridge = load(c);
    ppo_console *console = power_on(cartridge);
    run(console, cartridge, FRAMES, true);
    const uint8_t *found = ppo_console_ram(console) + RESULTS_AT;
    for (size_t i = 0; i < c->num_results; i++)
        if (found[i] != c->result[i])
            fail_msg("kind_%s: result %zu is $%02X, not $%02X", c->name, i, found[i], c->result[i]);
    assert_int_equal(ppo_console_check(console, cartridge, NULL), PPO_OK);
    free(console);
    ppo_cartridge_destroy(cartridge);
}

// A snapshot goes on as the console does; frames need not be drawn.
static void test_snapshot(void **state)
{
    const kind_case *c = *state;
    ppo_cartridge *cartridge = load(c);
    const size_t size = ppo_console_size_for(cartridge);
    ppo_console *console = power_on(cartridge), *copy = power_on(cartridge);
    ppo_console_reset(console, cartridge);
    run(console, cartridge, 1, true);
    memcpy(copy, console, size);
    run(console, cartridge, FRAMES, true);
    run(copy, cartridge, FRAMES - 1, false);
    run(copy, cartridge, 1, true);
    assert_memory_equal(ppo_console_ram(copy), ppo_console_ram(console), PPO_ATARI_RAM_BYTES);
    assert_memory_equal(copy->more_ram, console->more_ram, cartridge->more_ram_bytes);
    assert_memory_equal(&copy->chips.board, &console->chips.board, sizeof copy->chips.board);
    assert_memory_equal(ppo_console_screen(copy), ppo_console_screen(console),
                        (size_t)ppo_console_height(console, cartridge) * PPO_ATARI_WIDTH);
    free(console);
    free(copy);
    ppo_cartridge_destroy(cartridge);
}

// Switches that lead out of the image or the RAM are refused.
static void test_damaged_switches(void **state)
{
    const kind_case *c = *state;
    ppo_cartridge *cartridge = load(c);
    ppo_console *console = power_on(cartridge);
    ppo_board *board = &console->chips.board;
    const ppo_board whole = *board;
    board->slice[0] = cartridge->size;
    assert_int_equal(ppo_console_check(console, cartridge, NULL), PPO_CORRUPT);
    *board = whole;
    board->slice[1] += 1;
    assert_int_equal(ppo_console_check(console, cartridge, NULL), PPO_CORRUPT);
    *board = whole;
    if (cartridge->wiring == PPO_WIRING_BOARD) {
        board->ram_bank = 32;
        assert_int_equal(ppo_console_check(console, cartridge, NULL), PPO_CORRUPT);
        *board = whole;
        board->shows_ram = 2;
        assert_int_equal(ppo_console_check(console, cartridge, NULL), PPO_CORRUPT);
        *board = whole;
        board->dpc.counter[3] = 2048;
        assert_int_equal(ppo_console_check(console, cartridge, NULL), PPO_CORRUPT);
        *board = whole;
    }
    assert_int_equal(ppo_console_check(console, cartridge, NULL), PPO_OK);
    free(console);
    ppo_cartridge_destroy(cartridge);
}

// CommaVid's images of 4K: what RAM holds at first, and the ROM.
static void test_image_with_ram(void **state)
{
    (void)state;
    static uint8_t bytes[4096];
    ppo_cartridge *cartridge;
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)(i * 7 + i / 256);
    memcpy(bytes + 3000, (uint8_t[]){0x99, 0x00, 0xF4}, 3);
    assert_int_equal(ppo_cartridge_create(&cartridge, bytes, sizeof bytes, NULL, NULL), PPO_OK);
    assert_int_equal(ppo_cartridge_kind_of(cartridge), PPO_CARTRIDGE_CV);
    ppo_console *console = power_on(cartridge);
    for (uint32_t i = 0; i < 1024; i++)
        assert_int_equal(ppo_board_read(console, cartridge, i, 0), bytes[i]);
    for (uint32_t i = 2048; i < 4096; i++)
        assert_int_equal(ppo_board_read(console, cartridge, i, 0), bytes[i]);
    free(console);
    ppo_cartridge_destroy(cartridge);
}

// Only a console with such a cartridge is larger than others.
static void test_sizes(void **state)
{
    (void)state;
    static const uint8_t bytes[2048];
    ppo_cartridge *cartridge;
    assert_int_equal(ppo_cartridge_create(&cartridge, bytes, sizeof bytes, NULL, NULL), PPO_OK);
    assert_int_equal(ppo_console_size_for(cartridge), sizeof(ppo_console));
    assert_int_equal(ppo_console_size(), sizeof(ppo_console) + 32768);
    ppo_cartridge_destroy(cartridge);
}

int main(void)
{
    enum { NUM_CASES = sizeof cases / sizeof cases[0] };
    struct CMUnitTest tests[3 * NUM_CASES + 2] = {cmocka_unit_test(test_image_with_ram),
                                                  cmocka_unit_test(test_sizes)};
    static const struct CMUnitTest each[3] = {cmocka_unit_test(test_program),
                                              cmocka_unit_test(test_snapshot),
                                              cmocka_unit_test(test_damaged_switches)};
    for (size_t i = 0; i < 3 * NUM_CASES; i++) {
        tests[i + 2] = each[i % 3];
        tests[i + 2].initial_state = (void *)(uintptr_t)&cases[i / 3];
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
