// SPDX-License-Identifier: MIT
// Generalised advantage estimation over one rollout (Schulman et al. 2016, eq. 16).
//
// Workload: tens to thousands of steps T and environments N; one backward sweep, rows contiguous
// in n. Owns nothing. Not here: the value after an episode's end (bootstrap.c), normalisation
// (minibatch.c).
#include "rl/gae.h"

#include <stdbool.h>

void ppo_gae_compute(float *advantage, float *ret, const float *reward, const float *value,
                     const float *next_value, const uint8_t *terminated, const uint8_t *truncated,
                     size_t num_steps, size_t num_envs, float gamma, float lambda)
{
    for (size_t t = num_steps; t-- > 0;) {
        for (size_t n = 0; n < num_envs; n++) {
            const size_t i = t * num_envs + n;
            const bool cut = t + 1 == num_steps || terminated[i] || truncated[i];
            const float tail = cut ? 0.0f : advantage[i + num_envs]; // final: t runs backwards
            const float delta = reward[i] + gamma * next_value[i] - value[i];
            advantage[i] = delta + gamma * lambda * tail;
            ret[i] = advantage[i] + value[i];
        }
    }
}
