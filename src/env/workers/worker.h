// SPDX-License-Identifier: MIT
// A worker process, and what it shares with its parent: a control block, and jobs.
//
// Workload: a job is a step of one or a few environments, some microseconds to milliseconds; one
// worker may have several jobs posted. All functions of an environment's class run in the worker.
// Instances are the worker's own memory; rows lie in the shared arena.
// Not here: the parent's side (workers.h).
#ifndef PPO_ENV_WORKERS_WORKER_H
#define PPO_ENV_WORKERS_WORKER_H

#include "core/event_count.h"
#include "env/instances.h"

#include <stdnoreturn.h>
#include <sys/types.h>

typedef enum ppo_job_kind {
    PPO_JOB_INIT, // replies whether the worker's instances could be initialised
    PPO_JOB_START,
    PPO_JOB_RESET,
    PPO_JOB_STEP,
    PPO_JOB_SAVE,
    PPO_JOB_LOAD,
} ppo_job_kind;

// What to do with a range of environments; fields that its kind doesn't use are 0. What it points
// to lies in the shared arena.
typedef struct ppo_job_request {
    ppo_job_kind kind;
    uint64_t step;
    ppo_vecenv_rows rows; // of PPO_JOB_STEP
    const void *action;
    unsigned char *obs;    // [N, obs bytes] of PPO_JOB_START, PPO_JOB_RESET and PPO_JOB_LOAD
    const uint64_t *seeds; // [N] of PPO_JOB_RESET; NULL: none
} ppo_job_request;

// A range of one worker's environments; job n is the one whose range begins at environment n.
typedef struct ppo_job {
    _Alignas(64) ppo_event_count event;   // an odd count: posted, even: done
    _Atomic uint32_t num_done;            // environments of the range that are done
    _Alignas(64) ppo_job_request request; // written by the parent, as the following
    size_t count;                         // environments in the range
    _Alignas(64) ppo_status status;       // written by the worker
    char message[sizeof(((ppo_error *)0)->message)];
} ppo_job;

typedef struct ppo_worker_control {
    _Alignas(64) ppo_event_count event; // signalled when a job was posted, or must_quit was set
    _Atomic uint32_t must_quit;         // 1: release the instances and exit
    _Atomic uint32_t progress;          // calls for environments that were completed so far
} ppo_worker_control;

typedef struct ppo_env_worker {
    ppo_instances *instances;
    ppo_worker_control *control;
    ppo_job *jobs;   // [N] of all environments
    uint32_t *tries; // [N] deaths since the environment completed a step, a start or a load
    size_t index;
    size_t first, end; // its environments
    int spins;         // before it sleeps
    int log;           // descriptor of its output; -1: where the parent's goes
} ppo_env_worker;

// Runs jobs until must_quit is set or the parent has ended. To be called in a process just forked
// from `parent`.
noreturn void ppo_env_worker_main(const ppo_env_worker *worker, pid_t parent);

#endif
