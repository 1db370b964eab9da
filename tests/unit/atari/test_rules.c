// SPDX-License-Identifier: MIT
// The games' rules on made-up RAM: score, reward, lives and end as written down here. A
// row per moment: bytes that change, and what the tally must say then.
#include "atari/rules.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

typedef struct moment {
    uint8_t change[4][2]; // address, value; {0, 0} with nothing more sets RAM 0 to 0
    int32_t reward, lives, is_over;
} moment;

static void play(const ppo_game_rules *rules, const moment *moments, size_t count)
{
    uint8_t ram[PPO_ATARI_RAM_BYTES] = {0};
    ppo_tally tally = {.score = 0};
    ppo_rules_reset(rules, &tally);
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < 4; k++)
            if (moments[i].change[k][0] || k == 0)
                ram[moments[i].change[k][0]] = moments[i].change[k][1];
        rules->step(&tally, ram, NULL);
        const int32_t lives = ppo_rules_lives(rules, &tally);
        if (tally.reward != moments[i].reward || lives != moments[i].lives ||
            (int32_t)tally.is_over != moments[i].is_over)
            fail_msg("moment %zu: reward %d, lives %d, end %u", i, tally.reward, lives,
                     tally.is_over);
    }
}

#define PLAY(rules, ...)                                           \
    do {                                                           \
        const moment moments[] = {__VA_ARGS__};                    \
        play(&(rules), moments, sizeof moments / sizeof *moments); \
    } while (0)

static void test_pong(void **state)
{
    (void)state;
    PLAY(ppo_rules_pong, {{{13, 0}}, 0, 0, 0}, {{{14, 1}}, 1, 0, 0}, {{{13, 1}}, -1, 0, 0},
         {{{14, 20}}, 19, 0, 0}, {{{14, 21}}, 1, 0, 1});
    PLAY(ppo_rules_pong, {{{13, 21}}, -21, 0, 1});
}

static void test_breakout(void **state)
{
    (void)state;
    // No end before the game has begun; 0x99 + 0x0F digits.
    PLAY(ppo_rules_breakout, {{{57, 0}}, 0, 0, 0}, {{{57, 5}, {77, 0x99}}, 99, 5, 0},
         {{{76, 0xF1}, {77, 0x00}}, 1, 5, 0}, {{{57, 1}}, 0, 1, 0}, {{{57, 0}}, 0, 0, 1});
}

static void test_space_invaders(void **state)
{
    (void)state;
    PLAY(ppo_rules_space_invaders, {{{73, 3}, {102, 0x99}, {104, 0x95}}, 9995, 3, 0},
         {{{102, 0}, {104, 0x05}}, 10, 3, 0}, {{{24, 0x80}}, 0, 0, 1}, {{{24, 0}}, 0, 3, 0},
         {{{73, 0}}, 0, 0, 1});
}

static void test_freeway(void **state)
{
    (void)state;
    PLAY(ppo_rules_freeway, {{{103, 1}}, 1, 0, 0}, {{{103, 0x10}}, 1, 0, 0}, {{{103, 2}}, 0, 0, 0},
         {{{22, 1}}, 0, 0, 1});
}

static void test_boxing(void **state)
{
    (void)state;
    PLAY(ppo_rules_boxing, {{{16, 0x20}, {18, 0x07}}, 7, 0, 0}, {{{19, 0x11}}, -11, 0, 0},
         {{{18, 0xC0}}, 93, 0, 1}, {{{18, 0x12}, {16, 0x0F}, {17, 0x01}}, -88, 0, 0},
         {{{17, 0}}, 0, 0, 1});
}

