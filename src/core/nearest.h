// SPDX-License-Identifier: MIT
// "Did you mean ...?": the known name that is most like a mistyped word.
//
// A name is near if it is few edits away (an insertion, deletion, substitution or swap of
// neighbours each count one; one is allowed, and one more for every four characters of the word),
// or else if a word of at least three characters is a part of it. Case and '-' versus '_' don't
// count. Workload: one word against a few hundred short names, only when a word is refused.
#ifndef PPO_CORE_NEAREST_H
#define PPO_CORE_NEAREST_H

#include "ppo/base.h"

// The nearest of `count` names, of which `name_at` returns the index-th; NULL if none is near.
// Words and names of more than 63 characters are near to nothing.
const char *ppo_nearest(const char *word, const char *(*name_at)(void *context, size_t index),
                        void *context, size_t count);

#endif
