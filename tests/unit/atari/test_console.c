// SPDX-License-Identifier: MIT
// The console as a whole: what is drawn does not depend on what was drawn before, a snapshot
// replays, inputs arrive, and random programs come back from every frame.
//
//   PPO_CONSOLE_FRAMES=1000000 test_atari_console    more of the random ones
#include "atari/console.h"
#include "unit/atari/support/program.h"
#include "unit/atari/support/tiny.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

enum { QUICK_FRAMES = 20000, FRAMES_PER_PROGRAM = 100 };

static ppo_console *new_console(void)
{
    ppo_console *console = aligned_alloc(64, (ppo_console_size() + 63) / 64 * 64);
    assert_non_null(console);
    return console;
}

static long wanted_frames(void)
{
    const char *text = getenv("PPO_CONSOLE_FRAMES");
    return text ? strtol(text, NULL, 10) : QUICK_FRAMES;
}

static ppo_cartridge *random_cartridge(program_random *random)
{
    static const size_t sizes[] = {2048, 4096, 4096, 8192, 16384};
    static uint8_t bytes[16384];
    const size_t size = sizes[program_draw(random, 5)];
    if (program_draw(random, 4) == 0)
        program_noise(bytes, size, random);
    else
        program_frames(bytes, size, random);
    ppo_cartridge_traits traits = {.paddles = {program_draw(random, 4) == 0}};
    ppo_cartridge *cartridge;
    assert_int_equal(ppo_cartridge_create(&cartridge, bytes, size, &traits, NULL), PPO_OK);
    return cartridge;
}

static ppo_console_input random_input(program_random *random)
{
    ppo_console_input input = {0};
    if (program_draw(random, 2)) {
        input.joystick[0] = (uint8_t)program_draw(random, 32);
        input.joystick[1] = (uint8_t)program_draw(random, 32);
        input.switches = (uint8_t)program_draw(random, 256);
        input.paddle_ohm[program_draw(random, 4)] = (int32_t)program_draw(random, 1000000);
    }
    return input;
}

static void assert_same(const ppo_console *a, const ppo_console *b, const ppo_cartridge *cartridge,
                        bool screens)
{
    assert_memory_equal(ppo_console_ram(a), ppo_console_ram(b), PPO_ATARI_RAM_BYTES);
    assert_int_equal(ppo_console_cycles(a), ppo_console_cycles(b));
    assert_int_equal(ppo_console_scanlines(a), ppo_console_scanlines(b));
    assert_int_equal(a->chips.tia.collisions, b->chips.tia.collisions);
    if (screens)
        assert_memory_equal(ppo_console_screen(a), ppo_console_screen(b),
                            PPO_ATARI_WIDTH * (size_t)ppo_console_height(a, cartridge));
}

// One console draws every frame, the other some; where both did, they show the same.
static void test_undrawn(void **state)
{
    (void)state;
    program_random random = {1};
    ppo_console *all = new_console(), *some = new_console();
    long compared = 0, incomplete = 0;
    for (long frames = 0; frames < wanted_frames(); frames += FRAMES_PER_PROGRAM) {
        ppo_cartridge *cartridge = random_cartridge(&random);
        ppo_console_power_on(all, cartridge, PPO_CONSOLE_SEED);
        ppo_console_power_on(some, cartridge, PPO_CONSOLE_SEED);
        for (int i = 0; i < FRAMES_PER_PROGRAM; i++) {
            if (program_draw(&random, 40) == 0) {
                ppo_console_reset(all, cartridge);
                ppo_console_reset(some, cartridge);
            }
            const ppo_console_input input = random_input(&random);
            const bool draw = i / 4 % 2 ? i % 4 > 1 : program_draw(&random, 3) == 0;
            ppo_console_frame(all, cartridge, &input, true);
            ppo_console_frame(some, cartridge, &input, draw);
            assert_same(all, some, cartridge, draw);
            compared += draw;
            incomplete += all->chips.tia.drawn_to < all->chips.tia.window_stop;
        }
        ppo_cartridge_destroy(cartridge);
    }
    assert_true(compared > 1000);
    assert_true(incomplete > 1000); // or this would not be a test
    free(all);
    free(some);
}

// A snapshot is a copy; played on from, it goes the same way.
static void test_snapshot(void **state)
{
    (void)state;
    program_random random = {2};
    ppo_console *console = new_console(), *copy = new_console();
    for (long frames = 0; frames < wanted_frames(); frames += 4 * FRAMES_PER_PROGRAM) {
        ppo_cartridge *cartridge = random_cartridge(&random);
        ppo_console_power_on(console, cartridge, (uint32_t)frames);
        for (uint32_t i = program_draw(&random, FRAMES_PER_PROGRAM); i > 0; i--) {
            const ppo_console_input input = random_input(&random);
            ppo_console_frame(console, cartridge, &input, program_draw(&random, 2));
        }
        memcpy(copy, console, ppo_console_size());
        for (int i = 0; i < FRAMES_PER_PROGRAM; i++) {
            const ppo_console_input input = random_input(&random);
            ppo_console_frame(console, cartridge, &input, i % 3 > 0);
            ppo_console_frame(copy, cartridge, &input, i % 3 > 0);
            assert_same(console, copy, cartridge, i % 3 > 0);
        }
        assert_memory_equal(console, copy, ppo_console_size());
        ppo_cartridge_destroy(cartridge);
    }
    free(console);
    free(copy);
}

