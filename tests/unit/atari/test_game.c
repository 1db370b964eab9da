// SPDX-License-Identifier: MIT
// Playing: the start of an episode, actions, sticky actions, truncation, snapshots; and that the
// table of games is sound. What games' rules make of RAM, test_rules.c says; that all of it equals
// ALE, test_golden.c.
#include "atari/mersenne.h"
#include "atari/game_modes.h"
#include "unit/atari/support/tiny.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

typedef struct fixture {
    ppo_game_info info;
    ppo_game_setup setup;
    ppo_game *game;
} fixture;

static void fixture_open(fixture *b)
{
    uint8_t bytes[TINY_SIZE];
    tiny_cartridge(bytes);
    b->info = *ppo_game_generic();
    b->setup = (ppo_game_setup){.info = &b->info};
    assert_int_equal(ppo_cartridge_create(&b->setup.cartridge, bytes, sizeof bytes, NULL, NULL),
                     PPO_OK);
    b->game = aligned_alloc(64, ppo_game_size());
    assert_int_equal(ppo_game_load(b->game, &b->setup, 1, NULL), PPO_OK);
}

static void fixture_close(fixture *b)
{
    free(b->game);
    ppo_cartridge_destroy(b->setup.cartridge);
}

static unsigned frames_of(const fixture *b)
{
    return tiny_frames(ppo_game_console(b->game));
}

static uint8_t ram_of(const fixture *b, unsigned i)
{
    return ppo_console_ram(ppo_game_console(b->game))[i];
}

// How many frames a reset takes. The first one, from switching on to the first VSYNC, has no count.
static unsigned start_length(fixture *b)
{
    const unsigned before = frames_of(b);
    assert_int_equal(ppo_game_reset(b->game, &b->setup, NULL), PPO_OK);
    assert_int_equal(ppo_game_frames(b->game), 0);
    return 1 + ((frames_of(b) - before) & 0xFFFF);
}

static bool is_mode_always(const uint8_t *ram, const uint8_t *cartridge_ram, uint32_t mode)
{
    (void)ram;
    (void)cartridge_ram;
    return mode == 0;
}

static bool is_mode_count(const uint8_t *ram, const uint8_t *cartridge_ram, uint32_t mode)
{
    (void)cartridge_ram;
    return ram[TINY_COUNT] == mode;
}

static const ppo_mode_choice never_asked = {.is_chosen = is_mode_always, .select_frames = 1};
static const ppo_mode_choice unreachable = {.is_chosen = is_mode_always, .select_frames = 2};
// a press is one frame and one without, so that the byte moves by 2
static const ppo_mode_choice by_count = {.is_chosen = is_mode_count, .select_frames = 1};

static void test_start(void **state)
{
    (void)state;
    fixture b;
    fixture_open(&b);
    assert_int_equal(start_length(&b), 68);
    b.info.choice = &never_asked;
    assert_int_equal(start_length(&b), 72);
    b.info.start[0] = (ppo_game_start){PPO_ATARI_RESET, 1};
    b.info.start[1] = (ppo_game_start){PPO_ATARI_DOWN, 16};
    assert_int_equal(start_length(&b), 89);
    assert_int_equal(ram_of(&b, TINY_JOYSTICK), 0xFF & ~0x20); // the last of them was DOWN
    fixture_close(&b);
}

static void test_modes(void **state)
{
    (void)state;
    fixture b;
    ppo_error error;
    fixture_open(&b);
    b.info.choice = &unreachable;
    b.info.modes = "0-3";
    b.setup.mode = 4;
    assert_int_equal(ppo_game_load(b.game, &b.setup, 1, &error), PPO_INVALID);
    assert_non_null(strstr(error.message, "no mode 4"));
    b.setup.mode = 3;
    assert_int_equal(ppo_game_load(b.game, &b.setup, 1, &error), PPO_UNSUPPORTED);
    assert_non_null(strstr(error.message, "mode 3"));
    b.setup.mode = 0;
    b.setup.difficulty = 1;
    assert_int_equal(ppo_game_load(b.game, &b.setup, 1, &error), PPO_INVALID);
    assert_non_null(strstr(error.message, "no difficulty 1"));
    fixture_close(&b);
}

// SELECT is pressed until the mode's byte, here the low one of the frame counter, is right.
static void test_mode_is_chosen(void **state)
{
    (void)state;
    fixture b;
    fixture_open(&b);
    b.info.choice = &by_count;
    b.info.modes = "0-254";
    const unsigned before = frames_of(&b);
    b.setup.mode = (before + 63 + 2 * 5) & 0xFF;
    assert_int_equal(ppo_game_reset(b.game, &b.setup, NULL), PPO_OK);
    assert_int_equal((frames_of(&b) - before) & 0xFFFF, 63 + 2 * 5 + 8);
    fixture_close(&b);
}

