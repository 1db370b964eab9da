// SPDX-License-Identifier: MIT
// Action masks: a byte, 0 or 1, for each value of each component of a discrete action, one
// component after the other (ppo_env_class.action_mask). A real component of a mixed action has one
// byte, which means nothing.
#ifndef PPO_ENV_ACTION_MASK_H
#define PPO_ENV_ACTION_MASK_H

#include "ppo/env.h"

// Bytes of element `element` of a leaf of the action space: its number of values, or 1.
size_t ppo_action_mask_width(const ppo_space *leaf, size_t element);

// Bytes of a class's masks, the sum over the components; 0 if it has no masks.
size_t ppo_action_mask_bytes(const ppo_env_class *env);

// Whether a mask allows at least one value of each component; if not, `component` is the first for
// which it allows none.
bool ppo_action_mask_is_valid(const ppo_space *space, const uint8_t *mask, size_t *component);

// Whether a mask allows an action, as the environment takes it.
bool ppo_action_mask_allows(const ppo_space *space, const uint8_t *mask, const void *action);

#endif
