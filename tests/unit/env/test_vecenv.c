// SPDX-License-Identifier: MIT
// The vectoriser: its options, episode ends, failures, independence of ranges, freezing.
//
// Most cases use a scripted environment whose actions say what happens, so that each outcome can be
// written down; the others use CartPole and the continuous tasks.
#include "env/vecenv.h"

#include "core/rng.h"
#include "env/classic.h"
#include "ppo/random.h"

#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MAX_ENVS 8

// --- the scripted environment -----------------------------------------------------------------

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
    NUM_SCRIPTS,
};

typedef struct ppo_script {
    float episode;
    float steps;
    int32_t bad_reset;
    uint32_t inited;
} ppo_script;

static int num_released;

static ppo_status script_init(void *self, ppo_error *error)
{
    ppo_script *s = self;
    (void)error;
    assert_int_equal(s->inited, 0); // memory comes zeroed, and is initialised once
    assert_int_equal((uintptr_t)self % 64, 0);
    s->inited = 1;
    return PPO_OK;
}

static void script_release(void *self)
{
    num_released += ((ppo_script *)self)->inited == 1;
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
    obs[2] = what == DO_BAD_OBS ? NAN : what == DO_HUGE_OBS ? -FLT_MAX : (float)what;
    s->bad_reset = what == DO_END_BADLY;
    transition->terminated = what == DO_TERMINATE || what == DO_END_BADLY;
    transition->truncated = what == DO_TRUNCATE;
    transition->reward = what == DO_BAD_REWARD ? -(double)INFINITY : (double)s->steps;
    if (what != DO_FAIL)
        return PPO_OK;
    strcpy(error->message, "the script says so");
    return error->status = PPO_ENV;
}

static const uint32_t num_scripts[1] = {NUM_SCRIPTS};

// state_size 0: it can't be saved.
static const ppo_env_class script_class = {
    .struct_size = sizeof(ppo_env_class),
    .abi_version = PPO_ENV_ABI_VERSION,
    .id = "Script-v0",
    .observation_space = {.kind = PPO_SPACE_BOX,
                          .dtype = PPO_F32,
                          .rank = 1,
                          .shape = {SCRIPT_OBS}},
    .action_space = {.kind = PPO_SPACE_DISCRETE,
                     .dtype = PPO_I32,
                     .rank = 1,
                     .shape = {1},
                     .num_values = num_scripts},
    .max_episode_steps = 6,
    .instance_size = sizeof(ppo_script),
    .init = script_init,
    .release = script_release,
    .reset = script_reset,
    .step = script_step,
};

// --- a vectoriser with its rows ---------------------------------------------------------------

typedef struct ppo_bed {
    ppo_arena arena;
    ppo_vecenv *vecenv;
    ppo_vecenv_rows rows;
    float obs[MAX_ENVS * 6];
    float final_obs[MAX_ENVS * 6];
    double reward[MAX_ENVS];
    uint8_t terminated[MAX_ENVS];
    uint8_t truncated[MAX_ENVS];
    double episode_return[MAX_ENVS];
    uint32_t episode_length[MAX_ENVS];
    size_t num_envs;
    ppo_error error;
} ppo_bed;

static void bed_create(ppo_bed *bed, const ppo_env_class *env, const ppo_vecenv_options *options)
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
        .episode_return = bed->episode_return,
        .episode_length = bed->episode_length,
    };
    ppo_arena_init(&bed->arena);
    assert_int_equal(ppo_vecenv_create(&bed->vecenv, env, options, &bed->arena, NULL), PPO_OK);
    assert_int_equal(ppo_arena_bind(&bed->arena, NULL), PPO_OK);
}

static void bed_start(ppo_bed *bed, const ppo_env_class *env, const ppo_vecenv_options *options)
{
    bed_create(bed, env, options);
    assert_int_equal(ppo_vecenv_start(bed->vecenv, bed->rows.obs, &bed->error), PPO_OK);
}

static void bed_release(ppo_bed *bed)
{
    ppo_vecenv_destroy(bed->vecenv);
    ppo_arena_release(&bed->arena);
}

static void bed_step(ppo_bed *bed, const void *action, uint64_t step)
{
    if (ppo_vecenv_step(bed->vecenv, &bed->rows, action, 0, bed->num_envs, step, &bed->error) !=
        PPO_OK)
        fail_msg("%s", bed->error.message);
}

