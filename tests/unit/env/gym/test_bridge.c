// SPDX-License-Identifier: MIT
// Gymnasium's environments through the bridge, with the small module of tests/gym in its place:
// each kind of space, ends of episodes, refusals, faults. Skipped without a Python that has NumPy.
#include "env/class.h"
#include "env/picture.h"
#include "ppo/env_options.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { MAX_INSTANCES = 8, MAX_OBS = 64 };

static const char *python;

static ppo_env_options usual(void)
{
    ppo_env_options options = ppo_env_options_default();
    options.gymnasium.python = python;
    options.gymnasium.num_workers = 2;
    return options;
}

// Instances of an environment that is open, with room for what they give.
typedef struct fixture {
    const ppo_env_class *env;
    size_t count;
    unsigned char *memory;
    void *self[MAX_INSTANCES];
    unsigned char *obs; // [count, obs bytes]
    size_t obs_bytes;
    ppo_transition now[MAX_INSTANCES];
    ppo_error error;
} fixture;

static void fixture_open(fixture *b, const char *id, size_t count, const ppo_env_options *options)
{
    *b = (fixture){.count = count};
    if (ppo_env_open(&b->env, id, options, &b->error) != PPO_OK)
        fail_msg("%s", b->error.message);
    b->memory = calloc(count, b->env->instance_size);
    b->obs_bytes = ppo_space_bytes(&b->env->observation_space);
    b->obs = calloc(count, b->obs_bytes);
    for (size_t i = 0; i < count; i++) {
        b->self[i] = b->memory + i * b->env->instance_size;
        assert_int_equal(b->env->init(b->self[i], b->env->context, NULL), PPO_OK);
    }
    for (uint64_t i = 0; i < count; i++)
        if (b->env->reset(b->self[i], &i, b->obs + i * b->obs_bytes, &b->error) != PPO_OK)
            fail_msg("%s", b->error.message);
}

static void fixture_close(fixture *b)
{
    for (size_t i = 0; i < b->count; i++)
        b->env->release(b->self[i]);
    ppo_env_close(b->env);
    free(b->memory);
    free(b->obs);
    // Nothing is left running, not even as a zombie.
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
    assert_int_equal(errno, ECHILD);
}

static ppo_status fixture_step(fixture *b, const void *actions)
{
    memset(b->now, 0, sizeof b->now);
    return b->env->step_many(b->self, b->count, actions, b->obs, b->now, &b->error);
}

static void fixture_reset(fixture *b, size_t i, const uint64_t *seed)
{
    if (b->env->reset(b->self[i], seed, b->obs + i * b->obs_bytes, &b->error) != PPO_OK)
        fail_msg("%s", b->error.message);
}

static float float_at(const fixture *b, size_t i)
{
    return ((const float *)(const void *)b->obs)[i];
}

static int32_t integer_at(const fixture *b, size_t i)
{
    return ((const int32_t *)(const void *)b->obs)[i];
}

// --- spaces -------------------------------------------------------------------------------------

static void test_discrete(void **state)
{
    const ppo_env_options options = usual();
    fixture b;
    (void)state;
    fixture_open(&b, "gym:trial_envs:Discrete-v0", 1, &options);
    assert_int_equal(b.env->observation_space.kind, PPO_SPACE_DISCRETE);
    assert_int_equal(b.env->observation_space.num_values[0], 5);
    assert_int_equal(b.env->action_space.num_values[0], 4);
    assert_int_equal(integer_at(&b, 0), 0); // its 3 is the first of its values
    assert_int_equal(fixture_step(&b, &(int32_t){2}), PPO_OK);
    assert_int_equal(integer_at(&b, 0), 1);
    assert_float_equal(b.now[0].reward, 1.0, 0.0); // its actions begin at -1
    fixture_close(&b);
}

