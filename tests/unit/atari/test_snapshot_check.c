// SPDX-License-Identifier: MIT
// Damaged states: each is refused, or runs within its bounds, which sanitisers watch. Every state
// that playing leads to is accepted.
//
//   PPO_CHECK_STATES=20000 test_atari_check    more of the damaged ones
#include "atari/game.h"
#include "unit/atari/support/program.h"
#include "unit/atari/support/tiny.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

enum { QUICK_STATES = 2000, FRAMES_AFTER = 30, FRAMES_PER_PROGRAM = 60 };

static long wanted_states(void)
{
    const char *text = getenv("PPO_CHECK_STATES");
    return text ? strtol(text, NULL, 10) : QUICK_STATES;
}

// A game with everything that it needs.
typedef struct fixture {
    ppo_game_setup setup;
    ppo_game *game, *damaged;
} fixture;

static void fixture_open(fixture *b, const ppo_game_info *info, const void *bytes, size_t size)
{
    *b = (fixture){.setup = {.info = info, .sticky_prob = 0.25}};
    assert_int_equal(ppo_cartridge_create(&b->setup.cartridge, bytes, size, &info->traits, NULL),
                     PPO_OK);
    b->game = aligned_alloc(64, ppo_game_size());
    b->damaged = aligned_alloc(64, ppo_game_size());
    assert_int_equal(ppo_game_load(b->game, &b->setup, 1, NULL), PPO_OK);
}

static void fixture_close(fixture *b)
{
    free(b->game);
    free(b->damaged);
    ppo_cartridge_destroy(b->setup.cartridge);
}

static void play(fixture *b, ppo_game *game, program_random *random, int frames)
{
    for (int i = 0; i < frames; i++) {
        const ppo_atari_action action = program_draw(random, PPO_ATARI_NUM_ACTIONS);
        ppo_game_act(game, &b->setup, action, program_draw(random, 2));
    }
}

// --- legitimate ones ---------------------------------------------------------------------------

static void expect_sound(const ppo_game *game, const ppo_game_setup *setup)
{
    ppo_error error = {0};
    if (ppo_game_check(game, setup, &error) != PPO_OK)
        fail_msg("%s: %s", setup->info->name, error.message);
}

static void play_and_check(fixture *b, program_random *random, int frames)
{
    for (int i = 0; i < frames; i++) {
        play(b, b->game, random, 1);
        expect_sound(b->game, &b->setup);
        if (ppo_game_is_over(b->game) || program_draw(random, 500) == 0) {
            ppo_game_reset(b->game, &b->setup, NULL);
            expect_sound(b->game, &b->setup);
        }
    }
}

static void test_games_are_sound(void **state)
{
    (void)state;
    static const char *const names[] = {"Rally", "Bricks"};
    program_random random = {1};
    for (int i = 0; i < 2; i++) {
        size_t size;
        const ppo_game_info *info = ppo_game_find(names[i]);
        const void *bytes = ppo_game_cartridge(info, &size);
        if (!bytes)
            skip();
        fixture b;
        fixture_open(&b, info, bytes, size);
        play_and_check(&b, &random, 5000);
        fixture_close(&b);
    }
}

static void open_random(fixture *b, program_random *random)
{
    static const size_t sizes[] = {2048, 4096, 4096, 8192, 16384};
    static uint8_t bytes[16384];
    const size_t size = sizes[program_draw(random, 5)];
    if (program_draw(random, 4) == 0)
        program_noise(bytes, size, random);
    else
        program_frames(bytes, size, random);
    fixture_open(b, ppo_game_generic(), bytes, size);
}

static void test_programs_are_sound(void **state)
{
    (void)state;
    program_random random = {2};
    for (int i = 0; i < 60; i++) {
        fixture b;
        open_random(&b, &random);
        play_and_check(&b, &random, FRAMES_PER_PROGRAM);
        fixture_close(&b);
    }
}

// --- damaged ones ------------------------------------------------------------------------------

// Most bytes are screens and generators, in which little can break: the chips get most of it.
static size_t place_of_damage(program_random *random)
{
    const size_t console = ppo_game_size() - ppo_console_size();
    const uint32_t kind = program_draw(random, 8);
    if (kind > 2)
        return console + program_draw(random, sizeof(ppo_chips));
    const size_t lively = console + offsetof(ppo_console, screen);
    return program_draw(random, (uint32_t)(kind > 0 ? lively : ppo_game_size()));
}

static void damage(fixture *b, program_random *random)
{
    unsigned char *bytes = (unsigned char *)b->damaged;
    memcpy(bytes, b->game, ppo_game_size());
    for (uint32_t n = program_draw(random, 3) + 1; n > 0; n--) {
        const size_t at = place_of_damage(random);
        bytes[at] =
            (unsigned char)(program_draw(random, 2) ? program_draw(random, 256)
                                                    : bytes[at] ^ 1u << program_draw(random, 8));
    }
}

