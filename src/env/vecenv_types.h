// SPDX-License-Identifier: MIT
// What a vectoriser (vecenv.h) and everything below it are given: the options that all environments
// share, and the arrays that a step writes.
#ifndef PPO_ENV_VECENV_TYPES_H
#define PPO_ENV_VECENV_TYPES_H

#include "ppo/env.h"

// A row's step repeats its action for frame_skip steps of the environment (one, if frame skip is
// off). Time limit and episode lengths count steps of the environment, as Gymnasium's TimeLimit
// under a frame skip does; the sticky action is decided once per row's step, and never in an
// episode's first.
typedef struct ppo_vecenv_options {
    uint32_t num_envs;
    uint32_t first_env;         // number of the first one; seeds and random streams go by it
    uint32_t max_episode_steps; // 0: the class's own
    uint32_t frame_skip;        // at least 1; stops early at an episode's end
    double sticky_action_prob;  // drawn per row's step from (seed, PPO_RNG_STICKY, n, step)
    bool clip_action;           // a box action is clipped to [low, high] before the step
    uint64_t seed;              // environment n starts from seed + first_env + n
    uint32_t num_processes;     // worker processes, at most num_envs count; 0: environments run in
                                // the calling thread
    uint32_t timeout_ms;        // a worker without progress for so long is killed; 0: never
    const char *worker_log;     // file to which workers' output is appended; NULL: it stays where
                                // the caller's goes. Copied
    uint32_t picture_width, picture_height; // of what is rendered, as ppo_picture_size (picture.h)
                                            // chooses it; 0: the class's own
} ppo_vecenv_options;

// Where one step's results go: arrays over all N environments, of which only the rows stepped are
// written.
typedef struct ppo_vecenv_rows {
    unsigned char *obs;       // [N, obs bytes] the next observation: after an end, the reset's
    unsigned char *final_obs; // [N, obs bytes] the episode's last observation, where it ended
    double *reward;           // [N] summed over frame_skip
    uint8_t *terminated;      // [N] 0 or 1
    uint8_t *truncated;       // [N] 0 or 1; 0 where terminated
    uint8_t *lost;            // [N] 0 or 1; 1 with truncated: the environment has broken down and
                              // the step did not take place; NULL: not wanted
    double *episode_return;   // [N] of the finished episode, where it ended
    uint32_t *episode_length; // [N] likewise, in environment steps; 0 after a lost life: terminated
                              // is 1, but the game and its episode's counters go on. A limit in the
                              // same step ends the game all the same
    unsigned char *picture;   // [N, picture bytes] what the class renders after the step, before a
                              // reset; NULL: nothing is rendered
} ppo_vecenv_rows;

#endif