static void test_multi_discrete(void **state)
{
    const ppo_env_options options = usual();
    const int32_t action[4] = {1, 2, 3, 4};
    fixture b;
    (void)state;
    fixture_open(&b, "gym:trial_envs:MultiDiscrete-v0", 1, &options);
    assert_int_equal(b.env->observation_space.kind, PPO_SPACE_MULTI_DISCRETE);
    assert_int_equal(b.env->observation_space.num_values[1], 9);
    assert_int_equal(ppo_space_size(&b.env->action_space), 4);
    assert_int_equal(fixture_step(&b, action), PPO_OK);
    assert_int_equal(integer_at(&b, 0), 2);
    assert_int_equal(integer_at(&b, 1), 1);
    assert_float_equal(b.now[0].reward, 4321.0, 0.0);
    fixture_close(&b);
}

static void test_multi_binary(void **state)
{
    const ppo_env_options options = usual();
    const int32_t action[3] = {1, 0, 1};
    fixture b;
    (void)state;
    fixture_open(&b, "gym:trial_envs:MultiBinary-v0", 1, &options);
    assert_int_equal(b.env->observation_space.kind, PPO_SPACE_MULTI_BINARY);
    assert_int_equal(ppo_space_size(&b.env->observation_space), 4);
    assert_int_equal(fixture_step(&b, action), PPO_OK);
    const int32_t expected[4] = {1, 0, 0, 1};
    assert_memory_equal(b.obs, expected, sizeof expected);
    assert_float_equal(b.now[0].reward, 101.0, 0.0);
    fixture_close(&b);
}

static void test_image(void **state)
{
    const ppo_env_options options = usual();
    fixture b;
    (void)state;
    fixture_open(&b, "gym:trial_envs:Image-v0", 1, &options);
    const ppo_space *space = &b.env->observation_space;
    assert_int_equal(space->dtype, PPO_U8);
    assert_int_equal(space->rank, 3);
    assert_int_equal(space->shape[0], 4);
    assert_int_equal(space->shape[1], 5);
    assert_int_equal(space->shape[2], 3);
    assert_int_equal(fixture_step(&b, &(int32_t){0}), PPO_OK);
    for (size_t i = 0; i < 60; i++)
        assert_int_equal(b.obs[i], i + 1);
    assert_float_equal(space->low[59], 0.0, 0.0);
    assert_float_equal(space->high[59], 255.0, 0.0);
    fixture_close(&b);
}

// Bytes are scaled by their bounds (agent/features.h), so these come along.
static void test_bits(void **state)
{
    const ppo_env_options options = usual();
    fixture b;
    (void)state;
    fixture_open(&b, "gym:trial_envs:Bits-v0", 1, &options);
    assert_int_equal(b.env->observation_space.dtype, PPO_U8);
    assert_float_equal(b.env->observation_space.low[7], 0.0, 0.0);
    assert_float_equal(b.env->observation_space.high[7], 1.0, 0.0);
    fixture_close(&b);
}

// Doubles become floats, also in the action's bounds and the other way.
static void test_box(void **state)
{
    const ppo_env_options options = usual();
    const float action[2] = {1.5f, -1.0f};
    fixture b;
    (void)state;
    fixture_open(&b, "gym:trial_envs:Matrix-v0", 1, &options);
    assert_int_equal(b.env->observation_space.rank, 2);
    assert_float_equal(b.env->action_space.low[1], -2.0, 0.0);
    assert_float_equal(b.env->action_space.high[0], 3.0, 0.0);
    assert_int_equal(fixture_step(&b, action), PPO_OK);
    assert_float_equal(float_at(&b, 5), 5.0, 0.0);
    assert_float_equal(b.now[0].reward, -8.5, 0.0);
    fixture_close(&b);
    fixture_open(&b, "gym:trial_envs:Scalar-v0", 1, &options);
    assert_int_equal(ppo_space_size(&b.env->observation_space), 1);
    assert_float_equal(b.env->action_space.low[0], -1.0, 0.0);
    assert_true(isinf(b.env->action_space.low[1]) && isinf(b.env->action_space.high[1]));
    assert_int_equal(fixture_step(&b, action), PPO_OK);
    assert_float_equal(float_at(&b, 0), 1.0, 0.0);
    fixture_close(&b);
}

