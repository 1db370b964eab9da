// SPDX-License-Identifier: MIT
// N environments of one class, stepped into rows of shared arrays, with wrappers as options: time
// limit, frame skip, sticky actions, action clipping. A finished environment is reset in the same
// step ("same-step autoreset" in Gymnasium's words).
//
// Workload: one to thousands of environments of 50 ns to 1 ms a step. Different rows may be stepped
// by different threads at once; all other functions are one thread's, while no step is under way.
// Owns the instances, their episode counters and their last actions.
// Not here: normalising observations and rewards, clipping rewards (src/agent/, src/rl/).
#ifndef PPO_ENV_VECENV_H
#define PPO_ENV_VECENV_H

#include "core/arena.h"
#include "env/vecenv_types.h"

typedef struct ppo_vecenv ppo_vecenv;

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

// Writes the picture that environment n's class renders now; it must have `render`. Not with
// processes.
void ppo_vecenv_render(const ppo_vecenv *vecenv, size_t n, unsigned char *picture);

// Which actions each environment's class allows from its present observation: [N, M] bytes, as
// ppo_env_class.action_mask writes them, valid once a start, thaw, reset or step of the row is
// done. NULL if the class has no masks.
const uint8_t *ppo_vecenv_mask(const ppo_vecenv *vecenv);

// Begins a step of environments first .. first+count-1; without processes the step is complete when
// it returns. `step` is the same for all rows of a time step and rises by one from step to step.
// Different ranges may be under way at once, begun and finished by the same or different threads.
// With processes, all arrays lie in the arena.
ppo_status ppo_vecenv_begin(ppo_vecenv *vecenv, const ppo_vecenv_rows *rows,
                            const void *action, // [N, action bytes], not clipped
                            size_t first, size_t count, uint64_t step, ppo_error *error);

// Returns once the step that was begun with the same range is complete. To be called after each
// ppo_vecenv_begin that returned PPO_OK. On failure, of this function or of _begin, the error names
// the environment; rows before it have been stepped, those behind it may have been.
ppo_status ppo_vecenv_finish(ppo_vecenv *vecenv, size_t first, size_t count, ppo_error *error);

// Both, one after the other.
ppo_status ppo_vecenv_step(ppo_vecenv *vecenv, const ppo_vecenv_rows *rows,
                           const void *action, // [N, action bytes], not clipped
                           size_t first, size_t count, uint64_t step, ppo_error *error);

// Writes the instances' states into the "env.state" row, and reads them back. An environment that
// can't save its state (state_size 0) starts a fresh episode on thaw, from a seed made of
// (seed, n, step), and writes that first observation to its row of `obs`.
void ppo_vecenv_freeze(ppo_vecenv *vecenv);
ppo_status ppo_vecenv_thaw(ppo_vecenv *vecenv, unsigned char *obs, uint64_t step, ppo_error *error);

// How many processes or environments have broken down so far, and a sentence about the last one
// (`last` may be NULL): workers that died, or what a class with processes of its own counts. The
// environments of a dead worker begin new episodes in another one; each reports that in the step
// under way, or in its next one: lost, truncated, reward 0, return and length so far, and as final
// observation the new episode's first. Five deaths in a row without a completed step between them
// fail the step.
uint64_t ppo_vecenv_workers_lost(const ppo_vecenv *vecenv, ppo_error *last);

#endif
