// SPDX-License-Identifier: MIT
// What environments ask of a saved random stream.
#ifndef PPO_ENV_RANDOM_STATE_H
#define PPO_ENV_RANDOM_STATE_H

#include "ppo/random.h"

// A stream's increment is odd, and at most one half of a draw is left over.
static inline bool ppo_random_is_valid(const ppo_random *random)
{
    return (random->increment[0] & 1) && random->has_kept <= 1;
}

#endif
