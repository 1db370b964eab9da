// SPDX-License-Identifier: MIT
// See fixture.h.
#include "unit/env/support/fixture.h"

#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

// --- the scripted environment -----------------------------------------------------------------

static ppo_status script_init(void *self, const void *context, ppo_error *error)
{
    ppo_script *s = self;
    (void)context;
    (void)error;
    assert_int_equal(s->inited, 0); // memory comes zeroed, and is initialised once
    assert_int_equal((uintptr_t)self % 64, 0);
    s->inited = 1;
    return PPO_OK;
}

static void script_release(void *self)
{
    ((ppo_script *)self)->inited = 0;
}

static ppo_status script_reset(void *self, const uint64_t *seed, void *observation,
                               ppo_error *error)
{
    ppo_script *s = self;
    float *obs = observation;
    (void)error;
    s->episode = seed ? (float)(*seed % 1000000) : s->episode + 1000000.0f;
    s->steps = 0.0f;
    obs[0] = s->episode;
    obs[1] = s->bad_reset ? INFINITY : 0.0f;
    obs[2] = -1.0f;
    return PPO_OK;
}

static ppo_status script_step(void *self, const void *action, void *observation,
                              ppo_transition *transition, ppo_error *error)
{
    ppo_script *s = self;
    float *obs = observation;
    const int32_t what = *(const int32_t *)action;
    s->steps += 1.0f;
    obs[0] = s->episode;
    obs[1] = s->steps;
    obs[2] = what == DO_BAD_OBS || what == DO_BREAK_DOWN ? NAN
             : what == DO_HUGE_OBS                       ? -FLT_MAX
                                                         : (float)what;
    s->bad_reset = what == DO_END_BADLY;
    transition->life_lost = what == DO_LOSE_LIFE;
    transition->terminated = what == DO_TERMINATE || what == DO_END_BADLY || what == DO_LOSE_LIFE;
    transition->truncated = what == DO_TRUNCATE;
    transition->lost = what == DO_BREAK_DOWN;
    transition->reward =
        what == DO_BAD_REWARD || what == DO_BREAK_DOWN ? -(double)INFINITY : (double)s->steps;
    if (what != DO_FAIL)
        return PPO_OK;
    strcpy(error->message, "the script says so");
    return error->status = PPO_ENV_FAILED;
}

static const uint32_t num_scripts[1] = {NUM_SCRIPTS};

const ppo_env_class script_class = {
    .struct_size = sizeof(ppo_env_class),
    .abi_version = PPO_ENV_ABI_VERSION,
    .id = "Script-v0",
    .observation_space = PPO_SPACE_FLOATS(SCRIPT_OBS, NULL, NULL),
    .action_space = PPO_SPACE_CHOICE(num_scripts),
    .max_episode_steps = 6,
    .instance_size = sizeof(ppo_script),
    .init = script_init,
    .release = script_release,
    .reset = script_reset,
    .step = script_step,
};

// --- a vectoriser with its rows ---------------------------------------------------------------

void fixture_create(ppo_fixture *fixture, const ppo_env_class *env,
                    const ppo_vecenv_options *options)
{
    memset(fixture, 0, sizeof *fixture);
    assert_true(options->num_envs <= MAX_ENVS);
    fixture->num_envs = options->num_envs;
    fixture->rows = (ppo_vecenv_rows){
        .obs = (unsigned char *)fixture->obs,
        .final_obs = (unsigned char *)fixture->final_obs,
        .reward = fixture->reward,
        .terminated = fixture->terminated,
        .truncated = fixture->truncated,
        .lost = fixture->lost,
        .episode_return = fixture->episode_return,
        .episode_length = fixture->episode_length,
    };
    ppo_arena_init(&fixture->arena);
    assert_int_equal(ppo_vecenv_create(&fixture->vecenv, env, options, &fixture->arena, NULL),
                     PPO_OK);
    assert_int_equal(ppo_arena_bind(&fixture->arena, NULL), PPO_OK);
}

void fixture_start(ppo_fixture *fixture, const ppo_env_class *env,
                   const ppo_vecenv_options *options)
{
    fixture_create(fixture, env, options);
    assert_int_equal(ppo_vecenv_start(fixture->vecenv, fixture->rows.obs, &fixture->error), PPO_OK);
}

void fixture_release(ppo_fixture *fixture)
{
    ppo_vecenv_destroy(fixture->vecenv);
    ppo_arena_release(&fixture->arena);
}

void fixture_step(ppo_fixture *fixture, const void *action, uint64_t step)
{
    if (ppo_vecenv_step(fixture->vecenv, &fixture->rows, action, 0, fixture->num_envs, step,
                        &fixture->error) != PPO_OK)
        fail_msg("%s", fixture->error.message);
}

void fixture_step_scripts(ppo_fixture *fixture, int32_t first, int32_t second, uint64_t step)
{
    const int32_t actions[2] = {first, second};
    fixture_step(fixture, actions, step);
}

const float *fixture_obs(const ppo_fixture *fixture, size_t n)
{
    return fixture->obs + n * SCRIPT_OBS;
}

void assert_obs(const float *obs, float episode, float steps, float action)
{
    assert_true(obs[0] == episode && obs[1] == steps && obs[2] == action);
}
