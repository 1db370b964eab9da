// SPDX-License-Identifier: MIT
// N environments of one class, stepped into rows of shared arrays, with the wrapper features that
// people expect as options: time limit, frame skip, sticky actions, action clipping. A finished
// environment is reset in the same step ("same-step autoreset" in Gymnasium's words).
//
// Workload: one to thousands of environments of 50 ns to 1 ms a step. Different rows may be stepped
// by different threads at once. Owns the instances, their episode counters and their last actions.
// Not here: normalising observations and rewards, clipping rewards (src/rl/).
#ifndef PPO_ENV_VECENV_H
#define PPO_ENV_VECENV_H

#include "core/arena.h"
#include "ppo/env.h"

typedef struct ppo_vecenv ppo_vecenv;

// A row's step repeats its action for frame_skip steps of the environment (one, if frame skip is
// off). Time limit and episode lengths count steps of the environment, as Gymnasium's TimeLimit
// under a frame skip does; the sticky action is decided once per row's step, and never in an
// episode's first.
typedef struct ppo_vecenv_options {
    uint32_t num_envs;
    uint32_t max_episode_steps; // 0: the class's own
    uint32_t frame_skip;        // at least 1; stops early at an episode's end
    double sticky_action_prob;  // drawn per row's step from (seed, PPO_RNG_STICKY, n, step)
    bool clip_action;           // a box action is clipped to [low, high] before the step
    uint64_t seed;              // environment n starts from seed + n
    uint32_t num_processes;     // worker processes, at most num_envs count; 0: environments run in
                                // the calling thread
    uint32_t timeout_ms;        // a worker without progress for so long is killed; 0: never
    const char *worker_log;     // file to which workers' output is appended; NULL: it stays where
                                // the caller's goes. Copied
    uint32_t picture_width, picture_height; // of what is rendered, as ppo_picture_size (picture.h)
                                            // settles it; 0: the class's own
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
                              // the step never took place; NULL: not asked for
    double *episode_return;   // [N] of the finished episode, where it ended
    uint32_t *episode_length; // [N] likewise, in environment steps; 0 after a lost life: terminated
                              // is 1, but the game and its episode's counters go on
    unsigned char *picture;   // [N, picture bytes] what the class renders after the step, before a
                              // reset; NULL: nothing is rendered
} ppo_vecenv_rows;

// Makes a vectoriser and adds its arrays to the plan ("env.state" [N, state_size] u8 and the
// counters of episodes under way are state). Call _start once the arena is bound.
ppo_status ppo_vecenv_create(ppo_vecenv **vecenv, const ppo_env_class *env,
                             const ppo_vecenv_options *options, ppo_arena *arena, ppo_error *error);
void ppo_vecenv_destroy(ppo_vecenv *vecenv); // before the arena's release; NULL is allowed

// Initialises all instances and resets each from its seed; writes the first observations [N].
ppo_status ppo_vecenv_start(ppo_vecenv *vecenv, unsigned char *obs, ppo_error *error);

// Begins another episode in each environment and writes its first observation to `obs` [N]: from
// `seeds` [N], or, if that is NULL, by the environments' own random streams. With seeds that rise
// by one and `step` starting at 0 again, all is as after _start with the first of them as the
// options' seed. With processes, both arrays lie in the arena.
ppo_status ppo_vecenv_reset(ppo_vecenv *vecenv, const uint64_t *seeds, unsigned char *obs,
                            uint64_t step, ppo_error *error);

// Writes the picture that environment n's class renders now; it must have `render`. Without
// processes only.
void ppo_vecenv_render(const ppo_vecenv *vecenv, size_t n, unsigned char *picture);

// Which actions each environment's class allows from its present observation: [N, M] bytes, as
// ppo_env_class.action_mask writes them, valid once a start, thaw, reset or step of the row is
// done. NULL if the class has no masks.
const uint8_t *ppo_vecenv_mask(const ppo_vecenv *vecenv);

// Begins a step of environments first .. first+count-1; without processes it is the whole step.
// `step` is the same for all rows of a time step and rises by one from step to step. Different
// ranges may be posted and awaited from different threads at once, and one thread may have several
// under way. With processes, all arrays lie in the arena.
ppo_status ppo_vecenv_post(ppo_vecenv *vecenv, const ppo_vecenv_rows *rows,
                           const void *action, // [N, action bytes], not clipped
                           size_t first, size_t count, uint64_t step, ppo_error *error);

// Returns once the step that was posted with the same rows and range is done. To be called after
// each post that returned PPO_OK. On failure, of this function or of _post, the error names the
// environment; rows before it have been stepped, those behind it may have been.
ppo_status ppo_vecenv_wait(ppo_vecenv *vecenv, const ppo_vecenv_rows *rows, size_t first,
                           size_t count, uint64_t step, ppo_error *error);

// Both, one after the other.
ppo_status ppo_vecenv_step(ppo_vecenv *vecenv, const ppo_vecenv_rows *rows,
                           const void *action, // [N, action bytes], not clipped
                           size_t first, size_t count, uint64_t step, ppo_error *error);

// Writes the instances' states into the "env.state" row, and reads them back. An environment that
// can't save its state (state_size 0) starts a fresh episode on thaw, from a seed made of
// (seed, n, step), and writes that first observation to its row of `obs`.
void ppo_vecenv_freeze(ppo_vecenv *vecenv);
ppo_status ppo_vecenv_thaw(ppo_vecenv *vecenv, unsigned char *obs, uint64_t step, ppo_error *error);

// How many worker processes have died so far, and a sentence about the last one (`last` may be
// NULL). A dead worker's environments begin fresh episodes in a new one; each says so in the step
// under way, or in its next one: lost, truncated, reward 0, return and length so far; its final
// observation is the fresh episode's first. Five deaths in a row without a step between them are a
// failure of the step.
uint64_t ppo_vecenv_workers_lost(const ppo_vecenv *vecenv, ppo_error *last);

#endif
