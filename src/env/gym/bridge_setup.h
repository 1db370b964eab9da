// SPDX-License-Identifier: MIT
// What the Python processes of one opened class have in common, and the failures that are counted
// over all of them.
#ifndef PPO_ENV_GYM_BRIDGE_SETUP_H
#define PPO_ENV_GYM_BRIDGE_SETUP_H

#include "ppo/env.h"

#include <pthread.h>

// Constant once the class is open, but for the failures.
typedef struct ppo_bridge_setup {
    const char *id;                 // as it was given: "gym:CartPole-v1"
    const char *name;               // as Gymnasium knows it: "CartPole-v1"
    const char *python;             // the program
    const char *kwargs;             // of gymnasium.make, as JSON; "" for none
    uint32_t max_episode_steps;     // 0: the environment's own
    uint32_t num_workers;           // processes of a group; 0: as many as cores
    uint32_t timeout_ms;            // a process without progress for so long is killed; 0: never
    size_t obs_size, action_size;   // elements
    size_t obs_bytes, action_bytes; // of one
    const ppo_space *obs_space;
    uint32_t picture_width, picture_height; // 0: no pictures
    int script;                             // descriptor of bridge.py
    int log;      // descriptor of what Python prints; -1: where the caller's stderr goes
    int alive[2]; // a pipe that ends with this process

    pthread_mutex_t mutex; // for the following two
    uint64_t num_failures;
    ppo_error last_failure;
} ppo_bridge_setup;

// Counts a failure with a sentence about it, which also goes to the log; `is_logged`: Python has
// written about it there already. May be called from several threads.
void ppo_bridge_record_failure(ppo_bridge_setup *setup, bool is_logged, const char *format, ...)
    PPO_PRINTF(3, 4);

// How many failures so far, and the last one (`last` may be NULL, and is untouched if there was
// none). May be called while other threads record one.
uint64_t ppo_bridge_failures(ppo_bridge_setup *setup, ppo_error *last);

#endif
