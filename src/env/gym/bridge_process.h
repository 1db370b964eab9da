// SPDX-License-Identifier: MIT
// A Python process of the bridge: how it is started, told what to do and waited for.
//
// An order is a few words at the process's desk, in memory that both share, and a ring of its bell;
// its answer rings another. bridge.py is the other side, and says the same about desk and orders.
// Workload: a round trip of some microseconds around 1 to 64 steps. Owns the process. Not here:
// what an order means for the instances, and what their breakdowns cost (process_group.c).
#ifndef PPO_ENV_GYM_BRIDGE_PROCESS_H
#define PPO_ENV_GYM_BRIDGE_PROCESS_H

#include "core/event_count.h"
#include "env/workers/child_process.h"
#include "ppo/env.h"

#include <cjson/cJSON.h>
#include <pthread.h>

// What the processes of a class have in common.
typedef struct ppo_bridge_setup {
    const char *id;                 // as it is said: "gym:CartPole-v1"
    const char *name;               // as Gymnasium knows it: "CartPole-v1"
    const char *python;             // the program
    const char *kwargs;             // of gymnasium.make, as JSON; "" for none
    uint32_t max_episode_steps;     // 0: the environment's own
    uint32_t num_workers;           // processes of a team; 0: as many as cores
    uint32_t timeout_ms;            // a process without progress for so long is ended; 0: never
    size_t obs_size, action_size;   // elements
    size_t obs_bytes, action_bytes; // of one
    size_t num_floats;              // elements of an observation to be checked for NaN; 0: none
    const ppo_space *obs_space;     // for the range of integers
    uint32_t picture_width, picture_height; // 0: no pictures
    int script;                             // descriptor of bridge.py
    int log;      // of what Python prints; -1: where the caller's stderr goes
    int alive[2]; // a pipe that ends with this process

    pthread_mutex_t mutex; // for the following two
    uint64_t num_faults;
    ppo_error last_fault;
} ppo_bridge_setup;

typedef enum ppo_bridge_order {
    PPO_BRIDGE_START, // make all instances
    PPO_BRIDGE_STEP,
    PPO_BRIDGE_RESET,
    PPO_BRIDGE_RESET_SEEDED,
    PPO_BRIDGE_RENDER,
    PPO_BRIDGE_LOOP,
    PPO_BRIDGE_QUIT,
} ppo_bridge_order;

// What lies at the beginning of a process's part of the shared memory. Numbers of instances count
// from its first.
typedef struct ppo_bridge_desk {
    _Alignas(64) ppo_event_count order;
    uint32_t kind, first, end;           // instances first .. end-1
    _Alignas(64) ppo_event_count answer; // its count is that of the order answered last
    _Atomic uint32_t num_done;           // all before this one are done
    uint32_t status;                     // of PPO_BRIDGE_START: 1 if it failed
    _Alignas(64) char message[512];      // the last line of what was raised last
} ppo_bridge_desk;

typedef struct ppo_bridge_process {
    pid_t id; // 0: not running
    ppo_bridge_desk *desk;
    int awake[2];   // a pipe: who sleeps over an answer is woken by a byte
    uint32_t order; // the bell's count of the last order
} ppo_bridge_process;

// Why there was no answer.
typedef struct ppo_bridge_death {
    ppo_child_end end;
    uint32_t hung_ms; // the process did nothing for so long, and was ended; 0: it has ended
} ppo_bridge_death;

// Once, for all processes that will follow one another at this desk, which is zeroed memory.
ppo_status ppo_bridge_process_open(ppo_bridge_process *process, void *desk, ppo_error *error);
void ppo_bridge_process_close(ppo_bridge_process *process); // ends no process

// A task that bridge.py takes: what it says about the class and "mode". NULL: no memory.
cJSON *ppo_bridge_task(const ppo_bridge_setup *setup, const char *mode);

// Starts Python with the task, which is freed, and its first order, to make `count` instances.
ppo_status ppo_bridge_process_start(ppo_bridge_process *process, const ppo_bridge_setup *setup,
                                    int memory, cJSON *task, size_t count, ppo_error *error);

// Orders something for instances first .. end-1 of the process's. One order at a time.
void ppo_bridge_process_post(ppo_bridge_process *process, ppo_bridge_order kind, size_t first,
                             size_t end);

// Waits for the answer to the last order; false if the process has died over it, or was ended
// because it did nothing for limit_ms (0: as long as it takes). Looks `spins` times before it
// sleeps.
bool ppo_bridge_process_await(ppo_bridge_process *process, int spins, uint32_t limit_ms,
                              ppo_bridge_death *death);

// How long imports and the making of environments may take.
uint32_t ppo_bridge_start_limit_ms(const ppo_bridge_setup *setup);

// Runs Python until it has written about the environment into `memory` (a descriptor), and ended.
ppo_status ppo_bridge_describe(const ppo_bridge_setup *setup, int memory, ppo_error *error);

#endif