// Parts in the order of their keys.
static void test_nested(void **state)
{
    static const char *const paths[] = {"a", "b.0", "b.1", "c", "d.z"};
    static const float a[] = {1, 2, 3, 1};
    static const int32_t integers[] = {1, 0, 1, 1, 2};
    const ppo_env_options options = usual();
    fixture b;
    (void)state;
    fixture_open(&b, "gym:trial_envs:Nested-v0", 1, &options);
    assert_int_equal(ppo_space_num_leaves(&b.env->observation_space), 5);
    for (size_t i = 0; i < 5; i++) {
        char path[16];
        ppo_space_leaf_path(path, sizeof path, &b.env->observation_space, i);
        assert_string_equal(path, paths[i]);
    }
    assert_int_equal(ppo_space_bytes(&b.env->observation_space), 40);
    assert_int_equal(fixture_step(&b, &(int32_t){0}), PPO_OK);
    assert_memory_equal(b.obs, a, sizeof a);
    assert_memory_equal(b.obs + 16, integers, sizeof integers);
    assert_int_equal(b.obs[36], 200);
    fixture_close(&b);
}

// The environment gets Dicts and Tuples of values of the parts' own types, and weighs them.
static void test_mixed_actions(void **state)
{
    const struct {
        float reach[2];
        int32_t tool, fingers[3], mode;
    } action[2] = {{{0.5f, -0.25f}, 2, {1, 0, 1}, 1}, {{1.0f, 1.0f}, 0, {0, 1, 0}, 0}};
    const ppo_env_options options = usual();
    fixture b;
    (void)state;
    fixture_open(&b, "gym:trial_envs:Mixed-v0", 2, &options);
    const ppo_space *space = &b.env->action_space;
    assert_int_equal(ppo_space_num_leaves(space), 4);
    assert_int_equal(ppo_space_bytes(space), sizeof action[0]);
    assert_true(ppo_space_leaf_at(space, 0).space->low[1] == -1.0f);
    assert_int_equal(fixture_step(&b, action), PPO_OK);
    assert_true(b.now[0].reward == -2.0 + 100.0 * 7 + 1000.0 * 101 + 1e6 * 1); // tools begin at 5
    assert_true(b.now[1].reward == 11.0 + 100.0 * 5 + 1000.0 * 10);
    fixture_close(&b);
}

// --- episodes -----------------------------------------------------------------------------------

static void test_end(void **state)
{
    const ppo_env_options options = usual();
    fixture b;
    (void)state;
    fixture_open(&b, "gym:trial_envs:Discrete-v0", 3, &options);
    for (int32_t t = 1; t <= 3; t++) {
        assert_int_equal(fixture_step(&b, (const int32_t[3]){0, 1, 2}), PPO_OK);
        for (size_t i = 0; i < 3; i++) {
            assert_int_equal(integer_at(&b, i), t); // the last one is the final one
            assert_int_equal(b.now[i].truncated, t == 3);
            assert_false(b.now[i].terminated || b.now[i].lost);
        }
    }
    for (size_t i = 0; i < 3; i++) {
        fixture_reset(&b, i, NULL);
        assert_int_equal(integer_at(&b, i), 0);
    }
    assert_int_equal(fixture_step(&b, (const int32_t[3]){0, 1, 2}), PPO_OK);
    assert_int_equal(integer_at(&b, 2), 1);
    fixture_close(&b);
}

// The time limit is that of the environment's registration, or the one asked for.
static void test_time_limit(void **state)
{
    ppo_env_options options = usual();
    fixture b;
    (void)state;
    fixture_open(&b, "gym:CartPole-v1", 1, &options);
    assert_int_equal(b.env->max_episode_steps, 500);
    assert_float_equal(b.env->reward_threshold, 475.0, 0.0);
    fixture_close(&b);
    options.gymnasium.max_episode_steps = 2;
    fixture_open(&b, "gym:CartPole-v1", 1, &options);
    assert_int_equal(b.env->max_episode_steps, 2);
    assert_int_equal(fixture_step(&b, &(int32_t){1}), PPO_OK);
    assert_false(b.now[0].truncated);
    assert_int_equal(fixture_step(&b, &(int32_t){1}), PPO_OK);
    assert_true(b.now[0].truncated);
    fixture_close(&b);
}

