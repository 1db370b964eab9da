// SPDX-License-Identifier: MIT
// Counter-based random numbers: Philox-4x32-10 (Salmon et al. 2011, "Parallel random numbers: as
// easy as 1, 2, 3"). A number is a pure function of (seed, purpose, index, step), so there is no
// state to save, and numbers may be drawn in any order by any thread.
//
// For one seed, Philox is a bijection of (purpose, index, step): blocks drawn for two purposes
// never have the same counter. Each use draws under a purpose of its own.
#ifndef PPO_CORE_RNG_H
#define PPO_CORE_RNG_H

#include <stdint.h>

// What numbers are drawn for. The values are part of what a seed means: never renumber them.
typedef enum ppo_rng_purpose {
    PPO_RNG_INIT = 1,     // initial weights
    PPO_RNG_ACTION,       // sampling actions in training
    PPO_RNG_SHUFFLE,      // order of samples in an epoch
    PPO_RNG_STICKY,       // sticky actions
    PPO_RNG_EVALUATE,     // sampling actions outside training
    PPO_RNG_BENCH,        // random actions when an environment is timed
    PPO_RNG_RESEED,       // seeds of episodes that begin where an environment's own stream is lost
    PPO_RNG_CHECK_ACTION, // random actions of `ppo check`
    PPO_RNG_CHECK_FILL,   // what `ppo check` fills observations with before a call
} ppo_rng_purpose;

typedef struct ppo_rng_block {
    uint32_t word[4];
} ppo_rng_block;

// One block of 128 random bits, four words.
static inline ppo_rng_block ppo_rng_draw(uint64_t seed, ppo_rng_purpose purpose, uint32_t index,
                                         uint64_t step)
{
    uint32_t key[2] = {(uint32_t)seed, (uint32_t)(seed >> 32)};
    uint32_t c[4] = {index, (uint32_t)step, (uint32_t)(step >> 32), (uint32_t)purpose};
    for (int round = 0; round < 10; round++) {
        const uint64_t a = 0xD2511F53ull * c[0];
        const uint64_t b = 0xCD9E8D57ull * c[2];
        const uint32_t next[4] = {(uint32_t)(b >> 32) ^ c[1] ^ key[0], (uint32_t)b,
                                  (uint32_t)(a >> 32) ^ c[3] ^ key[1], (uint32_t)a};
        for (int i = 0; i < 4; i++)
            c[i] = next[i];
        key[0] += 0x9E3779B9u;
        key[1] += 0xBB67AE85u;
    }
    return (ppo_rng_block){{c[0], c[1], c[2], c[3]}};
}

// A word as a number uniform in (0, 1): never 0 or 1, so that its logarithm is finite.
static inline float ppo_rng_uniform(uint32_t word)
{
    return ((float)(word >> 9) + 0.5f) * 0x1p-23f;
}

#endif
