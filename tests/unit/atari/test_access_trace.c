// SPDX-License-Identifier: MIT
// A tape has all of the TIA's work: played back, it makes the same pictures, the same collisions
// and the same registers as the game did.
#include "atari/access_trace.h"
#include "atari/console.h"
#include "unit/atari/support/program.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { FRAMES = 40 };

static void *new_game(void)
{
    void *game = aligned_alloc(64, (ppo_game_size() + 63) / 64 * 64);
    assert_non_null(game);
    return game;
}

static ppo_console *console_of(ppo_game *game)
{
    return (ppo_console *)(uintptr_t)ppo_game_console(game);
}

static void compare(const ppo_tape *tape, const ppo_tia *start, const ppo_console *played)
{
    static uint8_t picture[2][PPO_PICTURE_BYTES];
    ppo_tia tia = *start;
    memcpy(picture[0], played->picture[played->chips.front], PPO_PICTURE_BYTES);
    memset(picture[1], 0xAA, PPO_PICTURE_BYTES);
    ppo_tape_play(tape, &tia, picture[1]);
    const ppo_tia *wanted = &played->chips.tia;
    assert_memory_equal(tia.reg, wanted->reg, sizeof tia.reg);
    assert_memory_equal(tia.position, wanted->position, sizeof tia.position);
    assert_int_equal(tia.collisions, wanted->collisions);
    assert_int_equal(tia.drawn_to, wanted->drawn_to);
    if (wanted->drawn_to >= wanted->window_stop)
        assert_memory_equal(picture[0], picture[1], (size_t)wanted->height * PPO_ATARI_WIDTH);
}

static size_t tape_and_compare(const ppo_game_info *info, const void *bytes, size_t size)
{
    ppo_game_setup setup = {.info = info};
    assert_int_equal(ppo_cartridge_create(&setup.cartridge, bytes, size, &info->traits, NULL),
                     PPO_OK);
    ppo_game *game = new_game(), *before = new_game();
    ppo_tape tape = {.capacity = (size_t)PPO_TAPE_FRAME_ENTRIES + 1000};
    tape.entry = malloc(tape.capacity * sizeof *tape.entry);
    assert_int_equal(ppo_game_load(game, &setup, 1, NULL), PPO_OK);
    size_t frames = 0, entries = 0;
    for (uint32_t i = 0; i < FRAMES; i++) {
        tape.count = 0;
        memcpy(before, game, ppo_game_size());
        const ppo_tia start = console_of(game)->chips.tia;
        ppo_game_act(game, &setup, (ppo_atari_action)(i * 7 % PPO_ATARI_NUM_ACTIONS), true);
        if (!ppo_tape_frame(&tape, console_of(before), console_of(game), setup.cartridge))
            continue;
        assert_memory_equal(ppo_console_ram(console_of(before)), ppo_console_ram(console_of(game)),
                            PPO_ATARI_RAM_BYTES);
        compare(&tape, &start, console_of(game));
        entries += tape.count;
        frames++;
    }
    free(tape.entry);
    free(game);
    free(before);
    ppo_cartridge_destroy(setup.cartridge);
    return frames ? entries / frames : 0;
}

static void test_games(void **state)
{
    (void)state;
    static const char *const names[] = {"Rally", "Bricks"};
    for (int i = 0; i < 2; i++) {
        size_t size;
        const ppo_game_info *info = ppo_game_find(names[i]);
        const void *bytes = ppo_game_cartridge(info, &size);
        if (!bytes)
            skip();
        assert_in_range(tape_and_compare(info, bytes, size), 20, 2000);
    }
}

// Cartridges of all sizes, frames that end anywhere, programs in RAM.
static void test_programs(void **state)
{
    (void)state;
    static uint8_t bytes[16384];
    static const size_t sizes[] = {2048, 4096, 8192, 16384};
    program_random random = {5};
    for (int i = 0; i < 40; i++) {
        program_frames(bytes, sizes[i % 4], &random);
        tape_and_compare(ppo_game_generic(), bytes, sizes[i % 4]);
    }
}

// A frame is noted whole or not at all.
static void test_full_tape(void **state)
{
    (void)state;
    ppo_console *console = aligned_alloc(64, (ppo_console_size() + 63) / 64 * 64);
    memset(console, 0, ppo_console_size());
    ppo_tape_entry entry[10];
    ppo_tape tape = {entry, 0, 10};
    assert_false(ppo_tape_frame(&tape, console, console, NULL));
    assert_int_equal(tape.count, 0);
    free(console);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_games),
        cmocka_unit_test(test_programs),
        cmocka_unit_test(test_full_tape),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
