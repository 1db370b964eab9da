// SPDX-License-Identifier: MIT
// The rules of the games, a function each, in alphabetical order: see rules.h. ram[i] is processor
// address $80 + i.
#include "atari/rules.h"

// Two decimal digits in a byte.
static int32_t decimal(uint8_t byte)
{
    return 10 * (byte >> 4) + (byte & 15);
}

// Six of them in three bytes, the lowest two first.
static int32_t decimal6(uint8_t low, uint8_t middle, uint8_t high)
{
    return decimal(low) + 100 * decimal(middle) + 10000 * decimal(high);
}

// The usual reward: the difference to the last score.
static void set_score(ppo_tally *tally, int32_t score)
{
    tally->reward = score - tally->score;
    tally->score = score;
}

static void step_beam_rider(ppo_tally *tally, const uint8_t *ram)
{
    set_score(tally, decimal6(ram[9], ram[10], ram[11]));
    const int32_t lives = ram[5] + 1;
    // The byte also falls for a moment at other times; a life is lost only while ram[12] is 1.
    if (lives != tally->lives - 1 || ram[12] == 1)
        tally->lives = lives;
    tally->is_over = ram[5] == 255;
}
const ppo_game_rules ppo_rules_beam_rider = {.lives = 3, .step = step_beam_rider};

static void step_boxing(ppo_tally *tally, const uint8_t *ram)
{
    const int32_t mine = ram[18] == 0xC0 ? 100 : decimal(ram[18]);
    const int32_t theirs = ram[19] == 0xC0 ? 100 : decimal(ram[19]);
    set_score(tally, mine - theirs);
    const bool is_time_up = ram[16] >> 4 == 0 && decimal(ram[17]) == 0;
    tally->is_over = mine == 100 || theirs == 100 || is_time_up;
}
const ppo_game_rules ppo_rules_boxing = {.step = step_boxing};

static void step_breakout(ppo_tally *tally, const uint8_t *ram)
{
    set_score(tally, decimal(ram[77]) + 100 * (ram[76] & 15));
    tally->lives = ram[57];
    if (tally->lives == 5)
        tally->has_begun = 1;
    tally->is_over = tally->has_begun && tally->lives == 0;
}
const ppo_game_rules ppo_rules_breakout = {.lives = 5, .step = step_breakout};

enum { FREE_GAME_OVER = 2 }; // in RAM byte 2 of both free games: see roms/README.md

static void step_bricks(ppo_tally *tally, const uint8_t *ram)
{
    set_score(tally, decimal(ram[0]) + 100 * decimal(ram[1]));
    tally->lives = ram[3];
    tally->is_over = ram[2] == FREE_GAME_OVER;
}
const ppo_game_rules ppo_rules_bricks = {.lives = 5, .step = step_bricks};

// Points are cars passed: 200 on the first day, then 300 a day, and the display counts down.
static int32_t enduro_score(int32_t day, int32_t cars_left)
{
    if (day == 0)
        return 0;
    return day == 1 ? 200 - cars_left : 200 + 300 * (day - 2) + 300 - cars_left;
}

static void step_enduro(ppo_tally *tally, const uint8_t *ram)
{
    set_score(tally, enduro_score(ram[45], decimal(ram[43]) + 100 * decimal(ram[44])));
    tally->is_over = ram[47] == 0xFF;
}
const ppo_game_rules ppo_rules_enduro = {.step = step_enduro};

static void step_freeway(ppo_tally *tally, const uint8_t *ram)
{
    set_score(tally, decimal(ram[103]));
    if (tally->reward < 0)
        tally->reward = 0;
    if (tally->reward > 1)
        tally->reward = 1;
    tally->is_over = ram[22] == 1;
}
const ppo_game_rules ppo_rules_freeway = {.step = step_freeway};

static void step_ms_pacman(ppo_tally *tally, const uint8_t *ram)
{
    set_score(tally, decimal6(ram[120], ram[121], ram[122]));
    tally->lives = (ram[123] & 7) + 1;
    tally->is_over = (ram[123] & 15) == 0 && ram[39] == 0x53;
}
const ppo_game_rules ppo_rules_ms_pacman = {.lives = 3, .step = step_ms_pacman};

static void step_pong(ppo_tally *tally, const uint8_t *ram)
{
    set_score(tally, ram[14] - ram[13]);
    tally->is_over = ram[13] == 21 || ram[14] == 21;
}
const ppo_game_rules ppo_rules_pong = {.step = step_pong};

static void step_qbert(ppo_tally *tally, const uint8_t *ram)
{
    const int32_t coins = ram[8] < 128 ? ram[8] : ram[8] - 256;
    tally->is_over = ram[8] == 0xFE || (coins == 2 && tally->previous == -1);
    if (coins == tally->previous - 1)
        tally->lives--;
    tally->previous = coins;
    if (tally->is_over)
        tally->reward = 0; // the score stays
    else
        set_score(tally, decimal6(ram[91], ram[90], ram[89]));
}
const ppo_game_rules ppo_rules_qbert = {.lives = 4, .previous = 2, .step = step_qbert};

static void step_rally(ppo_tally *tally, const uint8_t *ram)
{
    set_score(tally, decimal(ram[0]) - decimal(ram[1]));
    tally->is_over = ram[2] == FREE_GAME_OVER;
}
const ppo_game_rules ppo_rules_rally = {.step = step_rally};

static void step_seaquest(ppo_tally *tally, const uint8_t *ram)
{
    set_score(tally, decimal6(ram[58], ram[57], ram[56]));
    tally->lives = ram[59] + 1;
    tally->is_over = ram[35] != 0;
}
const ppo_game_rules ppo_rules_seaquest = {.lives = 4, .step = step_seaquest};

static void step_space_invaders(ppo_tally *tally, const uint8_t *ram)
{
    set_score(tally, decimal(ram[104]) + 100 * decimal(ram[102]));
    if (tally->reward < 0)
        tally->reward += 10000; // the display has wrapped
    tally->lives = ram[73];
    tally->is_over = (ram[24] & 0x80) != 0 || tally->lives == 0;
}
const ppo_game_rules ppo_rules_space_invaders = {.lives = 3, .step = step_space_invaders};

static void step_tetris(ppo_tally *tally, const uint8_t *ram)
{
    set_score(tally, decimal(ram[113]) + 100 * decimal(ram[114]));
    if (tally->reward < 0)
        tally->reward = 0;
    tally->is_over = (ram[115] & 0x80) != 0;
    if (tally->is_over)
        tally->score = 0;
}
const ppo_game_rules ppo_rules_tetris = {.step = step_tetris};