// Instances over two processes, beside the built-in environment.
static void test_same_as_built_in(void **state)
{
    const ppo_env_options options = usual();
    const ppo_env_class *reference = NULL;
    fixture b;
    (void)state;
    fixture_open(&b, "gym:CartPole-v1", 5, &options);
    assert_int_equal(ppo_env_find(&reference, "CartPole-v1", NULL), PPO_OK);
    unsigned char *memory = calloc(5, reference->instance_size);
    float obs[5][4];
    for (uint64_t i = 0; i < 5; i++)
        reference->reset(memory + i * reference->instance_size, &i, obs[i], NULL);
    for (int t = 0; t < 200; t++) {
        int32_t action[5];
        assert_memory_equal(b.obs, obs, sizeof obs);
        for (int i = 0; i < 5; i++)
            action[i] = (t * 7 + i * 3) % 5 > 2;
        assert_int_equal(fixture_step(&b, action), PPO_OK);
        for (size_t i = 0; i < 5; i++) {
            ppo_transition now = {.reward = 0.0};
            void *self = memory + i * reference->instance_size;
            reference->step(self, &action[i], obs[i], &now, NULL);
            assert_int_equal(b.now[i].terminated, now.terminated);
            assert_float_equal(b.now[i].reward, now.reward, 0.0);
            if (!now.terminated)
                continue;
            assert_memory_equal(b.obs + i * sizeof obs[0], obs[i], sizeof obs[0]);
            reference->reset(self, NULL, obs[i], NULL);
            fixture_reset(&b, i, NULL);
        }
    }
    free(memory);
    fixture_close(&b);
}

// The bounds of actions as floats lie inside those of the environment, whatever their type.
static void test_narrow_bounds(void **state)
{
    const ppo_env_options options = usual();
    static const char *const ids[] = {"gym:trial_envs:Narrow-v0", "gym:trial_envs:Half-v0"};
    fixture b;
    (void)state;
    for (int k = 0; k < 2; k++) {
        fixture_open(&b, ids[k], 1, &options);
        const ppo_space *space = &b.env->action_space;
        if (k == 0)
            assert_true((double)space->low[0] >= -0.1 && (double)space->high[0] <= 0.1);
        assert_true(space->low[0] < -0.0999f && space->high[0] > 0.0999f);
        for (int i = 0; i < 2; i++) {
            assert_int_equal(fixture_step(&b, i ? space->high : space->low), PPO_OK);
            assert_true(b.now[0].reward == 1.0); // it contains the action
        }
        fixture_close(&b);
    }
}

// A start beyond 32 bits reaches the environment, and is taken off its observations.
static void test_far_starts(void **state)
{
    const ppo_env_options options = usual();
    fixture b;
    (void)state;
    fixture_open(&b, "gym:trial_envs:FarStart-v0", 1, &options);
    assert_int_equal(integer_at(&b, 0), 0);
    assert_int_equal(fixture_step(&b, &(int32_t){1}), PPO_OK);
    assert_int_equal(integer_at(&b, 0), 1);
    assert_true(b.now[0].reward == 1.0);
    fixture_close(&b);
    fixture_open(&b, "gym:trial_envs:FarStarts-v0", 1, &options);
    assert_int_equal(fixture_step(&b, (const int32_t[]){1, 2}), PPO_OK);
    assert_true(b.now[0].reward == 21.0);
    fixture_close(&b);
}

// Flags may be of any type that is one truth value; words and lists are failures.
static void test_types_of_flags(void **state)
{
    ppo_env_options options = usual();
    static const char *const kinds[] = {"int64", "float32", "array", "int", "bool_", "str", "list"};
    (void)state;
    for (size_t k = 0; k < 7; k++) {
        char kwargs[64];
        fixture b;
        snprintf(kwargs, sizeof kwargs, "{\"kind\": \"%s\"}", kinds[k]);
        options.gymnasium.env_kwargs = kwargs;
        fixture_open(&b, "gym:trial_envs:Flags-v0", 1, &options);
        assert_int_equal(fixture_step(&b, &(int32_t){1}), PPO_OK);
        assert_true(!b.now[0].terminated && !b.now[0].lost);
        assert_int_equal(fixture_step(&b, &(int32_t){1}), PPO_OK);
        assert_int_equal(b.now[0].terminated, k < 5);
        assert_int_equal(b.now[0].lost, k >= 5);
        fixture_close(&b);
    }
}

