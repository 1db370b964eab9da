// SPDX-License-Identifier: MIT
// Child processes as their parent sees them: whether they have ended, and how; how long one is
// waited for; ending them.
//
// Workload: looked at in naps of some milliseconds, by whoever waits for a child's answer. Owns
// nothing.
#ifndef PPO_ENV_WORKERS_CHILD_PROCESS_H
#define PPO_ENV_WORKERS_CHILD_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define PPO_PROCESS_CHECK_MS 20   // a sleeper's time between looks at its child
#define PPO_PROCESS_GRACE_MS 2000 // for children to end by themselves
#define PPO_PROCESS_SPINS    120  // before sleep: some microseconds, what sleep and waking take

// How a process has ended.
typedef struct ppo_process_end {
    bool is_known; // false: it has gone, and nobody can say how
    int how;       // as waitpid tells
} ppo_process_end;

// True if the process has ended, and how. A host that waits for all its children, or ignores them,
// leaves nothing to be learnt but that it is gone.
bool ppo_process_has_ended(pid_t id, ppo_process_end *end);

// "was ended by signal 9 (Killed)", or, where timeout_ms is not 0, that it did nothing for so long.
void ppo_process_describe(char *text, size_t size, const ppo_process_end *end, uint32_t timeout_ms);

// How long somebody has waited for a child that did nothing. Counted in naps, so that being stopped
// together with the children (Ctrl-Z) is no reason to think that they hang.
typedef struct ppo_patience {
    uint32_t progress; // the child's own count, when last looked at
    uint32_t naps;     // of PPO_PROCESS_CHECK_MS since then
} ppo_patience;

// Called after each nap. True once the child has made no progress for limit_ms; 0: never.
bool ppo_patience_is_over(ppo_patience *patience, uint32_t progress, uint32_t limit_ms);

void ppo_process_sleep_ms(long ms);

// Kills a child and waits for its end.
void ppo_process_kill(pid_t id);

#endif
