// SPDX-License-Identifier: MIT
// Whether an observation that an environment wrote can be used: floats must be finite, integers
// must lie in their space. Bytes always can.
#ifndef PPO_ENV_OBSERVATION_H
#define PPO_ENV_OBSERVATION_H

#include "ppo/space.h"

// `size` is ppo_space_size(space). On failure writes the reason to `text` ("observation element 3
// is not a number") and returns PPO_NUMERIC for a float, PPO_ENV_FAILED for an integer. `text` is
// not touched otherwise.
ppo_status ppo_observation_check(char *text, size_t text_size, const ppo_space *space, size_t size,
                                 const void *obs);

#endif
