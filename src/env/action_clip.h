// SPDX-License-Identifier: MIT
// Actions within their bounds.
#ifndef PPO_ENV_ACTION_CLIP_H
#define PPO_ENV_ACTION_CLIP_H

#include "ppo/space.h"

// Whether an action of this space has real components.
bool ppo_action_has_reals(const ppo_space *space);

// Brings the real components of an action, as the environment takes it, into their bounds. A NaN
// stays.
void ppo_action_clip(const ppo_space *space, void *action);

#endif
