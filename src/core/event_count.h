// SPDX-License-Identifier: MIT
// A counter in shared memory that threads of several processes can wait for.
//
// Workload: rung every few microseconds by one side and awaited by another, for whom a moment of
// spinning is cheaper than sleeping; or not rung for minutes. Whoever waits gets no processor time
// after that moment. What was written before ringing is seen after waiting. Zeroed memory is a bell
// that nobody has rung.
#ifndef PPO_CORE_EVENT_COUNT_H
#define PPO_CORE_EVENT_COUNT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct ppo_bell {
    _Atomic uint32_t count;      // how often it was rung, modulo 2^32
    _Atomic uint32_t num_asleep; // who must be woken
} ppo_bell;

uint32_t ppo_bell_count(const ppo_bell *bell);

// Adds one to the count, and wakes those who wait. Returns the new count.
uint32_t ppo_bell_ring(ppo_bell *bell);

// Looks so many times whether the count is still `seen`; true as soon as it is not.
bool ppo_bell_look(const ppo_bell *bell, uint32_t seen, int spins);

// Returns true as soon as the count is no longer `seen`: after looking `spins` times, or asleep.
// False after about timeout_ms, or earlier where a signal came.
bool ppo_bell_wait(ppo_bell *bell, uint32_t seen, int spins, uint32_t timeout_ms);

// Forgets those who slept in a process that has died.
void ppo_bell_forget_sleepers(ppo_bell *bell);

#endif
