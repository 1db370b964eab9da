// SPDX-License-Identifier: MIT
// The rules of games: score, lives and end, read from RAM after every frame as in the Arcade
// Learning Environment 0.12.
//
// Workload: one call per frame, a few loads each. Owns nothing: the state of a rule between frames
// is in a ppo_tally, a plain value. A new game needs a function in rules.c and a row in games.c.
#ifndef PPO_ATARI_RULES_H
#define PPO_ATARI_RULES_H

#include "ppo/atari.h"

// The state of a game's rules.
typedef struct ppo_tally {
    int32_t score;
    int32_t reward; // of the last frame
    int32_t lives;
    int32_t previous;   // the rule's: some byte of the frame before
    uint32_t is_over;   // 0 or 1
    uint32_t has_begun; // 0 or 1, the rule's
} ppo_tally;

struct ppo_game_rules {
    int32_t lives;                                      // after the reset of the rules
    int32_t previous;                                   // likewise
    void (*step)(ppo_tally *tally, const uint8_t *ram); // [128]
};

extern const ppo_game_rules ppo_rules_beam_rider;
extern const ppo_game_rules ppo_rules_boxing;
extern const ppo_game_rules ppo_rules_breakout;
extern const ppo_game_rules ppo_rules_bricks;
extern const ppo_game_rules ppo_rules_enduro;
extern const ppo_game_rules ppo_rules_freeway;
extern const ppo_game_rules ppo_rules_ms_pacman;
extern const ppo_game_rules ppo_rules_pong;
extern const ppo_game_rules ppo_rules_qbert;
extern const ppo_game_rules ppo_rules_rally;
extern const ppo_game_rules ppo_rules_seaquest;
extern const ppo_game_rules ppo_rules_space_invaders;
extern const ppo_game_rules ppo_rules_tetris;

#endif