static void test_actions(void **state)
{
    // Joystick of the left port in the high nibble: right, left, down, up; 0 is pressed.
    static const uint8_t expected[PPO_ATARI_NUM_ACTIONS][2] = {
        {0xF0, 0}, {0xF0, 1}, {0xE0, 0}, {0x70, 0}, {0xB0, 0}, {0xD0, 0},
        {0x60, 0}, {0xA0, 0}, {0x50, 0}, {0x90, 0}, {0xE0, 1}, {0x70, 1},
        {0xB0, 1}, {0xD0, 1}, {0x60, 1}, {0xA0, 1}, {0x50, 1}, {0x90, 1}};
    (void)state;
    fixture b;
    fixture_open(&b);
    for (unsigned action = 0; action < PPO_ATARI_NUM_ACTIONS; action++) {
        const unsigned before = frames_of(&b);
        assert_int_equal(ppo_game_act(b.game, &b.setup, (ppo_atari_action)action, true), 0);
        assert_int_equal(frames_of(&b) - before, 1);
        assert_int_equal(ram_of(&b, TINY_JOYSTICK) & 0xF0, expected[action][0]);
        assert_int_equal(ram_of(&b, TINY_BUTTON) >> 7, !expected[action][1]);
    }
    assert_int_equal(ppo_game_frames(b.game), PPO_ATARI_NUM_ACTIONS);
    fixture_close(&b);
}

// Two draws a frame from mt19937; the first decides, and what goes on is the action that was done.
static void test_sticky_actions(void **state)
{
    (void)state;
    fixture b;
    ppo_mersenne random;
    unsigned done = PPO_ATARI_NOOP, stuck = 0;
    fixture_open(&b);
    b.setup.sticky_prob = 0.25;
    assert_int_equal(ppo_game_load(b.game, &b.setup, 77, NULL), PPO_OK);
    ppo_mersenne_init(&random, 77);
    for (unsigned i = 0; i < 2000; i++) {
        const unsigned chosen = i % 2 ? PPO_ATARI_UP : PPO_ATARI_DOWN;
        ppo_game_act(b.game, &b.setup, (ppo_atari_action)chosen, false);
        if (ppo_mersenne_next(&random) >= 0x40000000u)
            done = chosen;
        else
            stuck++;
        ppo_mersenne_next(&random);
        assert_int_equal(ram_of(&b, TINY_JOYSTICK) & 0x30, done == PPO_ATARI_UP     ? 0x20
                                                           : done == PPO_ATARI_DOWN ? 0x10
                                                                                    : 0x30);
    }
    assert_in_range(stuck, 420, 580);
    assert_int_equal(ppo_game_reset(b.game, &b.setup, NULL), PPO_OK); // forgets the last action
    while (ppo_mersenne_next(&random) >= 0x40000000u) {               // up to a draw that sticks
        ppo_game_act(b.game, &b.setup, PPO_ATARI_NOOP, false);
        ppo_mersenne_next(&random);
    }
    ppo_game_act(b.game, &b.setup, PPO_ATARI_UP, false);
    assert_int_equal(ram_of(&b, TINY_JOYSTICK) & 0xF0, 0xF0);
    fixture_close(&b);
}

static void test_truncation(void **state)
{
    (void)state;
    fixture b;
    fixture_open(&b);
    b.setup.max_frames = 5;
    for (unsigned i = 0; i < 5; i++) {
        assert_false(ppo_game_is_truncated(b.game, &b.setup));
        ppo_game_act(b.game, &b.setup, PPO_ATARI_NOOP, false);
    }
    assert_true(ppo_game_is_truncated(b.game, &b.setup) && !ppo_game_is_over(b.game));
    const unsigned frames = frames_of(&b);
    ppo_game_act(b.game, &b.setup, PPO_ATARI_NOOP, false); // nothing happens any more
    assert_int_equal(frames_of(&b), frames);
    assert_int_equal(ppo_game_reset(b.game, &b.setup, NULL), PPO_OK);
    assert_false(ppo_game_is_truncated(b.game, &b.setup));
    fixture_close(&b);
}

static void test_snapshot_is_a_copy(void **state)
{
    (void)state;
    fixture b;
    fixture_open(&b);
    b.setup.sticky_prob = 0.5;
    ppo_game *kept = aligned_alloc(64, ppo_game_size()),
             *first = aligned_alloc(64, ppo_game_size());
    ppo_game_act(b.game, &b.setup, PPO_ATARI_UP, true);
    memcpy(kept, b.game, ppo_game_size());
    for (unsigned round = 0; round < 2; round++) {
        for (unsigned i = 0; i < 50; i++)
            ppo_game_act(b.game, &b.setup, i % 3 ? PPO_ATARI_UP : PPO_ATARI_FIRE, true);
        if (round == 0) {
            memcpy(first, b.game, ppo_game_size());
            memcpy(b.game, kept, ppo_game_size());
        }
    }
    assert_memory_equal(b.game, first, ppo_game_size());
    free(first);
    free(kept);
    fixture_close(&b);
}

