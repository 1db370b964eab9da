// SPDX-License-Identifier: MIT
// An evaluation by all ranks: see evaluation.h.
// Workload: tens to hundreds of episodes between iterations; some bytes of each go to all ranks.
#include "rl/evaluation.h"

#include "core/error.h"
#include "core/float_scope.h"

#include <stdlib.h>

// Plays this rank's part into its block of results [ranks, per_rank] and gets the others'.
static ppo_status play(ppo_ranks *ranks, const ppo_agent *agent, ppo_episode_result *results,
                       uint32_t per_rank, const ppo_evaluate_options *options, ppo_error *error)
{
    const uint64_t begin = (uint64_t)per_rank * (ranks ? ppo_ranks_rank(ranks) : 0);
    const uint32_t first = begin < options->episodes ? (uint32_t)begin : options->episodes;
    const uint32_t left = options->episodes - first, count = left < per_rank ? left : per_rank;
    const ppo_status status = ppo_agent_play(agent, results + begin, first, count, options, error);
    if (status != PPO_OK && status != PPO_STOPPED)
        return status;
    if (ppo_ranks_any(ranks, status == PPO_STOPPED))
        return status == PPO_STOPPED
                   ? status
                   : ppo_fail(error, PPO_STOPPED, "the evaluation was interrupted on another rank");
    ppo_ranks_gather(ranks, results, per_rank * sizeof *results);
    return ppo_ranks_check(ranks, error);
}

ppo_status ppo_evaluate_on_ranks(ppo_ranks *ranks, const ppo_agent *agent,
                                 ppo_evaluation *evaluation, const ppo_evaluate_options *options,
                                 ppo_error *error)
{
    PPO_FLOAT_SCOPE;
    const uint32_t size = ranks ? ppo_ranks_size(ranks) : 1;
    const uint32_t per_rank = options->episodes / size + (options->episodes % size != 0);
    ppo_episode_result *results = calloc((size_t)size * per_rank, sizeof *results);
    if (!results)
        return ppo_fail(error, PPO_NO_MEMORY, "not enough memory for %u episodes",
                        options->episodes);
    ppo_status status = play(ranks, agent, results, per_rank, options, error);
    if (status == PPO_OK)
        status = ppo_agent_summarise(agent, evaluation, results, options->episodes, error);
    free(results);
    return status;
}
