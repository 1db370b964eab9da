// SPDX-License-Identifier: MIT
// Child processes as their parent sees them: whether and how one has ended, how long one has made
// no progress, and ending them.
//
// Workload: called every PPO_CHILD_CHECK_MS by a thread that waits for a child's reply. Owns
// nothing. Each child is waited for by one thread at a time.
#ifndef PPO_ENV_WORKERS_CHILD_PROCESS_H
#define PPO_ENV_WORKERS_CHILD_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define PPO_CHILD_CHECK_MS 20   // between two looks of a sleeping thread at the child it waits for
#define PPO_CHILD_GRACE_MS 2000 // for children to end by themselves before they are killed
#define PPO_CHILD_SPINS    120  // before sleeping: some microseconds, what sleeping and waking take

// How a process has ended.
typedef struct ppo_child_end {
    bool is_known; // false: the process is gone, but its exit status can't be learnt
    int status;    // as waitpid writes it
} ppo_child_end;

// True if the process has ended; `end` says how. Its status can't be learnt in a program that waits
// for all its children elsewhere, or ignores SIGCHLD.
bool ppo_child_has_ended(pid_t id, ppo_child_end *end);

// Writes the end as a clause: "was ended by signal 9 (Killed)"; or, if timeout_ms is not 0, that
// the process was killed because it made no progress for so long.
void ppo_child_describe_end(char *text, size_t size, const ppo_child_end *end, uint32_t timeout_ms);

// How long a child has made no progress. Counted in waits of PPO_CHILD_CHECK_MS rather than by a
// clock, so that time during which parent and children are stopped together (Ctrl-Z) is left out.
typedef struct ppo_progress_timer {
    uint32_t progress;  // the child's own counter when last read
    uint32_t num_waits; // since it changed
} ppo_progress_timer;

// To be called after each wait. True once the child has made no progress for limit_ms; 0: never.
bool ppo_progress_timer_expired(ppo_progress_timer *timer, uint32_t progress, uint32_t limit_ms);

void ppo_child_sleep_ms(long ms);

// Kills a child and waits until it has ended.
void ppo_child_kill(pid_t id);

// Waits until all children have ended, up to PPO_CHILD_GRACE_MS, and kills those that have not. The
// ids lie `stride` bytes apart in `count` structs, the first at `ids`; 0 means no process. All are
// 0 afterwards.
void ppo_child_end_all(pid_t *ids, size_t count, size_t stride);

#endif
