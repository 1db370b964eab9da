// SPDX-License-Identifier: MIT
// A Python process of the bridge: how it is started, sent requests and waited for.
//
// A request is a few words in the process's control block, in memory that both sides share, and a
// signal of its event count; its reply signals another. bridge.py is the other side and has the
// same layout. Workload: a round trip of some microseconds around 1 to 64 steps. Owns the process.
// A process is used by one thread at a time. Not here: what a request means for the instances, and
// what their failures cost (process_group.c).
#ifndef PPO_ENV_GYM_BRIDGE_PROCESS_H
#define PPO_ENV_GYM_BRIDGE_PROCESS_H

#include "core/event_count.h"
#include "env/gym/bridge_setup.h"
#include "env/workers/child_process.h"

#include <cjson/cJSON.h>

typedef enum ppo_bridge_request {
    PPO_BRIDGE_START, // make all instances
    PPO_BRIDGE_STEP,
    PPO_BRIDGE_RESET,
    PPO_BRIDGE_RESET_SEEDED,
    PPO_BRIDGE_RENDER,
    PPO_BRIDGE_LOOP,
    PPO_BRIDGE_QUIT,
} ppo_bridge_request;

// At the beginning of a process's part of the shared memory. Instances are numbered from the
// process's first.
typedef struct ppo_bridge_control {
    _Alignas(64) ppo_event_count request;
    uint32_t kind, first, end;          // of the request: instances first .. end-1
    _Alignas(64) ppo_event_count reply; // its count is that of the request replied to last
    _Atomic uint32_t num_done;          // all instances before this one are done
    uint32_t status;                    // of PPO_BRIDGE_START: 1 if it failed
    _Alignas(64) char message[512];     // the last line of what was raised last
} ppo_bridge_control;

typedef struct ppo_bridge_process {
    pid_t id; // 0: not running
    ppo_bridge_control *control;
    int awake[2];          // a pipe: a byte ends the sleep of the thread that waits for a reply
    uint32_t num_requests; // the event count's value after the last request
} ppo_bridge_process;

// Why there was no reply.
typedef struct ppo_bridge_death {
    ppo_child_end end;
    uint32_t timeout_ms; // the process made no progress for so long and was killed; 0: it has ended
} ppo_bridge_death;

// Once, for all processes that will use this control block one after the other; it is zeroed
// memory.
ppo_status ppo_bridge_process_open(ppo_bridge_process *process, void *control, ppo_error *error);
void ppo_bridge_process_close(ppo_bridge_process *process); // ends no process

// A task for bridge.py: what it must know about the class, and "mode". NULL: no memory.
cJSON *ppo_bridge_task(const ppo_bridge_setup *setup, const char *mode);

// Starts Python with the task, which is freed, and sends it PPO_BRIDGE_START for `count` instances.
ppo_status ppo_bridge_process_start(ppo_bridge_process *process, const ppo_bridge_setup *setup,
                                    int memory, cJSON *task, size_t count, ppo_error *error);

// Sends a request for instances first .. end-1 of the process's. One request at a time.
void ppo_bridge_process_send(ppo_bridge_process *process, ppo_bridge_request kind, size_t first,
                             size_t end);

// Waits for the reply to the last request, spinning `spins` times before it sleeps. False if the
// process has died before it, or was killed because it made no progress for limit_ms (0: no limit).
bool ppo_bridge_process_wait(ppo_bridge_process *process, int spins, uint32_t limit_ms,
                             ppo_bridge_death *death);

// How long imports and the making of environments may take.
uint32_t ppo_bridge_start_limit_ms(const ppo_bridge_setup *setup);

// Runs Python until it has written about the environment into `memory` (a descriptor) and ended.
ppo_status ppo_bridge_describe(const ppo_bridge_setup *setup, int memory, ppo_error *error);

#endif
