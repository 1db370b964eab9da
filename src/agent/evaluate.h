// SPDX-License-Identifier: MIT
// An evaluation in parts: any episodes of it, and what follows from the results of all of them. An
// episode is the same whoever plays it and whichever others are played beside it.
#ifndef PPO_AGENT_EVALUATE_H
#define PPO_AGENT_EVALUATE_H

#include "ppo/agent.h"

// What became of an episode.
typedef enum ppo_episode_fate {
    PPO_EPISODE_ENDED,
    PPO_EPISODE_CUT,
    PPO_EPISODE_LOST
} ppo_episode_fate;

typedef struct ppo_episode_result {
    double episode_return;
    uint32_t length;
    ppo_episode_fate fate;
} ppo_episode_result;

// Plays episodes first .. first + count - 1 of the evaluation that `options` describe; its
// `episodes`, `returns` and `lengths` are not looked at. Fails like ppo_agent_evaluate.
ppo_status ppo_agent_play(const ppo_agent *agent, ppo_episode_result *results, uint32_t first,
                          uint32_t count, const ppo_evaluate_options *options, ppo_error *error);

// PPO_ENV_FAILED if all episodes were lost.
ppo_status ppo_agent_summarise(const ppo_agent *agent, ppo_evaluation *evaluation,
                               const ppo_episode_result *results, uint32_t count, ppo_error *error);

#endif