static void step_scripts(ppo_bed *bed, int32_t first, int32_t second, uint64_t step)
{
    const int32_t actions[2] = {first, second};
    bed_step(bed, actions, step);
}

static const float *obs_of(const ppo_bed *bed, size_t n)
{
    return bed->obs + n * SCRIPT_OBS;
}

static void assert_obs(const float *obs, float episode, float steps, float action)
{
    assert_true(obs[0] == episode && obs[1] == steps && obs[2] == action);
}

// --- episode ends -----------------------------------------------------------------------------

static void test_start_seeds_each(void **state)
{
    (void)state;
    ppo_bed bed;
    bed_start(&bed, &script_class,
              &(ppo_vecenv_options){.num_envs = 4, .frame_skip = 1, .seed = 100});
    for (size_t n = 0; n < 4; n++)
        assert_obs(obs_of(&bed, n), 100.0f + (float)n, 0.0f, -1.0f);
    num_released = 0;
    bed_release(&bed);
    assert_int_equal(num_released, 4);
    ppo_vecenv_destroy(NULL);
}

static void test_end_resets_in_the_same_step(void **state)
{
    (void)state;
    ppo_bed bed;
    bed_start(&bed, &script_class,
              &(ppo_vecenv_options){.num_envs = 2, .frame_skip = 1, .seed = 10});
    step_scripts(&bed, DO_NOTHING, DO_NOTHING, 0);
    assert_obs(obs_of(&bed, 0), 10.0f, 1.0f, DO_NOTHING);
    step_scripts(&bed, DO_TERMINATE, DO_TRUNCATE, 1);
    assert_obs(bed.final_obs, 10.0f, 2.0f, DO_TERMINATE);
    assert_obs(bed.final_obs + SCRIPT_OBS, 11.0f, 2.0f, DO_TRUNCATE);
    assert_obs(obs_of(&bed, 0), 1000010.0f, 0.0f, -1.0f);
    assert_obs(obs_of(&bed, 1), 1000011.0f, 0.0f, -1.0f);
    assert_true(bed.terminated[0] == 1 && bed.truncated[0] == 0);
    assert_true(bed.terminated[1] == 0 && bed.truncated[1] == 1);
    for (size_t n = 0; n < 2; n++) {
        assert_true(bed.reward[n] == 2.0 && bed.episode_return[n] == 3.0);
        assert_int_equal(bed.episode_length[n], 2);
    }
    step_scripts(&bed, DO_NOTHING, DO_NOTHING, 2); // counters began anew
    step_scripts(&bed, DO_TERMINATE, DO_NOTHING, 3);
    assert_true(bed.episode_return[0] == 3.0 && bed.terminated[1] == 0);
    bed_release(&bed);
}

// Steps until the first environment's episode ends and returns how many rows' steps that took.
static uint64_t steps_to_end(const ppo_vecenv_options *options, int32_t last, ppo_bed *bed)
{
    bed_start(bed, &script_class, options);
    for (uint64_t step = 1; step <= 50; step++) {
        step_scripts(bed, step == 5 ? last : DO_NOTHING, DO_NOTHING, step);
        if (bed->terminated[0] || bed->truncated[0])
            return step;
    }
    return 0;
}

static void test_time_limit(void **state)
{
    (void)state;
    ppo_bed bed;
    ppo_vecenv_options options = {.num_envs = 2, .frame_skip = 1};
    assert_int_equal(steps_to_end(&options, DO_NOTHING, &bed), 6); // the class's own
    assert_true(bed.truncated[0] == 1 && bed.terminated[0] == 0);
    assert_int_equal(bed.episode_length[0], 6);
    bed_release(&bed);
    options.max_episode_steps = 5;
    assert_int_equal(steps_to_end(&options, DO_NOTHING, &bed), 5);
    assert_true(bed.truncated[0] == 1 && bed.terminated[0] == 0);
    bed_release(&bed);
    assert_int_equal(steps_to_end(&options, DO_TERMINATE, &bed), 5); // at the limit
    assert_true(bed.truncated[0] == 0 && bed.terminated[0] == 1);
    bed_release(&bed);
}

