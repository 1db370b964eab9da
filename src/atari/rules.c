// SPDX-License-Identifier: MIT
// What holds for the rules of all games: see rules.h.
#include "atari/rules.h"

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