static void test_qbert(void **state)
{
    (void)state;
    // Lives count from 2 over 1, 0, -1; 2 after -1 is the next game, 0xFE the end.
    PLAY(ppo_rules_qbert, {{{8, 2}, {91, 0x25}}, 25, 4, 0}, {{{8, 1}}, 0, 3, 0},
         {{{8, 0}, {90, 1}, {89, 1}}, 10100, 2, 0}, {{{8, 0xFF}}, 0, 1, 0},
         {{{8, 0xFE}, {91, 0}}, 0, 0, 1}, {{{8, 1}}, -25, 0, 0});
    PLAY(ppo_rules_qbert, {{{8, 1}}, 0, 3, 0}, {{{8, 0xFF}}, 0, 3, 0}, {{{8, 2}}, 0, 0, 1});
}

static void test_seaquest(void **state)
{
    (void)state;
    PLAY(ppo_rules_seaquest, {{{58, 0x20}, {57, 1}, {56, 2}, {59, 3}}, 20120, 4, 0},
         {{{59, 0}}, 0, 1, 0}, {{{35, 1}}, 0, 0, 1});
}

static void test_beam_rider(void **state)
{
    (void)state;
    // A drop by one counts while RAM 12 is 1; others always.
    PLAY(ppo_rules_beam_rider, {{{5, 2}, {9, 0x44}, {10, 1}, {11, 1}}, 10144, 3, 0},
         {{{5, 1}}, 0, 3, 0}, {{{12, 1}}, 0, 2, 0}, {{{12, 0}, {5, 3}}, 0, 4, 0},
         {{{5, 255}}, 0, 0, 1});
}

static void test_enduro(void **state)
{
    (void)state;
    PLAY(ppo_rules_enduro, {{{45, 0}, {44, 2}}, 0, 0, 0}, {{{45, 1}}, 0, 0, 0},
         {{{44, 1}, {43, 0x90}}, 10, 0, 0}, {{{45, 2}, {44, 3}, {43, 0}}, 190, 0, 0},
         {{{43, 0x99}, {44, 2}}, 1, 0, 0}, {{{45, 3}, {44, 3}, {43, 0}}, 299, 0, 0},
         {{{47, 0xFF}}, 0, 0, 1});
}

static void test_ms_pacman(void **state)
{
    (void)state;
    PLAY(ppo_rules_ms_pacman, {{{120, 0x10}, {121, 1}, {122, 1}, {123, 2}}, 10110, 3, 0},
         {{{123, 0}}, 0, 1, 0}, {{{39, 0x53}}, 0, 0, 1}, {{{123, 8}}, 0, 1, 0});
}

static void test_tetris(void **state)
{
    (void)state;
    PLAY(ppo_rules_tetris, {{{113, 0x12}}, 12, 0, 0}, {{{114, 1}, {113, 0}}, 88, 0, 0},
         {{{114, 0}}, 0, 0, 0}, {{{113, 3}}, 3, 0, 0}, {{{115, 0x80}}, 0, 0, 1},
         {{{115, 0}}, 3, 0, 0});
}

static void test_free_games(void **state)
{
    (void)state;
    PLAY(ppo_rules_rally, {{{0, 0x10}, {2, 1}}, 10, 0, 0}, {{{0, 0x10}, {1, 0x21}}, -21, 0, 0},
         {{{0, 0x10}, {2, 2}}, 0, 0, 1});
    PLAY(ppo_rules_bricks, {{{0, 0x64}, {1, 8}, {2, 1}, {3, 5}}, 864, 5, 0},
         {{{0, 0x64}, {3, 1}, {2, 2}}, 0, 0, 1});
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pong),           cmocka_unit_test(test_breakout),
        cmocka_unit_test(test_space_invaders), cmocka_unit_test(test_freeway),
        cmocka_unit_test(test_boxing),         cmocka_unit_test(test_qbert),
        cmocka_unit_test(test_seaquest),       cmocka_unit_test(test_beam_rider),
        cmocka_unit_test(test_enduro),         cmocka_unit_test(test_ms_pacman),
        cmocka_unit_test(test_tetris),         cmocka_unit_test(test_free_games),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
