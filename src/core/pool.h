// SPDX-License-Identifier: MIT
// A pool of worker threads that runs numbered tasks.
//
// Workload: thousands of runs a second, each of a few tasks of microseconds, so workers spin for a
// moment before they sleep. Tasks are run in any order by any worker: what a task writes may depend
// on its number alone, never on the worker, so that results don't depend on the pool's size. Tasks
// with near numbers tend to run on the same worker, run after run: give neighbours what is near.
#ifndef PPO_CORE_POOL_H
#define PPO_CORE_POOL_H

#include "ppo/base.h"

typedef struct ppo_pool ppo_pool;

// `worker` is in [0, ppo_pool_size): an index for scratch memory, not for results.
typedef void (*ppo_task)(void *context, size_t task, size_t worker);

// `threads` workers, the calling thread included; 0: one per online core.
ppo_status ppo_pool_create(ppo_pool **pool, uint32_t threads, ppo_error *error);
void ppo_pool_destroy(ppo_pool *pool); // in a fork of its process: frees its memory
size_t ppo_pool_size(const ppo_pool *pool);

// Cores that are online, at least 1.
size_t ppo_pool_cores(void);

// Runs tasks 0 .. num_tasks-1 and returns when all are done. The caller works too.
void ppo_pool_run(ppo_pool *pool, ppo_task task, void *context, size_t num_tasks);

#endif
