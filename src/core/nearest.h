// SPDX-License-Identifier: MIT
// ppo_nearest, "did you mean ...?", is public: ppo/base.h declares it. This header says what near
// means.
//
// Near means few edits (an insertion, deletion, substitution or swap of neighbours each count one;
// one is allowed, and one more for every four characters of the word), or else that a word of at
// least three characters is a part of the name. Case and '-' versus '_' don't count.
// Workload: one word against a few hundred short names, only when something is refused anyway.
#ifndef PPO_CORE_NEAREST_H
#define PPO_CORE_NEAREST_H

#include "ppo/base.h"

#endif
