// SPDX-License-Identifier: MIT
// The instances of one environment class, each with its episode: what starting, stepping, saving
// and restoring one of them means, with the wrapper features and the checks of what it gives.
//
// Workload: steps of 50 ns to 1 ms. Different rows may be stepped, reset, saved and loaded by
// different threads or processes at once; init and release are one thread's. Owns what init took in
// the rows of this process. Not here: who steps which row (vecenv.c).
#ifndef PPO_ENV_INSTANCES_H
#define PPO_ENV_INSTANCES_H

#include "core/arena.h"
#include "env/vecenv_types.h"

// An episode under way. A cache line each, because different threads or processes write neighbours.
typedef struct ppo_episode {
    _Alignas(64) double total; // rewards so far
    uint32_t length;           // steps of the environment so far
    uint32_t is_lost;          // 1: its instance died with a worker; its next step reports that
} ppo_episode;

typedef struct ppo_instances {
    const ppo_env_class *env; // the whole table
    ppo_env_class copy;       // of it, where the caller's table is an older, shorter one
    ppo_vecenv_options options;
    uint32_t max_episode_steps; // UINT32_MAX: no limit
    size_t obs_bytes;
    size_t obs_size; // elements of an observation
    size_t action_bytes;
    size_t stride;            // bytes from instance to instance
    size_t first, num_inited; // the instances of this process that need a release

    unsigned char *instance;    // [N, stride] written by the class
    unsigned char *state;       // [N, state_size] by ppo_instances_save
    ppo_episode *episode;       // [N] under way, by ppo_instances_step
    unsigned char *last_action; // [N, action bytes] with sticky actions: the last one executed
    unsigned char *clipped;     // [N, action bytes] with clip_action: what the class gets
    void **self;                // [N] the instances, if they are stepped many at once; else NULL
    ppo_transition *transition; // [N] likewise: of the step under way
    uint8_t *mask; // [N, mask bytes] what is allowed after the last reset, step or load;
                   // NULL: the class has no masks
    size_t mask_bytes;
} ppo_instances;

// Checks the options and adds the rows to the plan.
ppo_status ppo_instances_plan(ppo_instances *instances, const ppo_env_class *env,
                              const ppo_vecenv_options *options, ppo_arena *arena,
                              ppo_error *error);

// Zeroes the instances first .. end-1, for the successor of a process that died.
void ppo_instances_clear(ppo_instances *instances, size_t first, size_t end);

// Initialises the instances first .. end-1, those that aren't yet. Always the same range.
ppo_status ppo_instances_init(ppo_instances *instances, size_t first, size_t end, ppo_error *error);
void ppo_instances_release(ppo_instances *instances);

// Begins the first episode of environment n, from its own seed. `obs` [N, obs bytes] is that of all
// environments, as in the following.
ppo_status ppo_instances_start(ppo_instances *instances, size_t n, unsigned char *obs,
                               ppo_error *error);

// Begins another episode in environment n: from seeds[n]; with `seeds` NULL by its own random
// stream, or, where that is lost, from a seed made of (seed, n, step). With seeds, sticky actions
// are keyed by the first of them from now on.
ppo_status ppo_instances_reset(ppo_instances *instances, size_t n, const uint64_t *seeds,
                               unsigned char *obs, uint64_t step, ppo_error *error);

// See ppo_vecenv_step.
ppo_status ppo_instances_step(ppo_instances *instances, const ppo_vecenv_rows *rows,
                              const void *action, size_t first, size_t count, uint64_t step,
                              ppo_error *error);

// How many of the environments first .. first+count-1 one call of the class would step: 1, unless
// it has step_many. Lost ones are stepped alone.
size_t ppo_instances_at_once(const ppo_instances *instances, size_t first, size_t count);

// See ppo_vecenv_render.
void ppo_instances_render(const ppo_instances *instances, size_t n, unsigned char *picture);

// Marks environment n as lost, because its instance has died with its process. Its next step does
// not call the class's step but ends the episode (lost, truncated, reward 0, return and length so
// far) and begins another from a seed made of (seed, n, step). A step that a class itself reports
// as lost ends in the same way.
void ppo_instances_lose(ppo_instances *instances, size_t n);

// See ppo_vecenv_freeze and ppo_vecenv_thaw. That an instance is lost is part of its state.
void ppo_instances_save(ppo_instances *instances, size_t n);
ppo_status ppo_instances_load(ppo_instances *instances, size_t n, unsigned char *obs, uint64_t step,
                              ppo_error *error);

#endif
