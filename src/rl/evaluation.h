// SPDX-License-Identifier: MIT
// An evaluation by all ranks, each playing a part of the episodes.
#ifndef PPO_RL_EVALUATION_H
#define PPO_RL_EVALUATION_H

#include "agent/evaluate.h"
#include "core/ranks.h"

// As ppo_agent_evaluate, without `returns` and `lengths`: all ranks call it and get the same,
// whatever their number (`ranks` NULL: one). If one of them is interrupted, all return PPO_STOPPED.
// After another failure this rank must end the others, which wait for it.
ppo_status ppo_evaluate_on_ranks(ppo_ranks *ranks, const ppo_agent *agent,
                                 ppo_evaluation *evaluation, const ppo_evaluate_options *options,
                                 ppo_error *error);

#endif
