// SPDX-License-Identifier: MIT
// See bed.h.
#include "unit/env/support/bed.h"

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

void bed_create(ppo_bed *bed, const ppo_env_class *env, const ppo_vecenv_options *options)
{
    memset(bed, 0, sizeof *bed);
    assert_true(options->num_envs <= MAX_ENVS);
    bed->num_envs = options->num_envs;
    bed->rows = (ppo_vecenv_rows){
        .obs = (unsigned char *)bed->obs,
        .final_obs = (unsigned char *)bed->final_obs,
        .reward = bed->reward,
        .terminated = bed->terminated,
        .truncated = bed->truncated,
        .lost = bed->lost,
        .episode_return = bed->episode_return,
        .episode_length = bed->episode_length,
    };
    ppo_arena_init(&bed->arena);
    assert_int_equal(ppo_vecenv_create(&bed->vecenv, env, options, &bed->arena, NULL), PPO_OK);
    assert_int_equal(ppo_arena_bind(&bed->arena, NULL), PPO_OK);
}

void bed_start(ppo_bed *bed, const ppo_env_class *env, const ppo_vecenv_options *options)
{
    bed_create(bed, env, options);
    assert_int_equal(ppo_vecenv_start(bed->vecenv, bed->rows.obs, &bed->error), PPO_OK);
}

void bed_release(ppo_bed *bed)
{
    ppo_vecenv_destroy(bed->vecenv);
    ppo_arena_release(&bed->arena);
}

void bed_step(ppo_bed *bed, const void *action, uint64_t step)
{
    if (ppo_vecenv_step(bed->vecenv, &bed->rows, action, 0, bed->num_envs, step, &bed->error) !=
        PPO_OK)
        fail_msg("%s", bed->error.message);
}

void bed_step_scripts(ppo_bed *bed, int32_t first, int32_t second, uint64_t step)
{
    const int32_t actions[2] = {first, second};
    bed_step(bed, actions, step);
}

const float *bed_obs(const ppo_bed *bed, size_t n)
{
    return bed->obs + n * SCRIPT_OBS;
}

void assert_obs(const float *obs, float episode, float steps, float action)
{
    assert_true(obs[0] == episode && obs[1] == steps && obs[2] == action);
}
