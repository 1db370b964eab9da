// SPDX-License-Identifier: MIT
// "Did you mean ...?": the name in a list that a mistyped word most resembles.
//
// Workload: one word against a few hundred short names, only when something is refused anyway.
#ifndef PPO_CORE_NEAREST_H
#define PPO_CORE_NEAREST_H

#include <stddef.h>

// The name nearest to `word`, or NULL if none is near. Case and '-' versus '_' don't count. Near
// means few edits (an insertion, deletion, substitution or swap of neighbours each count one; more
// are allowed in longer words), or else that the word is a part of the name. `name_at` gives the
// index-th of `count` names.
const char *ppo_nearest(const char *word, const char *(*name_at)(void *context, size_t index),
                        void *context, size_t count);

#endif
