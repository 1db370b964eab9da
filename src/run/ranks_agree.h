// SPDX-License-Identifier: MIT
// Whether all ranks would compute the same bits.
#ifndef PPO_RUN_RANKS_AGREE_H
#define PPO_RUN_RANKS_AGREE_H

#include "ppo/config.h"
#include "ppo/ranks.h"

// PPO_MISMATCH if a rank has another build, another configuration (of what changes results), or a C
// library or processor whose mathematical functions give other bits; the sentence names the rank,
// its machine and the difference. Called by all ranks, who get the same answer. `ranks` NULL: there
// is one.
ppo_status ppo_ranks_agree(ppo_ranks *ranks, const ppo_config *config, ppo_error *error);

#endif