// Pictures of another shape are refused with both shapes; one that fails in the middle loses the
// episode instead of giving a black picture.
static void test_wrong_pictures(void **state)
{
    ppo_env_options options = usual();
    uint32_t width = 0, height = 0;
    unsigned char rgb[4 * 6 * 3];
    ppo_error last;
    fixture b;
    (void)state;
    options.gymnasium.env_kwargs = "{\"shape\": [4, 6, 4]}";
    fixture_open(&b, "gym:trial_envs:Picture-v0", 1, &options);
    assert_null(b.env->render);
    assert_int_equal(ppo_picture_size(b.env, &width, &height, &b.error), PPO_UNSUPPORTED);
    assert_non_null(strstr(b.error.message, "(4, 6, 4)"));
    assert_non_null(strstr(b.error.message, "(height, width, 3)"));
    fixture_close(&b);
    options.gymnasium.env_kwargs = "{\"wrong_at\": 2}";
    fixture_open(&b, "gym:trial_envs:Picture-v0", 1, &options);
    b.env->render(b.self[0], rgb);
    assert_int_equal(rgb[0], 1);
    assert_int_equal(ppo_env_class_extension(b.env)->count_failures(b.env, &last), 0);
    b.env->render(b.self[0], rgb);
    assert_int_equal(rgb[0], 0);
    assert_int_equal(ppo_env_class_extension(b.env)->count_failures(b.env, &last), 1);
    assert_non_null(strstr(last.message, "render"));
    assert_int_equal(fixture_step(&b, &(int32_t){1}), PPO_OK);
    assert_true(b.now[0].lost);
    fixture_close(&b);
}

static void test_kwargs(void **state)
{
    ppo_env_options options = usual();
    const ppo_env_class *env;
    ppo_error error;
    (void)state;
    options.gymnasium.env_kwargs = "{\"gravity\": 3}";
    assert_int_equal(ppo_env_open(&env, "gym:CartPole-v1", &options, &error), PPO_UNSUPPORTED);
    assert_non_null(strstr(error.message, "unexpected keyword argument 'gravity'"));
    options.gymnasium.env_kwargs = "[1]";
    assert_int_equal(ppo_env_open(&env, "gym:CartPole-v1", &options, &error), PPO_INVALID);
    assert_non_null(strstr(error.message, "not a JSON object"));
}

static void test_pictures(void **state)
{
    const ppo_env_options options = usual();
    unsigned char *rgb = malloc(60 * 40 * 3);
    fixture b;
    (void)state;
    fixture_open(&b, "gym:CartPole-v1", 1, &options);
    assert_int_equal(b.env->render_width, 60);
    assert_int_equal(b.env->render_height, 40);
    assert_float_equal(b.env->render_fps, 50.0, 0.0);
    b.env->render(b.self[0], rgb);
    size_t lit = 0;
    for (size_t i = 0; i < 60 * 40; i++)
        lit += rgb[3 * i] == 255 && rgb[3 * i + 1] == 128 && rgb[3 * i + 2] == 64;
    assert_int_equal(lit, 40); // one column
    fixture_close(&b);
    free(rgb);
}

// --- refusals -----------------------------------------------------------------------------------