// A game that behaves: 100,000 frames, restored again and again.
static void test_long_replay(void **state)
{
    (void)state;
    uint8_t bytes[TINY_SIZE];
    tiny_cartridge(bytes);
    ppo_cartridge *cartridge;
    assert_int_equal(ppo_cartridge_create(&cartridge, bytes, sizeof bytes, NULL, NULL), PPO_OK);
    ppo_console *console = new_console(), *copy = new_console();
    ppo_console_power_on(console, cartridge, PPO_CONSOLE_SEED);
    program_random random = {3};
    for (int round = 0; round < 200; round++) {
        memcpy(copy, console, ppo_console_size());
        const program_random start = random;
        for (int i = 0; i < 250; i++) {
            const ppo_console_input input = random_input(&random);
            ppo_console_frame(console, cartridge, &input, i % 4 > 1);
        }
        random = start;
        for (int i = 0; i < 250; i++) {
            const ppo_console_input input = random_input(&random);
            ppo_console_frame(copy, cartridge, &input, i % 4 > 1);
        }
        assert_memory_equal(console, copy, ppo_console_size());
    }
    free(console);
    free(copy);
    ppo_cartridge_destroy(cartridge);
}

static void test_inputs(void **state)
{
    (void)state;
    uint8_t bytes[TINY_SIZE];
    tiny_cartridge(bytes);
    ppo_cartridge *cartridge;
    ppo_console *console = new_console();
    const ppo_cartridge_traits traits[] = {
        {0}, {.paddles = {true}}, {.paddles = {true}, .swap_paddles = true}};
    static const uint8_t with_fire[] = {0xFF, 0x7F, 0xBF}; // SWCHA
    for (int i = 0; i < 3; i++) {
        assert_int_equal(ppo_cartridge_create(&cartridge, bytes, sizeof bytes, &traits[i], NULL),
                         PPO_OK);
        ppo_console_power_on(console, cartridge, PPO_CONSOLE_SEED);
        ppo_console_input input = {.joystick = {PPO_JOYSTICK_FIRE, 0}};
        ppo_console_frame(console, cartridge, &input, true);
        ppo_console_frame(console, cartridge, &input, true);
        assert_int_equal(ppo_console_ram(console)[TINY_JOYSTICK], with_fire[i]);
        assert_int_equal(ppo_console_ram(console)[TINY_BUTTON] & 0x80, i == 0 ? 0 : 0x80);
        ppo_cartridge_destroy(cartridge);
    }
    assert_int_equal(ppo_cartridge_create(&cartridge, bytes, sizeof bytes, NULL, NULL), PPO_OK);
    ppo_console_power_on(console, cartridge, PPO_CONSOLE_SEED);
    ppo_console_input input = {.joystick = {PPO_JOYSTICK_UP | PPO_JOYSTICK_RIGHT, 4}};
    input.switches = PPO_SWITCH_RESET | PPO_SWITCH_LEFT_A;
    ppo_console_frame(console, cartridge, &input, true);
    assert_int_equal(console->chips.riot.port_a, 0xFF ^ 0x94);
    assert_int_equal(console->chips.riot.port_b, 0x7E);
    ppo_cartridge_destroy(cartridge);
    free(console);
}

// Its first instruction is a KIL.
static ppo_cartridge *jamming_cartridge(void)
{
    static uint8_t bytes[2048];
    memset(bytes, 0x02, sizeof bytes);
    bytes[0x7FD] = 0xF0;
    ppo_cartridge *cartridge;
    assert_int_equal(ppo_cartridge_create(&cartridge, bytes, sizeof bytes, NULL, NULL), PPO_OK);
    return cartridge;
}

// A program that jams has frames all the same, and a reset wakes it up.
static void test_jam(void **state)
{
    (void)state;
    ppo_cartridge *cartridge = jamming_cartridge();
    ppo_console *console = new_console();
    ppo_console_power_on(console, cartridge, PPO_CONSOLE_SEED);
    for (int i = 0; i < 1000; i++)
        ppo_console_frame(console, cartridge, &(ppo_console_input){0}, i % 2);
    assert_int_equal(ppo_console_cycles(console), 2);
    ppo_console_reset(console, cartridge);
    assert_false(console->chips.cpu.jammed);
    free(console);
    ppo_cartridge_destroy(cartridge);
}

static void test_chance(void **state)
{
    (void)state;
    ppo_cartridge *cartridge = jamming_cartridge();
    ppo_console *a = new_console(), *b = new_console();
    ppo_console_power_on(a, cartridge, 1);
    ppo_console_power_on(b, cartridge, 1);
    assert_memory_equal(a, b, ppo_console_size());
    ppo_console_power_on(b, cartridge, 2);
    assert_memory_not_equal(ppo_console_ram(a), ppo_console_ram(b), PPO_ATARI_RAM_BYTES);
    uint32_t different = 0;
    for (int i = 0; i < 50; i++) {
        const uint8_t before = a->chips.riot.timer;
        ppo_console_reset(a, cartridge);
        assert_in_range(a->chips.riot.timer, 25, 99);
        different += a->chips.riot.timer != before;
    }
    assert_true(different > 30);
    free(a);
    free(b);
    ppo_cartridge_destroy(cartridge);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_undrawn),     cmocka_unit_test(test_snapshot),
        cmocka_unit_test(test_long_replay), cmocka_unit_test(test_inputs),
        cmocka_unit_test(test_jam),         cmocka_unit_test(test_chance),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
