// SPDX-License-Identifier: MIT
// How the modes of a game are chosen at the start of an episode: by pressing SELECT until a byte of
// RAM fits, with exceptions. The facts are ALE's; game.c carries them out.
#ifndef PPO_ATARI_GAME_MODES_H
#define PPO_ATARI_GAME_MODES_H

#include "ppo/atari.h"

// What is done before the first test.
typedef enum ppo_modes_first {
    PPO_FIRST_NOTHING,
    PPO_FIRST_SELECT, // a press of SELECT, then a frame without action
    PPO_FIRST_RESET,  // RESET
    PPO_FIRST_NOOP,   // frames without action
} ppo_modes_first;

// What differs from the usual procedure.
typedef enum ppo_modes_special {
    PPO_MODES_USUAL,
    PPO_MODES_ADVENTURE,      // presses of random length, one more frame after each
    PPO_MODES_DEMON_ATTACK,   // the rules are informed
    PPO_MODES_DOUBLE_DUNK,    // a menu
    PPO_MODES_VIDEO_CHECKERS, // modes from 11 on exchange the sides for the rules
    PPO_MODES_VIDEO_CUBE,     // the cube is chosen with the joystick
} ppo_modes_special;

struct ppo_mode_choice {
    bool (*is_chosen)(const uint8_t *ram, const uint8_t *cartridge_ram, uint32_t mode);
    uint8_t select_frames; // SELECT is held for so many frames
    ppo_modes_first first;
    uint8_t first_frames;
    ppo_modes_special special;
};

// ppo_modes_NAME, of all games that have modes.
// clang-format off
#define PPO_MODES_LIST(X) \
    X(adventure) X(air_raid) X(alien) X(asteroids) X(atlantis) X(backgammon) X(bank_heist) \
    X(basic_math) X(battle_zone) X(berzerk) X(bowling) X(breakout) X(casino) X(centipede) \
    X(chopper_command) X(crazy_climber) X(crossbow) X(defender) X(demon_attack) X(double_dunk) \
    X(et) X(flag_capture) X(freeway) X(frogger) X(frostbite) X(galaxian) X(gopher) X(gravitar) \
    X(hangman) X(haunted_house) X(hero) X(human_cannonball) X(ice_hockey) X(jamesbond) \
    X(kangaroo) X(king_kong) X(klax) X(lost_luggage) X(mario_bros) X(mr_do) X(ms_pacman) \
    X(name_this_game) X(othello) X(pacman) X(pong) X(pooyan) X(private_eye) X(space_invaders) \
    X(space_war) X(star_gunner) X(surround) X(tennis) X(tic_tac_toe_3d) X(turmoil) \
    X(tutankham) X(video_checkers) X(video_chess) X(video_cube) X(video_pinball) \
    X(word_zapper) X(yars_revenge) X(zaxxon)
// clang-format on

#define PPO_MODES_DECLARE(name) extern const ppo_mode_choice ppo_modes_##name;
PPO_MODES_LIST(PPO_MODES_DECLARE)

#endif
