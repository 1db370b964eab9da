// SPDX-License-Identifier: MIT
// What holds for all rules, and the rules of the free games; those of ALE's games are in
// rules_a_to_h.c and rules_i_to_z.c.
#include "atari/rules_define.h"

void ppo_rules_reset(const ppo_game_rules *rules, ppo_tally *tally)
{
    tally->score = rules->score;
    tally->reward = 0;
    tally->is_over = 0;
    if (!rules->keeps_lives)
        tally->lives = rules->lives;
    for (uint32_t i = 0; i < PPO_RULES_OWN; i++)
        if (!(rules->keeps_own >> i & 1))
            tally->own[i] = rules->own[i];
}

int32_t ppo_rules_lives(const ppo_game_rules *rules, const ppo_tally *tally)
{
    switch (rules->report) {
    case PPO_LIVES_ZERO:
        return 0;
    case PPO_LIVES_ONE:
        return tally->is_over ? 0 : 1;
    case PPO_LIVES_UNTIL_OVER:
        return tally->is_over ? 0 : tally->lives;
    case PPO_LIVES_ALWAYS:
        return tally->lives;
    }
    return 0;
}

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
