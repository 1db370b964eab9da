// SPDX-License-Identifier: MIT
// The rules of games: score, lives and end, read from RAM after every frame as in the Arcade
// Learning Environment 0.12. A new game needs a function (rules_define.h says how one looks), a
// name in the list below and a row in games.c.
//
// Workload: one call per frame, a few loads each. Owns nothing: the state of a rule between frames
// is in a ppo_tally, a plain value.
#ifndef PPO_ATARI_RULES_H
#define PPO_ATARI_RULES_H

#include "ppo/atari.h"

#define PPO_RULES_OWN 5

// More points than a rule counts in any RAM, up or down: Atlantis has three bytes of hundreds.
enum { PPO_TALLY_MAX = 1 << 29 };

// The state of a game's rules. A step changes what it assigns; everything else keeps its value.
typedef struct ppo_tally {
    int32_t score;
    int32_t reward; // of the last frame
    int32_t lives;
    uint32_t is_over;           // 0 or 1
    int32_t own[PPO_RULES_OWN]; // values that a rule keeps besides, from the first one on
} ppo_tally;

// What ppo_game_lives reports.
typedef enum ppo_lives_report {
    PPO_LIVES_ZERO,       // 0
    PPO_LIVES_ONE,        // 1, and 0 when over
    PPO_LIVES_UNTIL_OVER, // the rule's, and 0 when over
    PPO_LIVES_ALWAYS,     // the rule's, also when over
} ppo_lives_report;

struct ppo_game_rules {
    // `ram` [128] is the console's, `cartridge_ram` [128] the cartridge's.
    void (*step)(ppo_tally *tally, const uint8_t *ram, const uint8_t *cartridge_ram);
    ppo_lives_report report;
    // Values after a reset of the rules; of a new game everything else is 0.
    int32_t score, lives;
    int32_t own[PPO_RULES_OWN];
    bool keeps_lives;   // a reset does not change the lives
    uint32_t keeps_own; // bit i: nor own[i]
};

void ppo_rules_reset(const ppo_game_rules *rules, ppo_tally *tally);
int32_t ppo_rules_lives(const ppo_game_rules *rules, const ppo_tally *tally);

// The rules of all games: ppo_rules_NAME.
// clang-format off
#define PPO_RULES_LIST(X) \
    X(bricks) X(rally) X(adventure) X(air_raid) X(alien) X(amidar) X(assault) X(asterix) \
    X(asteroids) X(atlantis) X(atlantis2) X(backgammon) X(bank_heist) X(basic_math) \
    X(battle_zone) X(beam_rider) X(berzerk) X(blackjack) X(bowling) X(boxing) X(breakout) \
    X(carnival) X(casino) X(centipede) X(chopper_command) X(crazy_climber) X(crossbow) \
    X(darkchambers) X(defender) X(demon_attack) X(donkey_kong) X(double_dunk) X(earthworld) \
    X(elevator_action) X(enduro) X(entombed) X(et) X(fishing_derby) X(flag_capture) X(freeway) \
    X(frogger) X(frostbite) X(galaxian) X(gopher) X(gravitar) X(hangman) X(haunted_house) \
    X(hero) X(human_cannonball) X(ice_hockey) X(jamesbond) X(journey_escape) X(kaboom) \
    X(kangaroo) X(keystone_kapers) X(king_kong) X(klax) X(koolaid) X(krull) X(kung_fu_master) \
    X(laser_gates) X(lost_luggage) X(mario_bros) X(miniature_golf) X(montezuma_revenge) \
    X(mr_do) X(ms_pacman) X(name_this_game) X(othello) X(pacman) X(phoenix) X(pitfall) \
    X(pitfall2) X(pong) X(pooyan) X(private_eye) X(qbert) X(riverraid) X(road_runner) \
    X(robotank) X(seaquest) X(sir_lancelot) X(skiing) X(solaris) X(space_invaders) \
    X(space_war) X(star_gunner) X(superman) X(surround) X(tennis) X(tetris) X(tic_tac_toe_3d) \
    X(time_pilot) X(trondead) X(turmoil) X(tutankham) X(up_n_down) X(venture) \
    X(video_checkers) X(video_chess) X(video_cube) X(video_pinball) X(wizard_of_wor) \
    X(word_zapper) X(yars_revenge) X(zaxxon)
// clang-format on

#define PPO_RULES_DECLARE(name) extern const ppo_game_rules ppo_rules_##name;
PPO_RULES_LIST(PPO_RULES_DECLARE)

#endif
