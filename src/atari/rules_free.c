// SPDX-License-Identifier: MIT
// The rules of the free games: see rules_define.h.
#include "atari/rules_define.h"

enum { FREE_GAME_OVER = 2 }; // in R[2] of both free games: see roms/README.md

RULES(bricks, .report = PPO_LIVES_UNTIL_OVER, .lives = 5)
{
    gain(t, bcd2(R[0], R[1]));
    t->lives = R[3];
    t->is_over = R[2] == FREE_GAME_OVER;
}

RULES(rally, .report = PPO_LIVES_ZERO)
{
    gain(t, dec(R[0]) - dec(R[1]));
    t->is_over = R[2] == FREE_GAME_OVER;
}
