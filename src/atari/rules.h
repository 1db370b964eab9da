// SPDX-License-Identifier: MIT
// What score, lives and the end of a game are, read from its RAM after every frame, as the Arcade
// Learning Environment 0.12 reads them.
//
// Workload: a call a frame, a few loads each. Owns nothing: what a rule remembers from frame to
// frame lies in a ppo_tally, a plain value. To add a game, add two small functions here at most,
// and a row in games.c.
#ifndef PPO_ATARI_RULES_H
#define PPO_ATARI_RULES_H

#include "ppo/atari.h"

// The state of a game's rules.
typedef struct ppo_tally {
    int32_t score;
    int32_t reward; // of the last frame
    int32_t lives;
    int32_t previous;   // a rule's own: some byte as it was in the frame before
    uint32_t is_over;   // 0 or 1
    uint32_t has_begun; // 0 or 1, a rule's own
} ppo_tally;

struct ppo_game_rules {
    int32_t lives;                                      // at the beginning
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
