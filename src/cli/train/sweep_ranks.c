// SPDX-License-Identifier: MIT
// See sweep_ranks.h.
#include "cli/train/sweep_ranks.h"

#include <math.h>
#include <stdlib.h>

#include "core/error.h"
#include "core/ranks.h"
#include "cli/signals.h"
#include "cli/term.h"

static size_t rank_of(const ppo_ranks *ranks)
{
    return ranks ? ppo_ranks_rank(ranks) : 0;
}

static size_t size_of(const ppo_ranks *ranks)
{
    return ranks ? ppo_ranks_size(ranks) : 1;
}

size_t cli_sweep_num_own(const ppo_ranks *ranks, size_t count)
{
    return (count + size_of(ranks) - 1 - rank_of(ranks)) / size_of(ranks);
}

size_t cli_sweep_own(const ppo_ranks *ranks, size_t k)
{
    return rank_of(ranks) + k * size_of(ranks);
}

uint32_t cli_sweep_num_at_once(const ppo_ranks *ranks, uint32_t threads)
{
    const uint32_t cores = cli_num_cores(), neighbours = ranks ? ranks->local_size : 1;
    if (threads)
        return threads;
    return cores > neighbours ? cores / neighbours : 1;
}

cli_sweep_state cli_sweep_meet(ppo_ranks *ranks, const cli_sweep_run *runs, size_t count)
{
    cli_sweep_state state = {.num_stopped = cli_stop_requested()};
    for (size_t k = 0; k < cli_sweep_num_own(ranks, count); k++) {
        const cli_sweep_run *run = &runs[cli_sweep_own(ranks, k)];
        const double return_mean = atomic_load(&run->return_mean);
        state.num_done += atomic_load(&run->is_done);
        state.steps += (double)atomic_load(&run->step);
        state.first_steps += (double)atomic_load(&run->first_step);
        state.num_returns += !isnan(return_mean);
        state.returns += isnan(return_mean) ? 0.0 : return_mean;
    }
    ppo_ranks_sum(ranks, NULL, 0, (double *)(void *)&state, sizeof state / sizeof(double));
    return state;
}

ppo_status cli_sweep_gather(ppo_ranks *ranks, cli_sweep_run *runs, size_t count, ppo_error *error)
{
    const size_t size = size_of(ranks), per_rank = (count + size - 1) / size;
    if (size == 1)
        return PPO_OK;
    cli_outcome *all = calloc(size * per_rank, sizeof *all);
    if (!all)
        return ppo_fail(error, PPO_NO_MEMORY, "no memory for the results of %zu runs", count);
    for (size_t k = 0; k < cli_sweep_num_own(ranks, count); k++)
        all[rank_of(ranks) * per_rank + k] = runs[cli_sweep_own(ranks, k)].outcome;
    ppo_ranks_gather(ranks, all, per_rank * sizeof *all);
    const ppo_status status = ppo_ranks_check(ranks, error);
    for (size_t i = 0; status == PPO_OK && i < count; i++)
        runs[i].outcome = all[i % size * per_rank + i / size];
    free(all);
    return status;
}
