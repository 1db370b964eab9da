// SPDX-License-Identifier: MIT
// The body of a loop that waits for another core to write something.
#ifndef PPO_CORE_RELAX_H
#define PPO_CORE_RELAX_H

// To be called in iteration `spins` of a waiting loop. The first `tight` iterations do nothing,
// since a pause instruction may take as long as a cache line needs to move between cores.
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