static void test_damage(void **state)
{
    (void)state;
    program_random random = {3};
    long refused = 0, accepted = 0;
    while (refused + accepted < wanted_states()) {
        fixture b;
        open_random(&b, &random);
        for (int i = 0; i < 100; i++) {
            if (i % 10 == 0)
                play(&b, b.game, &random, 3);
            damage(&b, &random);
            if (ppo_game_check(b.damaged, &b.setup, NULL) != PPO_OK) {
                refused++;
                continue;
            }
            accepted++;
            play(&b, b.damaged, &random, FRAMES_AFTER);
            expect_sound(b.damaged, &b.setup);
        }
        fixture_close(&b);
    }
    assert_true(refused > wanted_states() / 20 && accepted > wanted_states() / 20);
}

// Every byte once with each of four values, without running it: those of the kinds that matter are
// refused with a sentence, and the check itself reads nothing that it must not.
static void test_every_byte(void **state)
{
    (void)state;
    static const unsigned char values[] = {0xFF, 0x80, 0x02, 0xA1};
    program_random random = {4};
    uint8_t bytes[TINY_SIZE];
    tiny_cartridge(bytes);
    fixture b;
    fixture_open(&b, ppo_game_generic(), bytes, sizeof bytes);
    play(&b, b.game, &random, 10);
    memcpy(b.damaged, b.game, ppo_game_size());
    const size_t lively = ppo_game_size() - ppo_console_size() + offsetof(ppo_console, screen);
    for (size_t at = 0; at < lively; at++) {
        unsigned char *byte = (unsigned char *)b.damaged + at;
        const unsigned char old = *byte;
        for (size_t i = 0; i < sizeof values; i++) {
            ppo_error error = {0};
            *byte = values[i];
            if (ppo_game_check(b.damaged, &b.setup, &error) != PPO_OK)
                assert_true(error.status == PPO_CORRUPT && strlen(error.message) > 30);
        }
        *byte = old;
    }
    fixture_close(&b);
}

typedef struct hit {
    const char *says;
    size_t at; // in the console
    uint8_t value;
} hit;

static void test_targets(void **state)
{
    (void)state;
#define TIA(field)   offsetof(ppo_console, chips.tia.field)
#define CHIPS(field) offsetof(ppo_console, chips.field)
    static const hit hits[] = {
        {"TIA draws outside", TIA(row), 250},
        {"TIA draws outside", TIA(line_start), 1},
        {"TIA draws outside", TIA(drawn_to) + 3, 1},
        {"TIA draws outside", TIA(pixel), 161},
        {"TIA draws outside", TIA(flushed) + 1, 1},
        {"the window of its TIA", TIA(window_stop) + 2, 1},
        {"the window of its TIA", TIA(height), 251},
        {"the window of its TIA", TIA(touched_reg), 64},
        {"the window of its TIA", TIA(origin), 228},
        {"object of its TIA", TIA(position) + 4, 160},
        {"object of its TIA", TIA(settled), 161},
        {"object of its TIA", TIA(reshape), 64},
        {"object of its TIA", TIA(broken), 128},
        {"object of its TIA", TIA(lit), 64},
        {"colour of a register", TIA(num_recolourings), 33},
        {"a flag of its TIA", TIA(dumped), 2},
        {"a flag of its TIA", TIA(first_hidden) + 1, 3},
        {"its timer", CHIPS(riot.shift), 1},
        {"its timer", CHIPS(riot.expired_read), 2},
        {"selected a bank", CHIPS(board.slice) + 1, 16},
        {"neither set nor", CHIPS(cpu.jammed), 255},
        {"third screen", CHIPS(front), 2},
        {"third screen", offsetof(ppo_console, stale), 4},
        {"neither set nor", offsetof(ppo_console, pal), 2},
        {"its random generator", offsetof(ppo_console, random.next) + 2, 1},
    };
    uint8_t bytes[TINY_SIZE];
    tiny_cartridge(bytes);
    fixture b;
    fixture_open(&b, ppo_game_generic(), bytes, sizeof bytes);
    for (size_t i = 0; i < sizeof hits / sizeof hits[0]; i++) {
        ppo_error error = {0};
        memcpy(b.damaged, b.game, ppo_game_size());
        ((unsigned char *)ppo_game_machine(b.damaged))[hits[i].at] = hits[i].value;
        if (ppo_game_check(b.damaged, &b.setup, &error) != PPO_CORRUPT)
            fail_msg("case %zu, %s: accepted", i, hits[i].says);
        if (!strstr(error.message, hits[i].says))
            fail_msg("case %zu says \"%s\", not \"%s\"", i, error.message, hits[i].says);
    }
    fixture_close(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_games_are_sound), cmocka_unit_test(test_programs_are_sound),
        cmocka_unit_test(test_damage),          cmocka_unit_test(test_every_byte),
        cmocka_unit_test(test_targets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
