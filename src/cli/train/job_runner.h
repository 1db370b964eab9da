// SPDX-License-Identifier: MIT
// Jobs side by side on the cores: several seeds of one run, or a whole benchmark of learning.
//
// Workload: two to a hundred jobs of a second or more each, independent of one another. The
// library's own threads are for the inside of one trainer; here each job is a trainer with one.
#ifndef CLI_TRAIN_JOB_RUNNER_H
#define CLI_TRAIN_JOB_RUNNER_H

#include "ppo/ppo.h"

typedef struct cli_fleet {
    void (*job)(void *context, size_t index); // called once per index, from any thread
    void (*tick)(void *context);              // called by the caller's thread every tick_s
    void *context;
    size_t num_jobs;
    uint32_t num_threads;
    double tick_s;
} cli_fleet;

// Runs all jobs, in order of their index as threads become free. `job` writes only what belongs to
// its index; what `tick` reads of it needs atomics.
ppo_status cli_fleet_run(const cli_fleet *fleet, ppo_error *error);

#endif
