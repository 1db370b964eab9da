// SPDX-License-Identifier: MIT
// A class's table as this library knows it, from one of any version that is welcome.
#ifndef PPO_ENV_CLASS_H
#define PPO_ENV_CLASS_H

#include "ppo/env.h"

// The class itself if its table is whole; else a copy in `room`, whose struct_size is ours and in
// which all that the table doesn't have is absent. A table that is longer than ours is whole: what
// lies behind its end here is not looked at.
const ppo_env_class *ppo_env_class_whole(ppo_env_class *room, const ppo_env_class *env);

// Bytes of an action mask: the sum of the components' numbers of values; 0 if the class has none.
size_t ppo_env_mask_bytes(const ppo_env_class *env);

#endif