static void test_refusals(void **state)
{
    static const struct {
        const char *id;
        ppo_status status;
        const char *text;
    } cases[] = {
        {"gym:CartPol-v1", PPO_NOT_FOUND, "no environment 'CartPol-v1'; did you mean gym:CartPole"},
        {"gym:no_module:X-v0", PPO_NOT_FOUND, "no Python module 'no_module'"},
        {"gym:trial_envs:Text-v0", PPO_UNSUPPORTED, "the observation['mission'] space is a Text"},
        {"gym:trial_envs:TextAction-v0", PPO_UNSUPPORTED, "the action space is a Text"},
        {"gym:trial_envs:Gap-v0", PPO_UNSUPPORTED, "between the bounds of action 0, 0.1 and 0.1"},
        {"gym:trial_envs:FiveAxes-v0", PPO_UNSUPPORTED, "has 5 axes"},
        {"gym:trial_envs:BytesAction-v0", PPO_UNSUPPORTED, "action['a'] space is a Box of uint8"},
        {"gym:trial_envs:Vast-v0", PPO_UNSUPPORTED, "observation['a'] space has 536870912 elem"},
        {"gym:trial_envs:Broken-v0", PPO_UNSUPPORTED, "ValueError: this one is never made"},
        {"gym:trial_envs:Fails-v0", PPO_ENV_FAILED, "Python ended"},
    };
    ppo_env_options options = usual();
    const ppo_env_class *env;
    ppo_error error;
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(ppo_env_open(&env, cases[i].id, &options, &error), cases[i].status);
        assert_null(env);
        if (!strstr(error.message, cases[i].text))
            fail_msg("%s: %s", cases[i].id, error.message);
    }
    options.gymnasium.python = "/nowhere/python3";
    assert_int_equal(ppo_env_open(&env, "gym:CartPole-v1", &options, &error), PPO_NOT_FOUND);
    assert_non_null(strstr(error.message, "--python"));
    setenv("PYTHONPATH", "/nowhere", 1);
    options.gymnasium.python = python;
    const ppo_status status = ppo_env_open(&env, "gym:CartPole-v1", &options, &error);
    setenv("PYTHONPATH", PPO_TEST_DATA "/../gym", 1);
    if (status == PPO_OK) // the real one is installed
        ppo_env_close(env);
    else
        assert_non_null(strstr(error.message, "has no gymnasium; install it"));
}

// --- faults -------------------------------------------------------------------------------------

// Each gives what does not fit in every step: lost, and after some in a row the end.
static void test_garbage(void **state)
{
    static const char *const names[][2] = {
        {"WrongShape-v0", "shape (3,)"},
        {"WrongType-v0", "type <U1"},
        {"LacksPart-v0", "an observation that lacks the part b.0"},
        {"ExtraPart-v0", "an observation with a part c, which its space does not have"},
        {"ExtraInner-v0", "an observation with a part b.1, which its space does not have"},
        {"NoParts-v0", "an observation that lacks the part a"},
        {"WrongPart-v0", "part b.0: an observation of shape (3,)"},
        {"TextPart-v0", "part a: TypeError"},
        {"NotANumber-v0", "is not a number"},
        {"OutOfRange-v0", "is 7, not in [0, 2)"},
        {"WrongReward-v0", "a reward that is a str"},
        {"NoReward-v0", "reward is not a finite number"},
    };
    const ppo_env_options options = usual();
    (void)state;
    for (size_t k = 0; k < sizeof names / sizeof names[0]; k++) {
        char id[64];
        fixture b;
        const uint64_t seed = 9;
        snprintf(id, sizeof id, "gym:trial_envs:%s", names[k][0]);
        fixture_open(&b, id, 1, &options);
        for (uint64_t t = 1; t < 5; t++) {
            ppo_error last;
            assert_int_equal(fixture_step(&b, &(int32_t){1}), PPO_OK);
            assert_true(b.now[0].lost);
            assert_int_equal(ppo_env_class_extension(b.env)->count_failures(b.env, &last), t);
            if (!strstr(last.message, names[k][1]))
                fail_msg("%s: %s", id, last.message);
            fixture_reset(&b, 0, &seed);
        }
        assert_int_equal(fixture_step(&b, &(int32_t){1}), PPO_ENV_FAILED);
        assert_non_null(strstr(b.error.message, "5 times in a row"));
        fixture_close(&b);
    }
}

