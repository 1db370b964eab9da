// SPDX-License-Identifier: MIT
// A pool of threads that runs numbered tasks.
//
// Workload: thousands of runs a second, each of a few tasks of some microseconds. Tasks are run in
// any order by any worker: what a task writes may depend on its number alone, never on the worker,
// so that results don't depend on the pool's size. Tasks with near numbers tend to be run by the
// same worker from run to run: neighbouring tasks should use neighbouring data.
//
// No more workers take part than there are cores, and fewer while the system gives cores to other
// processes. A worker without work sleeps within 50 us, and so does a caller that waits.
#ifndef PPO_CORE_POOL_H
#define PPO_CORE_POOL_H

#include "ppo/base.h"

typedef struct ppo_pool ppo_pool;

// `worker` is in [0, ppo_pool_size): an index for scratch memory, not for results.
typedef void (*ppo_task)(void *context, size_t task, size_t worker);

// A pool of `threads` workers, the calling thread included; 0: one per available core. On failure
// `*pool` is NULL.
ppo_status ppo_pool_create(ppo_pool **pool, uint32_t threads, ppo_error *error);
void ppo_pool_destroy(ppo_pool *pool); // NULL is allowed; in a fork, frees the memory alone
size_t ppo_pool_size(const ppo_pool *pool);

// Runs tasks 0 .. num_tasks-1, num_tasks < 2^20, and returns when all are done. The caller takes
// part as worker 0. One thread at a time may call, and no task may run its own pool.
void ppo_pool_run(ppo_pool *pool, ppo_task task, void *context, size_t num_tasks);

// Sets how many workers take part at most, in [1, size], whatever the number of cores. For tests.
void ppo_pool_set_limit(ppo_pool *pool, size_t num_workers);

#endif
