// SPDX-License-Identifier: MIT
// Worker processes from their parent's side: forking them, posting jobs to them, and replacing
// those that die.
//
// Workload: one to hundreds of processes, jobs of some microseconds to milliseconds; posting and
// waiting allocate nothing. Environment n belongs to worker n * W / N. Owns the processes. Ranges
// of different workers may be posted and awaited by different threads at once; start and destroy by
// one thread while no job is under way. Not here: what a step is (instances.c), the worker's side
// (worker.c).
#ifndef PPO_ENV_WORKERS_WORKERS_H
#define PPO_ENV_WORKERS_WORKERS_H

#include "env/workers/worker.h"

typedef struct ppo_worker_set ppo_worker_set;

// How often in a row a worker may die without one of its environments completing a step.
#define PPO_WORKER_TRIES 5

// Adds the rows that are shared with the processes to the plan. `instances` must stay where it is.
ppo_status ppo_workers_create(ppo_worker_set **workers, ppo_instances *instances,
                              size_t num_workers, ppo_arena *arena, ppo_error *error);

// Ends the processes: those that have not ended by themselves within two seconds are killed.
void ppo_workers_destroy(ppo_worker_set *workers); // NULL is allowed

// Waits for all jobs under way, starts the processes that don't run and initialises the instances.
ppo_status ppo_workers_start(ppo_worker_set *workers, ppo_error *error);

// Posts a job for environments first .. first+count-1 to their workers. What the request points to
// lies in the arena. The range may be posted again once it was awaited.
void ppo_workers_post(ppo_worker_set *workers, const ppo_job_request *request, size_t first,
                      size_t count);

// Waits until a posted range is done, replacing workers that have died. The failure is that of the
// first environment that failed.
ppo_status ppo_workers_wait(ppo_worker_set *workers, size_t first, size_t count, ppo_error *error);

// PPO_UNSUPPORTED in a fork of the process that made the workers: there, posting and destroying
// leave them alone, and all else fails.
ppo_status ppo_workers_check_owner(const ppo_worker_set *workers, ppo_error *error);

// How many workers have died so far, and a sentence about the last one (`last` may be NULL).
uint64_t ppo_workers_lost(ppo_worker_set *workers, ppo_error *last);

#endif