static void check_row(const ppo_game_info *info)
{
    assert_ptr_equal(ppo_game_find(info->name), info);
    if (info->md5) {
        assert_int_equal(strlen(info->md5), 32);
        assert_int_equal(strspn(info->md5, "0123456789abcdef"), 32);
        assert_ptr_equal(ppo_game_find_md5(info->md5), info);
    }
    assert_in_range(info->num_actions, 2, PPO_ATARI_NUM_ACTIONS);
    for (unsigned i = 1; i < info->num_actions; i++)
        assert_true(info->action[i] > info->action[i - 1] &&
                    info->action[i] < PPO_ATARI_NUM_ACTIONS);
    for (unsigned i = 0; i < 3; i++)
        assert_true(info->start[i].action < PPO_ATARI_NUM_ACTIONS ||
                    info->start[i].action == PPO_ATARI_RESET);
    assert_int_equal(info->modes != NULL, info->choice != NULL);
    assert_true(ppo_game_list_has(info->modes, ppo_game_default_mode(info)));
    assert_non_null(info->rules);
}

static void test_table(void **state)
{
    (void)state;
    size_t size;
    for (size_t i = 0; i < ppo_game_count(); i++) {
        check_row(ppo_game_at(i));
        if (ppo_game_at(i)->md5)
            assert_null(ppo_game_cartridge(ppo_game_at(i), &size));
    }
    assert_int_equal(ppo_game_count(), 104 + 2);
    assert_null(ppo_game_at(ppo_game_count()));
    assert_null(ppo_game_find("pong"));
    assert_null(ppo_game_find_md5("0"));
}

static void test_lists(void **state)
{
    (void)state;
    static const struct {
        const char *list;
        uint32_t number;
        bool has;
    } cases[] = {
        {NULL, 0, true},
        {NULL, 1, false},
        {"3", 3, true},
        {"3", 0, false},
        {"0-3", 3, true},
        {"0-3", 4, false},
        {"0-44/4", 44, true},
        {"0-44/4", 42, false},
        {"1-9 16 17", 16, true},
        {"1-9 16 17", 10, false},
        {"0-5000/100 1-5001/100", 301, true},
        {"0-5000/100", 301, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        if (ppo_game_list_has(cases[i].list, cases[i].number) != cases[i].has)
            fail_msg("case %zu", i);
    assert_int_equal(ppo_game_default_mode(ppo_game_find("Centipede")), 22);
    assert_int_equal(ppo_game_default_mode(ppo_game_find("Qbert")), 0);
}

// Modes, ports and paddles of the games that differ.
static void test_procedures(void **state)
{
    (void)state;
    uint8_t ram[128] = {0}, more[128] = {0};
    ram[93] = 4;
    assert_true(ppo_modes_adventure.is_chosen(ram, more, 2));
    ram[12] = 73;
    assert_true(ppo_modes_jamesbond.is_chosen(ram, more, 1));
    assert_false(ppo_modes_jamesbond.is_chosen(ram, more, 0));
    ram[25] = ram[33] = 1;
    assert_true(ppo_modes_ms_pacman.is_chosen(ram, more, 0));
    ram[33] = 0;
    assert_true(ppo_modes_ms_pacman.is_chosen(ram, more, 1));
    more[106] = 2;
    assert_true(ppo_modes_klax.is_chosen(ram, more, 2));
    ram[13] = 0;
    assert_true(ppo_modes_crossbow.is_chosen(ram, more, 255));
    assert_true(ppo_game_find("WizardOfWor")->swap_ports && ppo_game_find("Surround")->swap_ports);
    assert_true(ppo_game_find("Skiing")->no_fire && ppo_game_find("LostLuggage")->no_fire);
}

// The player's joystick in the right port; actions with FIRE that are none.
static void test_ports(void **state)
{
    (void)state;
    fixture b;
    fixture_open(&b);
    b.info.swap_ports = true;
    ppo_game_act(b.game, &b.setup, PPO_ATARI_RIGHTFIRE, false);
    assert_int_equal(ram_of(&b, TINY_JOYSTICK), 0xF7);
    b.info.swap_ports = false;
    b.info.no_fire = true;
    ppo_game_act(b.game, &b.setup, PPO_ATARI_RIGHTFIRE, false);
    assert_int_equal(ram_of(&b, TINY_JOYSTICK), 0xFF);
    ppo_game_act(b.game, &b.setup, PPO_ATARI_RIGHT, false);
    assert_int_equal(ram_of(&b, TINY_JOYSTICK), 0x7F);
    fixture_close(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_start),
        cmocka_unit_test(test_modes),
        cmocka_unit_test(test_mode_is_chosen),
        cmocka_unit_test(test_actions),
        cmocka_unit_test(test_sticky_actions),
        cmocka_unit_test(test_truncation),
        cmocka_unit_test(test_snapshot_is_a_copy),
        cmocka_unit_test(test_table),
        cmocka_unit_test(test_lists),
        cmocka_unit_test(test_procedures),
        cmocka_unit_test(test_ports),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
