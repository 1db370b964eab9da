// SPDX-License-Identifier: MIT
// Generalised advantage estimation.
#ifndef PPO_RL_GAE_H
#define PPO_RL_GAE_H

#include <stddef.h>
#include <stdint.h>

// advantage[t] = delta[t] + gamma lambda advantage[t+1], cut at either kind of end and at the
// rollout's end, with delta[t] = reward[t] + gamma next_value[t] - value[t]; ret = advantage +
// value.
void ppo_gae_compute(float *advantage, float *ret,                        // [T, N] out
                     const float *reward, const float *value,             // [T, N]
                     const float *next_value,                             // [T, N] 0 if terminated
                     const uint8_t *terminated, const uint8_t *truncated, // [T, N] 0 or 1
                     size_t num_steps, size_t num_envs, float gamma, float lambda);

#endif
