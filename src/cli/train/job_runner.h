// SPDX-License-Identifier: MIT
// Runs independent jobs side by side on worker threads: several seeds of one training, or a whole
// benchmark of learning.
//
// Workload: two to a hundred jobs of a second or more each. The library's own threads work inside
// one trainer; here each job is a trainer with one thread.
#ifndef CLI_TRAIN_JOB_RUNNER_H
#define CLI_TRAIN_JOB_RUNNER_H

#include "ppo/ppo.h"

typedef struct cli_jobs {
    void (*job)(void *context, size_t index); // called once for each index, on any worker
    void (*tick)(void *context);              // called on the caller's thread every tick_s
    void *context;
    size_t num_jobs;
    uint32_t num_workers;
    double tick_s;
} cli_jobs;

// Runs all jobs, in order of their index as workers become free, and returns when all are done.
// `job` writes only what belongs to its index; what `tick` reads of it must be atomic. Fails with
// PPO_NO_MEMORY, before any job has run, if not one worker can be started.
ppo_status cli_jobs_run(const cli_jobs *jobs, ppo_error *error);

#endif
