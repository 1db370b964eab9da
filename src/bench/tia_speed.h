// SPDX-License-Identifier: MIT
// The speed of the TIA alone, for `ppo bench atari`.
#ifndef PPO_BENCH_TIA_SPEED_H
#define PPO_BENCH_TIA_SPEED_H

#include "ppo/atari.h"

// Plays about two seconds of a copy of `game` with random actions, records the processor's accesses
// to the TIA, and replays them to a TIA for about `seconds`, without drawing. Writes frames per
// second; 0 on failure. PPO_UNSUPPORTED if the game does not complete a frame.
ppo_status ppo_bench_tia(double *frames_per_second, const ppo_game *game,
                         const ppo_game_setup *setup, double seconds, ppo_error *error);

#endif
