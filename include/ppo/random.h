// SPDX-License-Identifier: MIT
// NumPy's default generator (SeedSequence + PCG64, XSL-RR 128/64), for environments whose resets
// must equal Gymnasium's from the same seed. O'Neill 2014, "PCG: A Family of Simple Fast
// Space-Efficient Statistically Good Algorithms for Random Number Generation".
//
// A plain struct without pointers: copy it to save it. Functions use nothing but the generator they
// are given, so threads need one each.
#ifndef PPO_RANDOM_H
#define PPO_RANDOM_H

#include "ppo/base.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ppo_random {
    uint64_t state[2];     // 128-bit state: low word, high word
    uint64_t increment[2]; // 128-bit stream: low word, high word
    uint32_t kept;         // upper half of the last draw, if a 32-bit request used the lower one
    uint32_t has_kept;     // 1 if `kept` is to be used next, else 0
} ppo_random;

// np.random.default_rng(seed).
PPO_API void ppo_random_seed(ppo_random *random, uint64_t seed);

// The next 64 bits.
PPO_API uint64_t ppo_random_u64(ppo_random *random);

// Generator.random(): uniform in [0, 1), 53 bits.
PPO_API double ppo_random_double(ppo_random *random);

// Generator.uniform(low, high): low + (high - low) * random(), rounded after each operation.
PPO_API double ppo_random_uniform(ppo_random *random, double low, double high);

// Generator.integers(low, high): uniform in [low, high), low < high, high - low < 2^32.
PPO_API int64_t ppo_random_integers(ppo_random *random, int64_t low, int64_t high);

#ifdef __cplusplus
}
#endif

#endif
