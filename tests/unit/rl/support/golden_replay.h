// SPDX-License-Identifier: MIT
// An environment that shows what a golden file with memory says, whatever is done: observations,
// rewards, ends of episodes, final observations, masks. Environment n of a vectoriser with seed 0
// is column n of the file.
#ifndef PPO_TESTS_RL_GOLDEN_REPLAY_H
#define PPO_TESTS_RL_GOLDEN_REPLAY_H

#include "unit/rl/support/golden.h"

#include "ppo/env.h"

typedef struct golden_replay {
    size_t num_steps, num_envs;
    size_t obs_bytes, mask_bytes;
    unsigned char *obs;       // [T, N, obs bytes]
    unsigned char *next_obs;  // [N, obs bytes]
    unsigned char *final_obs; // [T, N, obs bytes]
    float *reward;            // [T, N]
    uint8_t *terminated, *truncated;
    uint8_t *masks; // [T, N, mask bytes]; NULL: there are none
    ppo_env_class env;
} golden_replay;

// The spaces of the class are those of `fixture`, which has to stay.
void golden_replay_create(golden_replay *replay, const golden_file *golden,
                          const golden_fixture *fixture);
void golden_replay_release(golden_replay *replay);

#endif
