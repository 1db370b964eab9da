// SPDX-License-Identifier: MIT
// Where the data of a Python process's instances lies in the memory that is shared with it: behind
// its control block, arrays with a row per instance. bridge.py is told these places when it starts.
#ifndef PPO_ENV_GYM_GROUP_LAYOUT_H
#define PPO_ENV_GYM_GROUP_LAYOUT_H

#include "env/gym/bridge_process.h"

// Offsets in bytes from the beginning of the process's part, each a multiple of 64.
typedef struct ppo_group_layout {
    size_t flags;                            // [count] uint8_t, FLAG_... below
    size_t rewards;                          // [count] double
    size_t seeds;                            // [count] uint64_t
    size_t actions;                          // [count, action bytes] close together
    size_t observations, first_observations; // [count, obs_stride]
    size_t pictures;                         // [height, width, 3] of one instance; 0: none
    size_t obs_stride;                       // bytes from observation to observation
    size_t bytes;                            // of all, whole pages
} ppo_group_layout;

// What bridge.py says about an instance's last step or reset.
enum {
    PPO_BRIDGE_TERMINATED = 1,
    PPO_BRIDGE_TRUNCATED = 2,
    PPO_BRIDGE_FAULT = 4,       // it raised, or gave what does not fit its space
    PPO_BRIDGE_HAS_RESET = 8,   // the next episode's first observation lies in first_observations
    PPO_BRIDGE_RESET_FAULT = 16 // the step was completed, but the reset behind it raised
};

// For `count` instances.
ppo_group_layout ppo_group_layout_for(const ppo_bridge_setup *setup, size_t count,
                                      bool has_pictures);

// Adds the places to a task for bridge.py.
void ppo_group_layout_describe(const ppo_group_layout *layout, cJSON *task);

#endif
