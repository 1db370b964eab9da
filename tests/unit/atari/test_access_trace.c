// SPDX-License-Identifier: MIT
// A trace holds all of the TIA's work: replayed, it gives the same screen, collisions and registers
// as the game.
#include "atari/access_trace.h"
#include "atari/game.h"
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

static void compare(const ppo_access_trace *trace, const ppo_tia *start, const ppo_console *played)
{
    static uint8_t screen[2][PPO_SCREEN_BYTES];
    ppo_tia tia = *start;
    memcpy(screen[0], played->screen[played->chips.front], PPO_SCREEN_BYTES);
    memset(screen[1], 0xAA, PPO_SCREEN_BYTES);
    ppo_access_trace_replay(trace, &tia, screen[1]);
    const ppo_tia *wanted = &played->chips.tia;
    assert_memory_equal(tia.reg, wanted->reg, sizeof tia.reg);
    assert_memory_equal(tia.position, wanted->position, sizeof tia.position);
    assert_int_equal(tia.collisions, wanted->collisions);
    assert_int_equal(tia.drawn_to, wanted->drawn_to);
    if (wanted->drawn_to >= wanted->window_stop)
        assert_memory_equal(screen[0], screen[1], (size_t)wanted->height * PPO_ATARI_WIDTH);
}

static size_t record_and_compare(const ppo_game_info *info, const void *bytes, size_t size)
{
    ppo_game_setup setup = {.info = info};
    assert_int_equal(ppo_cartridge_create(&setup.cartridge, bytes, size, &info->traits, NULL),
                     PPO_OK);
    ppo_game *game = new_game(), *before = new_game();
    ppo_access_trace trace = {.capacity = (size_t)PPO_ACCESS_FRAME_ENTRIES + 1000};
    trace.entry = malloc(trace.capacity * sizeof *trace.entry);
    assert_int_equal(ppo_game_load(game, &setup, 1, NULL), PPO_OK);
    size_t frames = 0, entries = 0;
    for (uint32_t i = 0; i < FRAMES; i++) {
        trace.count = 0;
        memcpy(before, game, ppo_game_size());
        const ppo_tia start = ppo_game_machine(game)->chips.tia;
        ppo_game_act(game, &setup, (ppo_atari_action)(i * 7 % PPO_ATARI_NUM_ACTIONS), true);
        if (!ppo_access_trace_frame(&trace, ppo_game_machine(before), ppo_game_machine(game),
                                    setup.cartridge))
            continue;
        assert_memory_equal(ppo_console_ram(ppo_game_machine(before)),
                            ppo_console_ram(ppo_game_machine(game)), PPO_ATARI_RAM_BYTES);
        compare(&trace, &start, ppo_game_machine(game));
        entries += trace.count;
        frames++;
    }
    free(trace.entry);
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
        assert_in_range(record_and_compare(info, bytes, size), 20, 2000);
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
        record_and_compare(ppo_game_generic(), bytes, sizes[i % 4]);
    }
}

// A frame is recorded whole or not at all.
static void test_full_trace(void **state)
{
    (void)state;
    ppo_console *console = aligned_alloc(64, (ppo_console_size() + 63) / 64 * 64);
    memset(console, 0, ppo_console_size());
    ppo_access_entry entry[10];
    ppo_access_trace trace = {entry, 0, 10};
    assert_false(ppo_access_trace_frame(&trace, console, console, NULL));
    assert_int_equal(trace.count, 0);
    free(console);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_games),
        cmocka_unit_test(test_programs),
        cmocka_unit_test(test_full_trace),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
