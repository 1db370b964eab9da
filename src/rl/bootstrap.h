// SPDX-License-Identifier: MIT
// The value of what follows each sample. What an episode's end means is decided here and nowhere
// else:
//   terminated           next_value is 0
//   truncated            V(final observation) (Pardo et al. 2018, "Time limits in reinforcement
//                        learning"): the task would have gone on
//   before a lost step   as truncated, at the observation from which the lost step would have
//                        begun; there is no episode to be reported
//   otherwise            the value of the next observation
// A lost step itself is no sample; its next_value is 0.
#ifndef PPO_RL_BOOTSTRAP_H
#define PPO_RL_BOOTSTRAP_H

#include "agent/acting_scratch.h"
#include "agent/agent.h"
#include "core/pool.h"
#include "rl/rollout.h"

// All borrowed.
typedef struct ppo_bootstrap {
    const ppo_agent *agent;
    ppo_rollout *rollout;
    ppo_pool *pool;
    const ppo_acting_scratch_set *scratch; // a thread's for each worker of the pool
} ppo_bootstrap;

// While collecting, after step t of the environments first .. first+count-1: an episode's final
// observation is kept until the next step only, so its value is computed now. `truncated`, `lost`
// and `final_obs` [N, ...] are those of the step, final observations as environments write them;
// frames up to step t are in the rollout.
void ppo_bootstrap_truncated(ppo_bootstrap *bootstrap, size_t t, size_t first, size_t count,
                             const uint8_t *truncated, const uint8_t *lost,
                             const unsigned char *final_obs, size_t worker);

// After collecting: the values of all observations (those of shared networks are known from acting,
// but for the last row's), then next_value.
void ppo_bootstrap_run(ppo_bootstrap *bootstrap);

#endif
