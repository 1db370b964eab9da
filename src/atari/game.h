// SPDX-License-Identifier: MIT
// What of game.c the library itself needs; ppo/atari.h has the public part.
#ifndef PPO_ATARI_GAME_H
#define PPO_ATARI_GAME_H

#include "atari/machine.h"

// The console of a game, to be changed; ppo_game_console is for reading.
ppo_console *ppo_game_machine(ppo_game *game);

#endif
