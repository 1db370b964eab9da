// SPDX-License-Identifier: MIT
// States that come from outside: ppo_console_check (ppo/atari.h), and its part that games need too.
#ifndef PPO_ATARI_SNAPSHOT_CHECK_H
#define PPO_ATARI_SNAPSHOT_CHECK_H

#include "atari/console.h"

bool ppo_mersenne_is_sound(const ppo_mersenne *mersenne);

#endif
