// SPDX-License-Identifier: MIT
// The runs of a sweep (sweep.h) among ranks: each rank trains some of them, alone, and all know the
// results. `ranks` NULL: this process trains all.
#ifndef CLI_TRAIN_SWEEP_RANKS_H
#define CLI_TRAIN_SWEEP_RANKS_H

#include <stdatomic.h>

#include "cli/train/train.h"

// One run, and the counters that the drawing thread reads while it trains.
typedef struct cli_sweep_run {
    ppo_config config;
    cli_outcome outcome; // written by the worker until is_done
    _Atomic uint64_t first_step;
    _Atomic uint64_t step;
    _Atomic double return_mean;
    atomic_bool is_done;
} cli_sweep_run;

// Of `count` runs, a rank's own are those whose number leaves its rank when divided by the number
// of ranks.
size_t cli_sweep_num_own(const ppo_ranks *ranks, size_t count);
size_t cli_sweep_own(const ppo_ranks *ranks, size_t k); // the number of its k-th

// How many runs a process trains at once: `threads`, or, if that is 0, its share of the cores.
uint32_t cli_sweep_num_at_once(const ppo_ranks *ranks, uint32_t threads);

// How far the runs of all ranks are.
typedef struct cli_sweep_state {
    double steps, first_steps; // sums over the runs
    double returns;            // sum of the mean returns of those that have one ...
    double num_returns;        // ... and how many these are
    double num_done;
    double num_stopped; // ranks that a signal has asked to stop
} cli_sweep_state;

// All ranks call this the same number of times, until num_done is the number of runs.
cli_sweep_state cli_sweep_meet(ppo_ranks *ranks, const cli_sweep_run *runs, size_t count);

// Brings the outcomes of all ranks' runs to all ranks.
ppo_status cli_sweep_gather(ppo_ranks *ranks, cli_sweep_run *runs, size_t count, ppo_error *error);

#endif
