// SPDX-License-Identifier: MIT
// What the vectoriser's tests share: an environment whose actions say what happens, so that each
// outcome can be written down, and a vectoriser together with its rows.
#ifndef TEST_ENV_FIXTURE_H
#define TEST_ENV_FIXTURE_H

#include "env/vecenv.h"

#define MAX_ENVS 8

enum { SCRIPT_OBS = 3 }; // seed (or episodes since), steps in the episode, action
enum {
    DO_NOTHING,
    DO_TERMINATE,
    DO_TRUNCATE,
    DO_HUGE_OBS, // the largest number there is, which is not bad
    DO_BAD_OBS,
    DO_BAD_REWARD,
    DO_FAIL,
    DO_END_BADLY, // terminate, and give a bad observation at the next reset
    DO_LOSE_LIFE,
    DO_BREAK_DOWN, // the step is lost, its observation and reward are nonsense
    NUM_SCRIPTS,
};

typedef struct ppo_script {
    float episode;
    float steps;
    int32_t bad_reset;
    uint32_t inited; // 1 from init to release
} ppo_script;

// No saved state (state_size 0), a time limit of 6 steps, rewards 1, 2, 3, ... in an episode.
extern const ppo_env_class script_class;

typedef struct ppo_fixture {
    ppo_arena arena;
    ppo_vecenv *vecenv;
    ppo_vecenv_rows rows;
    float obs[MAX_ENVS * 6];
    float final_obs[MAX_ENVS * 6];
    double reward[MAX_ENVS];
    uint8_t terminated[MAX_ENVS];
    uint8_t truncated[MAX_ENVS];
    uint8_t lost[MAX_ENVS];
    double episode_return[MAX_ENVS];
    uint32_t episode_length[MAX_ENVS];
    size_t num_envs;
    ppo_error error;
} ppo_fixture;

void fixture_create(ppo_fixture *fixture, const ppo_env_class *env,
                    const ppo_vecenv_options *options);
void fixture_start(ppo_fixture *fixture, const ppo_env_class *env,
                   const ppo_vecenv_options *options);
void fixture_release(ppo_fixture *fixture);

// One step of all rows, which must not fail.
void fixture_step(ppo_fixture *fixture, const void *action, uint64_t step);
void fixture_step_scripts(ppo_fixture *fixture, int32_t first, int32_t second, uint64_t step);

// The n-th observation of scripts, and a look at one.
const float *fixture_obs(const ppo_fixture *fixture, size_t n);
void assert_obs(const float *obs, float episode, float steps, float action);

#endif
