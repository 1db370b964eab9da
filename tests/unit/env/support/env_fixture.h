// SPDX-License-Identifier: MIT
// What the tests of worker processes share: a vectoriser whose rows lie in its arena, and an
// environment that crashes, hangs and counts on purpose.
#ifndef TEST_ENV_ENV_FIXTURE_H
#define TEST_ENV_ENV_FIXTURE_H

#include "env/vecenv.h"

#include <stdatomic.h>
#include <sys/types.h>

#define FIXTURE_ENVS 8

// A vectoriser and all that its steps read and write.
typedef struct ppo_env_fixture {
    ppo_arena arena;
    ppo_vecenv *vecenv;
    ppo_vecenv_rows rows;
    unsigned char *action;
    size_t num_envs, obs_bytes, action_bytes;
    ppo_error error;
} ppo_env_fixture;

void env_fixture_create(ppo_env_fixture *fixture, const ppo_env_class *env,
                        const ppo_vecenv_options *options);
void env_fixture_start(ppo_env_fixture *fixture, const ppo_env_class *env,
                       const ppo_vecenv_options *options);
void env_fixture_release(ppo_env_fixture *fixture);

// One step of all environments, with the actions that lie in fixture->action.
ppo_status env_fixture_step(ppo_env_fixture *fixture, uint64_t step);

// The data of a row of the arena by its name, and its bytes.
void *env_fixture_row(const ppo_env_fixture *fixture, const char *name, size_t *bytes);

// --- the fragile environment ---

enum {
    KEEP_GOING,
    END,       // terminate
    CRASH,     // by SIGSEGV
    LEAVE,     // exit with code 7
    HANG,      // never return
    STUMBLE,   // fail with a sentence
    WAIT_A_BIT // 60 ms
};

// Shared by all its instances in all processes.
typedef struct ppo_fragile_fate {
    atomic_int num_inits, num_releases;
    atomic_int deaths_at_init;  // so many inits end their process
    atomic_int deaths_at_reset; // and so many resets
    atomic_int deaths_at_save;
    atomic_int deaths_at_load;
    atomic_int watched_file;          // a descriptor that init looks for, if not 0
    atomic_int found_file;            // 1: it was open there
    atomic_int refuse_init;           // 1: init fails
    atomic_int process[FIXTURE_ENVS]; // who reset an instance from the seed 0, 1, ...
    atomic_int last_process;          // who initialised one last
} ppo_fragile_fate;

// Observations: episode (seed modulo 1000, or 1000 more than the one before), steps in it. Reward
// 1, 2, 3, ... in an episode. Its memory is outside the instance.
ppo_env_class fragile_class(ppo_fragile_fate *fate);
ppo_fragile_fate *fragile_fate_create(void); // in shared memory
void fragile_fate_destroy(ppo_fragile_fate *fate);

#endif
