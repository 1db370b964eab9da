// SPDX-License-Identifier: MIT
// Waiting by futex: see event_count.h. The signaller adds to the count and then reads the number of
// waiters; a waiter registers and then reads the count (in the futex call): so at least one of them
// sees the other.
#include "core/event_count.h"

#include "core/relax.h"

#include <limits.h>
#include <linux/futex.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define SPINS_TIGHT 50 // before the first pause, which may take as long as a cache line's transfer

_Static_assert(ATOMIC_INT_LOCK_FREE == 2, "processes share the counters");
_Static_assert(sizeof(_Atomic uint32_t) == sizeof(uint32_t), "the kernel reads the counters");

uint32_t ppo_event_count_read(const ppo_event_count *event)
{
    return atomic_load_explicit(&event->count, memory_order_acquire);
}

uint32_t ppo_event_count_signal(ppo_event_count *event)
{
    const uint32_t count = atomic_fetch_add(&event->count, 1) + 1;
    if (atomic_load(&event->num_waiters) > 0)
        syscall(SYS_futex, &event->count, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
    return count;
}

bool ppo_event_count_spin(const ppo_event_count *event, uint32_t seen, int spins)
{
    for (int i = 0; i < spins; i++) {
        if (ppo_event_count_read(event) != seen)
            return true;
        ppo_relax(i, SPINS_TIGHT);
    }
    return false;
}

bool ppo_event_count_wait(ppo_event_count *event, uint32_t seen, int spins, uint32_t timeout_ms)
{
    const struct timespec timeout = {.tv_sec = timeout_ms / 1000,
                                     .tv_nsec = (long)(timeout_ms % 1000) * 1000000};
    if (ppo_event_count_spin(event, seen, spins))
        return true;
    atomic_fetch_add(&event->num_waiters, 1);
    if (atomic_load(&event->count) == seen)
        syscall(SYS_futex, &event->count, FUTEX_WAIT, seen, &timeout, NULL, 0);
    atomic_fetch_sub(&event->num_waiters, 1);
    return ppo_event_count_read(event) != seen;
}

void ppo_event_count_reset_waiters(ppo_event_count *event)
{
    atomic_store(&event->num_waiters, 0);
}