static void test_no_time_limit(void **state)
{
    (void)state;
    ppo_env_class endless = script_class;
    ppo_bed bed;
    endless.max_episode_steps = 0;
    bed_start(&bed, &endless, &(ppo_vecenv_options){.num_envs = 2, .frame_skip = 1});
    for (uint64_t step = 0; step < 1000; step++) {
        step_scripts(&bed, DO_NOTHING, DO_NOTHING, step);
        assert_true(!bed.terminated[0] && !bed.truncated[0]);
    }
    bed_release(&bed);
}

static void test_frame_skip(void **state)
{
    (void)state;
    ppo_bed bed;
    bed_start(&bed, &script_class, &(ppo_vecenv_options){.num_envs = 2, .frame_skip = 4});
    step_scripts(&bed, DO_NOTHING, DO_TERMINATE, 0);
    assert_true(bed.reward[0] == 1.0 + 2.0 + 3.0 + 4.0);
    assert_obs(obs_of(&bed, 0), 0.0f, 4.0f, DO_NOTHING);
    assert_true(bed.reward[1] == 1.0 && bed.terminated[1]); // stops at the end
    assert_int_equal(bed.episode_length[1], 1);
    step_scripts(&bed, DO_NOTHING, DO_NOTHING, 1);
    assert_true(bed.reward[0] == 5.0 + 6.0 && bed.truncated[0]); // and at the time limit of 6
    assert_true(bed.episode_return[0] == 21.0);
    assert_int_equal(bed.episode_length[0], 6);
    bed_release(&bed);
}

// --- actions ----------------------------------------------------------------------------------

static void test_sticky_actions(void **state)
{
    (void)state;
    const ppo_vecenv_options options = {.num_envs = 1,
                                        .frame_skip = 1,
                                        .max_episode_steps = 7,
                                        .sticky_action_prob = 0.25,
                                        .seed = 3};
    ppo_env_class env = script_class;
    ppo_bed bed;
    int32_t executed = 0;
    int repeated = 0;
    bed_start(&bed, &env, &options);
    for (uint64_t step = 0; step < 7000; step++) {
        const int32_t chosen = (int32_t)(100 + step);
        const uint32_t coin = ppo_rng_draw(3, PPO_RNG_STICKY, 0, step).word[0];
        const bool sticks = step % 7 != 0 && (double)coin < 0.25 * 0x1p32;
        executed = sticks ? executed : chosen;
        repeated += sticks;
        bed_step(&bed, &chosen, step);
        const float *obs = bed.truncated[0] ? bed.final_obs : bed.obs;
        assert_true(obs[2] == (float)executed);
    }
    assert_in_range(repeated, 1400, 1600); // 6/7 of 7000 steps, a quarter of them
    bed_release(&bed);
}

static void test_always_sticky(void **state)
{
    (void)state;
    ppo_bed bed;
    bed_start(&bed, &script_class,
              &(ppo_vecenv_options){.num_envs = 2, .frame_skip = 1, .sticky_action_prob = 1.0});
    step_scripts(&bed, 40, 50, 0);
    step_scripts(&bed, 41, DO_TERMINATE, 1);
    assert_true(obs_of(&bed, 0)[2] == 40.0f && obs_of(&bed, 1)[2] == 50.0f);
    bed_release(&bed);
}

// One step of the continuous mountain car: the price of the action shows what the task got.
static double price_of(float action, bool clip)
{
    ppo_bed bed;
    bed_start(&bed, &ppo_mountain_car_continuous_v0,
              &(ppo_vecenv_options){.num_envs = 1, .frame_skip = 1, .clip_action = clip});
    bed_step(&bed, &action, 0);
    const double reward = bed.reward[0];
    bed_release(&bed);
    return -reward;
}

static void test_clip_action(void **state)
{
    (void)state;
    assert_true(price_of(3.0f, false) == 9.0 * 0.1);
    assert_true(price_of(3.0f, true) == 0.1);
    assert_true(price_of(-3.0f, true) == 0.1);
    assert_true(price_of(0.5f, true) == 0.25 * 0.1);
    ppo_bed bed; // no effect on integers
    bed_start(&bed, &script_class,
              &(ppo_vecenv_options){.num_envs = 2, .frame_skip = 1, .clip_action = true});
    step_scripts(&bed, 77, 78, 0);
    assert_true(obs_of(&bed, 1)[2] == 78.0f);
    bed_release(&bed);
}

// --- against instances stepped by hand, and against itself ------------------------------------

