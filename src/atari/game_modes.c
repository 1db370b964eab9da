// SPDX-License-Identifier: MIT
// The condition under which a mode is chosen, a row for each game: see game_modes.h. R[i] is byte i
// of the console's RAM, C[i] of the cartridge's, m the mode.
#include "atari/game_modes.h"

#include "atari/rules_define.h"

#define CHOICE(name, condition, ...)                                       \
    static bool is_chosen_##name(__attribute__((unused)) const uint8_t *R, \
                                 __attribute__((unused)) const uint8_t *C, \
                                 __attribute__((unused)) uint32_t m)       \
    {                                                                      \
        return condition;                                                  \
    }                                                                      \
    const ppo_mode_choice ppo_modes_##name = {.is_chosen = is_chosen_##name, __VA_ARGS__};

static uint32_t cube_byte(uint32_t kind)
{
    return kind == 0 ? 0 : kind == 1 ? 2 : 8;
}

// clang-format off
CHOICE(adventure, (R[93] >> 1 & 3) == m, .select_frames = 2, .special = PPO_MODES_ADVENTURE)
CHOICE(air_raid, R[42] == m, .select_frames = 10, .first = PPO_FIRST_SELECT, .first_frames = 20)
CHOICE(alien, R[1] == m, .select_frames = 1)
CHOICE(asteroids, R[0] == m, .select_frames = 2)
CHOICE(atlantis, R[13] == m, .select_frames = 2)
CHOICE(backgammon, R[92] == 3, .select_frames = 1)
CHOICE(bank_heist, R[0] == m, .select_frames = 1)
CHOICE(basic_math, R[69] == m, .select_frames = 2)
CHOICE(battle_zone, R[33] == m, .select_frames = 2)
CHOICE(berzerk, R[0] == m, .select_frames = 2, .first = PPO_FIRST_NOOP, .first_frames = 20)
CHOICE(bowling, R[2] == m, .select_frames = 2)
CHOICE(breakout, R[50] == m, .select_frames = 1)
CHOICE(casino, R[84] == m, .select_frames = 2)
CHOICE(centipede, R[39] == m, .select_frames = 2)
CHOICE(chopper_command, R[96] == m, .select_frames = 2)
CHOICE(crazy_climber, R[0] == m, .select_frames = 2)
CHOICE(crossbow, (uint8_t)(R[13] - 1) == m, .select_frames = 2)
CHOICE(defender, R[27] == m, .select_frames = 2)
CHOICE(demon_attack, R[106] == m, .select_frames = 1, .special = PPO_MODES_DEMON_ATTACK)
CHOICE(double_dunk, true, .select_frames = 1, .special = PPO_MODES_DOUBLE_DUNK)
CHOICE(et, (uint8_t)(R[106] - 1) == m, .select_frames = 25)
CHOICE(flag_capture, R[86] == m, .select_frames = 2)
CHOICE(freeway, R[0] == m, .select_frames = 1)
CHOICE(frogger, R[93] == 2 * m + 1, .select_frames = 2)
CHOICE(frostbite, R[0] == m, .select_frames = 1)
CHOICE(galaxian, R[51] == m, .select_frames = 1)
CHOICE(gopher, R[83] == m, .select_frames = 5, .first = PPO_FIRST_RESET, .first_frames = 4)
CHOICE(gravitar, R[0] == m, .select_frames = 10)
CHOICE(hangman, R[110] == m, .select_frames = 2)
CHOICE(haunted_house, R[76] == m, .select_frames = 2)
CHOICE(hero, R[0] == m, .select_frames = 1)
CHOICE(human_cannonball, (uint8_t)(R[54] - 1) == m && R[55] == 1, .select_frames = 2)
CHOICE(ice_hockey, R[0] == m, .select_frames = 2)
CHOICE(jamesbond, R[12] == m || R[12] == m + 72, .select_frames = 20)
CHOICE(kangaroo, R[58] == m || R[58] == m + 128, .select_frames = 2)
CHOICE(king_kong, R[108] == 2 * m, .select_frames = 2)
CHOICE(klax, C[106] == m, .select_frames = 2)
CHOICE(lost_luggage, R[20] == 3 * m + 1, .select_frames = 2)
CHOICE(mario_bros, R[0] == m, .select_frames = 5)
CHOICE(mr_do, R[0] == m, .select_frames = 5)
CHOICE(ms_pacman, R[25] == (m > 0 ? m : 1) && R[33] == (m > 0 ? 0 : 1), .select_frames = 10)
CHOICE(name_this_game, R[94] == m, .select_frames = 2)
CHOICE(othello, (uint8_t)(R[94] - 1) == m, .select_frames = 2)
CHOICE(pacman, (uint8_t)(R[76] - 1) == m && R[102] == 0, .select_frames = 2)
CHOICE(pong, R[22] == m, .select_frames = 2)
CHOICE(pooyan, R[61] == m, .select_frames = 2, .first = PPO_FIRST_SELECT, .first_frames = 2)
CHOICE(private_eye, R[0] == m, .select_frames = 2)
CHOICE(space_invaders, R[92] == m, .select_frames = 2)
CHOICE(space_war, (uint32_t)dec(R[39]) == m, .select_frames = 2)
CHOICE(star_gunner, R[116] == m, .select_frames = 15)
CHOICE(surround, R[121] == m + 1, .select_frames = 2)
CHOICE(tennis, R[0] == m, .select_frames = 2)
CHOICE(tic_tac_toe_3d, R[8] == m, .select_frames = 2)
CHOICE(turmoil, R[106] == m, .select_frames = 2)
CHOICE(tutankham, R[43] == m, .select_frames = 2)
CHOICE(video_checkers, R[118] == (m < 11 ? m : m + 6), .select_frames = 1, .special = PPO_MODES_VIDEO_CHECKERS)
CHOICE(video_chess, R[106] == m, .select_frames = 1)
CHOICE(video_cube, (R[123] & 31) == cube_byte(m % 100), .select_frames = 2, .special = PPO_MODES_VIDEO_CUBE)
CHOICE(video_pinball, R[65] == m, .select_frames = 2)
CHOICE(word_zapper, R[91] == m, .select_frames = 2)
CHOICE(yars_revenge, R[99] == m, .select_frames = 1, .first = PPO_FIRST_SELECT, .first_frames = 2)
CHOICE(zaxxon, R[2] == m, .select_frames = 10)
// clang-format on