// A process that ends takes along the episodes of its instances, and of no others.
static void test_death(void **state)
{
    static const char *const kinds[][2] = {{"segv", "signal 11"},
                                           {"kill", "signal 9"},
                                           {"exit", "code 3"},
                                           {"stop", "made no progress for 0.2 s"},
                                           {"hang", "made no progress for 0.2 s"}};
    ppo_env_options options = usual();
    (void)state;
    options.gymnasium.env_timeout = 0.2;
    for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++) {
        char kwargs[64];
        const uint64_t seed = 3;
        ppo_error last;
        fixture b;
        snprintf(kwargs, sizeof kwargs, "{\"every\": 1, \"kinds\": \"%s\"}", kinds[k][0]);
        options.gymnasium.env_kwargs = kwargs;
        fixture_open(&b, "gym:trial_envs:Faulty-v0", 4, &options);
        const int32_t action[4] = {0, 1, 0, 1};
        // Instance 0 alone: its neighbour is in the same process, the others are not.
        assert_int_equal(b.env->step(b.self[0], action, b.obs, b.now, &b.error), PPO_OK);
        assert_true(b.now[0].lost);
        assert_int_equal(ppo_env_class_extension(b.env)->count_failures(b.env, &last), 1);
        if (!strstr(last.message, kinds[k][1]))
            fail_msg("%s: %s", kinds[k][0], last.message);
        fixture_reset(&b, 0, &seed);
        fixture_reset(&b, 1, &seed);
        assert_memory_equal(b.obs, b.obs + b.obs_bytes, b.obs_bytes);
        fixture_close(&b);
    }
}

// A process killed between two steps: each of its instances reports one lost step.
static void test_killed_while_idle(void **state)
{
    const ppo_env_options options = usual();
    const int32_t action[4] = {0, 1, 0, 1};
    fixture b;
    (void)state;
    fixture_open(&b, "gym:CartPole-v1", 4, &options);
    char command[96];
    snprintf(command, sizeof command, "kill -9 $(pgrep -P %ld | head -n 1)", (long)getpid());
    assert_int_equal(system(command), 0);
    assert_int_equal(fixture_step(&b, action), PPO_OK);
    for (uint64_t i = 0; i < 4; i++) {
        assert_int_equal(b.now[i].lost, i < 2);
        if (b.now[i].lost)
            fixture_reset(&b, i, &i);
    }
    assert_int_equal(fixture_step(&b, action), PPO_OK);
    for (size_t i = 0; i < 4; i++)
        assert_false(b.now[i].lost);
    fixture_close(&b);
}

static bool has_numpy(const char *program)
{
    char command[256];
    snprintf(command, sizeof command, "%s -c 'import numpy' 2>/dev/null", program);
    return system(command) == 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_discrete),
        cmocka_unit_test(test_multi_discrete),
        cmocka_unit_test(test_multi_binary),
        cmocka_unit_test(test_image),
        cmocka_unit_test(test_bits),
        cmocka_unit_test(test_box),
        cmocka_unit_test(test_nested),
        cmocka_unit_test(test_mixed_actions),
        cmocka_unit_test(test_end),
        cmocka_unit_test(test_time_limit),
        cmocka_unit_test(test_same_as_built_in),
        cmocka_unit_test(test_narrow_bounds),
        cmocka_unit_test(test_far_starts),
        cmocka_unit_test(test_types_of_flags),
        cmocka_unit_test(test_wrong_pictures),
        cmocka_unit_test(test_kwargs),
        cmocka_unit_test(test_pictures),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_garbage),
        cmocka_unit_test(test_death),
        cmocka_unit_test(test_killed_while_idle),
    };
    static const char *const programs[] = {"python3", "/usr/bin/python3"};
    for (size_t i = 0; i < 2 && !python; i++)
        if (has_numpy(programs[i]))
            python = programs[i];
    if (!python) {
        fprintf(stderr, "no Python with NumPy: skipped\n");
        return 77;
    }
    setenv("PYTHONPATH", PPO_TEST_DATA "/../gym", 1);
    setenv("PYTHONDONTWRITEBYTECODE", "1", 1);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
