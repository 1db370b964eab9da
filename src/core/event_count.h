// SPDX-License-Identifier: MIT
// An event count: a counter in shared memory that one side signals and threads of any process wait
// for.
//
// Workload: signalled every few microseconds and awaited by a thread for which spinning that long
// is cheaper than sleeping; or not signalled for minutes, while waiters sleep in the kernel and use
// no processor time. What was written before a signal is visible after the wait that it ends.
// Zeroed memory is an event count that was never signalled. All functions may be called from
// several threads and processes at once.
#ifndef PPO_CORE_EVENT_COUNT_H
#define PPO_CORE_EVENT_COUNT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct ppo_event_count {
    _Atomic uint32_t count;       // signals so far, modulo 2^32
    _Atomic uint32_t num_waiters; // threads that sleep, or are about to
} ppo_event_count;

// The count now.
uint32_t ppo_event_count_read(const ppo_event_count *event);

// Adds one to the count and wakes all waiters. Returns the new count.
uint32_t ppo_event_count_signal(ppo_event_count *event);

// Reads the count up to `spins` times; true as soon as it is not `seen`.
bool ppo_event_count_spin(const ppo_event_count *event, uint32_t seen, int spins);

// Waits until the count is not `seen`: first spins so often, then sleeps. True if the count has
// changed; false after about timeout_ms, or earlier if a signal handler ran.
bool ppo_event_count_wait(ppo_event_count *event, uint32_t seen, int spins, uint32_t timeout_ms);

// Sets the number of waiters to zero, after the only process that waited has died.
void ppo_event_count_reset_waiters(ppo_event_count *event);

#endif
