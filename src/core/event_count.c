// SPDX-License-Identifier: MIT
// Waiting by futex: see event_count.h. The ringer adds to the count and then looks for sleepers,
// the sleeper registers and then looks at the count (in the futex call): one of them sees the
// other.
#include "core/event_count.h"

#include "core/relax.h"

#include <limits.h>
#include <linux/futex.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define SPINS_TIGHT 50 // before the first pause, which may take as long as a line's travel

_Static_assert(ATOMIC_INT_LOCK_FREE == 2, "processes share the counters");
_Static_assert(sizeof(_Atomic uint32_t) == sizeof(uint32_t), "the kernel reads the counters");

uint32_t ppo_bell_count(const ppo_bell *bell)
{
    return atomic_load_explicit(&bell->count, memory_order_acquire);
}

uint32_t ppo_bell_ring(ppo_bell *bell)
{
    const uint32_t count = atomic_fetch_add(&bell->count, 1) + 1;
    if (atomic_load(&bell->num_asleep) > 0)
        syscall(SYS_futex, &bell->count, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
    return count;
}

bool ppo_bell_look(const ppo_bell *bell, uint32_t seen, int spins)
{
    for (int i = 0; i < spins; i++) {
        if (ppo_bell_count(bell) != seen)
            return true;
        ppo_relax(i, SPINS_TIGHT);
    }
    return false;
}

bool ppo_bell_wait(ppo_bell *bell, uint32_t seen, int spins, uint32_t timeout_ms)
{
    const struct timespec timeout = {.tv_sec = timeout_ms / 1000,
                                     .tv_nsec = (long)(timeout_ms % 1000) * 1000000};
    if (ppo_bell_look(bell, seen, spins))
        return true;
    atomic_fetch_add(&bell->num_asleep, 1);
    if (atomic_load(&bell->count) == seen)
        syscall(SYS_futex, &bell->count, FUTEX_WAIT, seen, &timeout, NULL, 0);
    atomic_fetch_sub(&bell->num_asleep, 1);
    return ppo_bell_count(bell) != seen;
}

void ppo_bell_forget_sleepers(ppo_bell *bell)
{
    atomic_store(&bell->num_asleep, 0);
}