static void test_equals_single_instances(void **state)
{
    (void)state;
    const ppo_env_class *env = &ppo_cartpole_v1;
    ppo_cartpole single[5];
    float obs[5][4];
    ppo_bed bed;
    memset(single, 0, sizeof single);
    bed_start(&bed, env, &(ppo_vecenv_options){.num_envs = 5, .frame_skip = 1, .seed = 42});
    for (uint64_t n = 0; n < 5; n++)
        env->reset(&single[n], &(uint64_t){42 + n}, obs[n], NULL);
    assert_memory_equal(bed.obs, obs, sizeof obs);
    for (uint64_t step = 0; step < 500; step++) {
        int32_t action[5];
        for (uint32_t n = 0; n < 5; n++)
            action[n] = (int32_t)(ppo_rng_draw(1, PPO_RNG_BENCH, n, step).word[0] & 1);
        bed_step(&bed, action, step);
        for (size_t n = 0; n < 5; n++) {
            ppo_transition transition = {.reward = 0.0};
            env->step(&single[n], &action[n], obs[n], &transition, NULL);
            assert_int_equal(bed.terminated[n], transition.terminated);
            if (!transition.terminated)
                continue;
            assert_memory_equal(bed.final_obs + 4 * n, obs[n], sizeof obs[n]);
            assert_true(bed.episode_return[n] == (double)bed.episode_length[n]);
            env->reset(&single[n], NULL, obs[n], NULL);
        }
        assert_memory_equal(bed.obs, obs, sizeof obs);
    }
    bed_release(&bed);
}

static const ppo_vecenv_options all_features = {.num_envs = 7,
                                                .max_episode_steps = 33,
                                                .frame_skip = 2,
                                                .sticky_action_prob = 0.3,
                                                .clip_action = true,
                                                .seed = 8};

static void draw_actions(const ppo_env_class *env, unsigned char *actions, uint64_t step)
{
    for (uint32_t n = 0; n < 7; n++) {
        const uint32_t word = ppo_rng_draw(2, PPO_RNG_BENCH, n, step).word[0];
        const int32_t integer = (int32_t)(word % 2);
        const float real = 6.0f * ppo_rng_uniform(word) - 3.0f;
        memcpy(actions + 4 * n,
               env->action_space.kind == PPO_SPACE_BOX ? (const void *)&real
                                                       : (const void *)&integer,
               4);
    }
}

// All that steps write, so that two beds can be compared at once.
static void assert_same_rows(const ppo_bed *a, const ppo_bed *b)
{
    assert_memory_equal(a->obs, b->obs, sizeof a->obs);
    assert_memory_equal(a->final_obs, b->final_obs, sizeof a->final_obs);
    assert_memory_equal(a->reward, b->reward, sizeof a->reward);
    assert_memory_equal(a->terminated, b->terminated, sizeof a->terminated);
    assert_memory_equal(a->truncated, b->truncated, sizeof a->truncated);
    assert_memory_equal(a->episode_return, b->episode_return, sizeof a->episode_return);
    assert_memory_equal(a->episode_length, b->episode_length, sizeof a->episode_length);
}

static void check_ranges(const ppo_env_class *env)
{
    ppo_bed whole, parts;
    _Alignas(8) unsigned char actions[7 * 4];
    bed_start(&whole, env, &all_features);
    bed_start(&parts, env, &all_features);
    for (uint64_t step = 0; step < 300; step++) {
        draw_actions(env, actions, step);
        bed_step(&whole, actions, step);
        for (size_t end = 7, count; end > 0; end -= count) { // from the back, 1 to 3 at a time
            count = 1 + (size_t)step % 3 < end ? 1 + (size_t)step % 3 : end;
            assert_int_equal(
                ppo_vecenv_step(parts.vecenv, &parts.rows, actions, end - count, count, step, NULL),
                PPO_OK);
        }
        assert_same_rows(&whole, &parts);
    }
    bed_release(&whole);
    bed_release(&parts);
}

static void test_ranges_make_no_difference(void **state)
{
    (void)state;
    check_ranges(&ppo_cartpole_v1);
    check_ranges(&ppo_pendulum_v1);
}

// --- freezing ---------------------------------------------------------------------------------

