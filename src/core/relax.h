// SPDX-License-Identifier: MIT
// What a loop does that waits for another core to write something.
#ifndef PPO_CORE_RELAX_H
#define PPO_CORE_RELAX_H

// For the `spins`-th turn of a waiting loop. The first `tight` turns are without a pause, which may
// take as long as a cache line's travel.
static inline void ppo_relax(int spins, int tight)
{
    if (spins < tight)
        return;
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

#endif