// What a checkpoint does: the state rows' bytes, from one plan to its equal.
static void copy_state_rows(ppo_bed *to, const ppo_bed *from)
{
    assert_int_equal(to->arena.num_rows, from->arena.num_rows);
    for (size_t i = 0; i < from->arena.num_rows; i++) {
        const ppo_arena_row *row = &from->arena.rows[i];
        if (row->use == PPO_ROW_STATE)
            memcpy(to->arena.block + row->offset, from->arena.block + row->offset, row->bytes);
    }
}

static void check_thaw(const ppo_env_class *env)
{
    ppo_bed original, resumed;
    _Alignas(8) unsigned char actions[7 * 4];
    bed_start(&original, env, &all_features);
    bed_create(&resumed, env, &all_features);
    for (uint64_t step = 0; step < 50; step++) {
        draw_actions(env, actions, step);
        bed_step(&original, actions, step);
    }
    ppo_vecenv_freeze(original.vecenv);
    copy_state_rows(&resumed, &original);
    memcpy(resumed.obs, original.obs, sizeof original.obs);
    assert_int_equal(ppo_vecenv_thaw(resumed.vecenv, resumed.rows.obs, 50, NULL), PPO_OK);
    assert_memory_equal(resumed.obs, original.obs, sizeof original.obs);
    memset(original.final_obs, 0, sizeof original.final_obs);
    memset(original.episode_return, 0, sizeof original.episode_return);
    memset(original.episode_length, 0, sizeof original.episode_length);
    for (uint64_t step = 50; step < 250; step++) {
        draw_actions(env, actions, step);
        bed_step(&original, actions, step);
        bed_step(&resumed, actions, step);
        assert_same_rows(&original, &resumed);
    }
    bed_release(&original);
    bed_release(&resumed);
}

static void save_cartpole(const void *self, void *to)
{
    unsigned char *bytes = to;
    bytes[0] = 0x5A;
    memcpy(bytes + 1, self, sizeof(ppo_cartpole));
}

static ppo_status load_cartpole(void *self, const void *from, ppo_error *error)
{
    const unsigned char *bytes = from;
    (void)error;
    if (bytes[0] != 0x5A)
        return PPO_CORRUPT;
    memcpy(self, bytes + 1, sizeof(ppo_cartpole));
    return PPO_OK;
}

static void test_freeze_and_thaw(void **state)
{
    (void)state;
    check_thaw(&ppo_cartpole_v1);
    check_thaw(&ppo_mountain_car_continuous_v0);
    check_thaw(&ppo_pendulum_v1);
    ppo_env_class own = ppo_cartpole_v1; // with functions of its own
    own.state_size = sizeof(ppo_cartpole) + 1;
    own.save_state = save_cartpole;
    own.load_state = load_cartpole;
    check_thaw(&own);
    ppo_bed bed;
    bed_create(&bed, &own, &all_features); // states are zeros: refused by load_state
    assert_int_equal(ppo_vecenv_thaw(bed.vecenv, bed.rows.obs, 0, &bed.error), PPO_CORRUPT);
    assert_non_null(strstr(bed.error.message, "environment 0"));
    bed_release(&bed);
}

// state_size 0: a fresh episode, from another seed for each environment and step.
static void test_thaw_without_state(void **state)
{
    (void)state;
    const ppo_vecenv_options options = {.num_envs = 3, .frame_skip = 1, .seed = 10};
    float first[3];
    ppo_bed bed;
    bed_start(&bed, &script_class, &options);
    bed_step(&bed, (const int32_t[3]){0, 0, 0}, 0);
    ppo_vecenv_freeze(bed.vecenv);
    for (uint64_t step = 1; step < 3; step++) {
        assert_int_equal(ppo_vecenv_thaw(bed.vecenv, bed.rows.obs, step, NULL), PPO_OK);
        for (size_t n = 0; n < 3; n++) {
            assert_true(obs_of(&bed, n)[1] == 0.0f && obs_of(&bed, n)[2] == -1.0f);
            assert_true(step == 1 || obs_of(&bed, n)[0] != first[n]);
            first[n] = obs_of(&bed, n)[0];
        }
        assert_true(first[0] != first[1] && first[1] != first[2]);
    }
    bed_step(&bed, (const int32_t[3]){DO_TERMINATE, 0, 0}, 3);
    assert_int_equal(bed.episode_length[0], 1);
    bed_release(&bed);
}

// --- failures ---------------------------------------------------------------------------------

static void expect_failure(int32_t script, ppo_status status, const char *part)
{
    ppo_bed bed;
    bed_start(&bed, &script_class, &(ppo_vecenv_options){.num_envs = 2, .frame_skip = 1});
    step_scripts(&bed, DO_NOTHING, DO_NOTHING, 0);
    const int32_t actions[2] = {DO_NOTHING, script};
    assert_int_equal(ppo_vecenv_step(bed.vecenv, &bed.rows, actions, 0, 2, 1, &bed.error), status);
    assert_int_equal(bed.error.status, status);
    if (!strstr(bed.error.message, part) || !strstr(bed.error.message, "environment 1"))
        fail_msg("'%s' does not say '%s'", bed.error.message, part);
    assert_true(obs_of(&bed, 0)[1] == 2.0f); // the row before has been stepped
    bed_release(&bed);
}

static void test_failures_name_the_place(void **state)
{
    (void)state;
    expect_failure(DO_BAD_OBS, PPO_NUMERIC,
                   "episode step 2, step 1 of the run: observation element 2 is not a number");
    expect_failure(DO_BAD_REWARD, PPO_NUMERIC, "episode step 2, step 1 of the run: the reward");
    expect_failure(DO_END_BADLY, PPO_NUMERIC, "observation element 1 is infinite");
    expect_failure(DO_FAIL, PPO_ENV, "step: the script says so");
    ppo_bed bed;
    bed_start(&bed, &script_class, &(ppo_vecenv_options){.num_envs = 2, .frame_skip = 1});
    step_scripts(&bed, DO_NOTHING, DO_HUGE_OBS, 0);
    bed_release(&bed);
}

// Every kind of bad value, in every element of the state.
static void test_every_bad_value_is_seen(void **state)
{
    (void)state;
    const float bad[] = {NAN, -NAN, INFINITY, -INFINITY};
    ppo_bed bed;
    for (size_t kind = 0; kind < 4; kind++)
        for (size_t i = 0; i < 4; i++) {
            const int32_t action = 0;
            bed_start(&bed, &ppo_cartpole_v1,
                      &(ppo_vecenv_options){.num_envs = 1, .frame_skip = 1});
            ppo_vecenv_freeze(bed.vecenv);
            for (size_t row = 0; row < bed.arena.num_rows; row++)
                if (strcmp(bed.arena.rows[row].name, "env.state") == 0) {
                    const double value = (double)bad[kind];
                    memcpy(bed.arena.block + bed.arena.rows[row].offset + i * sizeof value, &value,
                           sizeof value);
                }
            assert_int_equal(ppo_vecenv_thaw(bed.vecenv, bed.rows.obs, 0, NULL), PPO_OK);
            const ppo_status status =
                ppo_vecenv_step(bed.vecenv, &bed.rows, &action, 0, 1, 0, &bed.error);
            assert_int_equal(status, PPO_NUMERIC);
            bed_release(&bed);
        }
}

static void test_bad_options(void **state)
{
    (void)state;
    const ppo_vecenv_options bad[] = {{.num_envs = 0, .frame_skip = 1},
                                      {.num_envs = 1, .frame_skip = 0},
                                      {.num_envs = 1, .frame_skip = 1, .sticky_action_prob = 1.5},
                                      {.num_envs = 1, .frame_skip = 1, .sticky_action_prob = -0.1}};
    ppo_arena arena;
    ppo_vecenv *vecenv;
    ppo_arena_init(&arena);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_int_equal(ppo_vecenv_create(&vecenv, &script_class, &bad[i], &arena, NULL),
                         PPO_INVALID);
        assert_null(vecenv);
    }
    ppo_arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_start_seeds_each),
        cmocka_unit_test(test_end_resets_in_the_same_step),
        cmocka_unit_test(test_time_limit),
        cmocka_unit_test(test_no_time_limit),
        cmocka_unit_test(test_frame_skip),
        cmocka_unit_test(test_sticky_actions),
        cmocka_unit_test(test_always_sticky),
        cmocka_unit_test(test_clip_action),
        cmocka_unit_test(test_equals_single_instances),
        cmocka_unit_test(test_ranges_make_no_difference),
        cmocka_unit_test(test_freeze_and_thaw),
        cmocka_unit_test(test_thaw_without_state),
        cmocka_unit_test(test_failures_name_the_place),
        cmocka_unit_test(test_every_bad_value_is_seen),
        cmocka_unit_test(test_bad_options),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
