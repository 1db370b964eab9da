// SPDX-License-Identifier: MIT
// The landers: ground, rewards, engines, options, saving, what must be refused, and many in several
// threads. Whole trajectories are compared with Gymnasium's in test_box2d_reference.c.
#include "env/box2d/box2d.h"
#include "draw/canvas.h"
#include "env/box2d/lunar_lander.h"
#include "unit/env/support/recording.h"

#include <math.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { OBS = PPO_LANDER_OBS };

static const ppo_env_class *const kinds[] = {&ppo_lunar_lander_v3, &ppo_lunar_lander_continuous_v3};
#define DATA PPO_TEST_DATA "/box2d/"
static const char *const recordings[] = {DATA "LunarLander-v3_seed0",
                                         DATA "LunarLanderContinuous-v3_seed123"};

static ppo_lander *make(const ppo_env_class *env)
{
    ppo_lander *self = calloc(1, env->instance_size);
    assert_non_null(self);
    assert_int_equal(env->init(self, env->context, NULL), PPO_OK);
    return self;
}

static ppo_lander_action action_of(const ppo_env_class *env, const float given[2])
{
    if (env->action_space.kind == PPO_SPACE_DISCRETE)
        return (ppo_lander_action){.choice = (int32_t)given[0]};
    return (ppo_lander_action){.throttle = {given[0], given[1]}};
}

static ppo_transition step(const ppo_env_class *env, ppo_lander *self, ppo_lander_action action,
                           float obs[OBS])
{
    ppo_transition now = {.reward = 0.0};
    assert_int_equal(env->step(self, &action, obs, &now, NULL), PPO_OK);
    return now;
}

// Actions that let the lander fly for a while.
static ppo_lander_action scripted(const ppo_env_class *env, int i)
{
    if (env->action_space.kind == PPO_SPACE_DISCRETE)
        return (ppo_lander_action){.choice = i % 3 ? 2 : i % 4};
    return (ppo_lander_action){.throttle = {0.3f, (float)(i % 5 - 2) / 2}};
}

static recording *read(const char *name)
{
    char path[512];
    snprintf(path, sizeof path, "%s.csv", name);
    return recording_read(path);
}

// --- against the recordings --------------------------------------------------------------------

// As many steps as were recorded are made, whatever happens in them, so that as many random numbers
// are drawn before the next reset.
static void test_ground(void **state)
{
    (void)state;
    for (int k = 0; k < 2; k++) {
        static double height[RECORDING_RESETS][RECORDING_HEIGHTS];
        char path[512];
        snprintf(path, sizeof path, "%s.terrain.csv", recordings[k]);
        const size_t num_resets = recording_heights(height, path, PPO_LANDER_CHUNKS);
        recording *r = read(recordings[k]);
        ppo_lander *self = make(kinds[k]);
        float obs[OBS];
        size_t resets = 0;
        for (size_t i = 0; i < r->num_rows; i++) {
            const recording_row *row = &r->row[i];
            if (!row->is_reset) {
                (void)step(kinds[k], self, action_of(kinds[k], row->action), obs);
                continue;
            }
            assert_int_equal(kinds[k]->reset(self, resets == 0 ? &r->seed : NULL, obs, NULL),
                             PPO_OK);
            assert_memory_equal(self->state.ground, height[resets++], sizeof self->state.ground);
        }
        assert_int_equal(resets, num_resets);
        assert_true(resets >= 2);
        free(self);
        recording_free(r);
    }
}

static double engine_price(const ppo_env_class *env, const float action[2])
{
    if (env->action_space.kind == PPO_SPACE_DISCRETE)
        return action[0] == 2.0f ? 0.30 : 0.0;
    return action[0] > 0.0f ? ((double)action[0] + 1.0) * 0.5 * 0.30 : 0.0;
}

static double side_price(const ppo_env_class *env, const float action[2])
{
    if (env->action_space.kind == PPO_SPACE_DISCRETE)
        return action[0] == 1.0f || action[0] == 3.0f ? 0.03 : 0.0;
    const double power = fabs((double)action[1]);
    return power > 0.5 ? power * 0.03 : 0.0;
}

// Given the recorded state of the physics, observation and reward are the recorded ones.
static void test_observation_and_reward(void **state)
{
    (void)state;
    for (int k = 0; k < 2; k++) {
        recording *r = read(recordings[k]);
        double before = 0.0, shaping = 0.0;
        for (size_t i = 0; i < r->num_rows; i++) {
            const recording_row *row = &r->row[i];
            const float *b = row->body;
            const ppo_pose pose = {b[0], b[1], b[2], b[3], b[4], b[5]};
            const bool touches[2] = {row->obs[6] != 0.0f, row->obs[7] != 0.0f};
            float obs[OBS];
            ppo_lander_observe(obs, &shaping, &pose, touches);
            assert_memory_equal(obs, row->obs, sizeof obs);
            if (!row->is_reset && !row->terminated)
                assert_true(row->reward == shaping - before - engine_price(kinds[k], row->action) -
                                               side_price(kinds[k], row->action));
            before = shaping;
        }
        recording_free(r);
    }
}

// The same of the environment's own steps.
static void test_own_rewards(void **state)
{
    (void)state;
    for (int k = 0; k < 2; k++) {
        ppo_lander *self = make(kinds[k]);
        const uint64_t seed = 5;
        float obs[OBS];
        assert_int_equal(kinds[k]->reset(self, &seed, obs, NULL), PPO_OK);
        for (int i = 0; i < 60; i++) {
            const ppo_lander_action action = scripted(kinds[k], i);
            const float choice = (float)action.choice;
            const float *given = k == 0 ? &choice : action.throttle;
            const double before = self->state.shaping;
            const ppo_transition now = step(kinds[k], self, action, obs);
            assert_false(now.terminated || now.truncated || now.lost);
            assert_true(now.reward == self->state.shaping - before - engine_price(kinds[k], given) -
                                          side_price(kinds[k], given));
        }
        free(self);
    }
}

// --- the task ----------------------------------------------------------------------------------

static float after(const ppo_env_class *env, ppo_lander_action action, int steps, int element)
{
    ppo_lander *self = make(env);
    const uint64_t seed = 3;
    float obs[OBS];
    assert_int_equal(env->reset(self, &seed, obs, NULL), PPO_OK);
    for (int i = 0; i < steps; i++)
        (void)step(env, self, action, obs);
    free(self);
    return obs[element];
}

static void test_engines(void **state)
{
    (void)state;
    const ppo_env_class *env = kinds[0];
    const ppo_lander_action nothing = {.choice = 0}, left = {.choice = 1}, main = {.choice = 2},
                            right = {.choice = 3};
    assert_true(after(env, main, 20, 3) > after(env, nothing, 20, 3) + 0.2f);
    assert_true(after(env, left, 20, 5) > after(env, nothing, 20, 5) + 0.2f);
    assert_true(after(env, right, 20, 5) < after(env, nothing, 20, 5) - 0.2f);
    const ppo_lander_action idle = {.throttle = {0.0f, 0.5f}}, full = {.throttle = {1.0f, -1.0f}},
                            beyond = {.throttle = {INFINITY, -7.0f}};
    assert_true(after(kinds[1], idle, 20, 3) == after(env, nothing, 20, 3));
    assert_true(after(kinds[1], full, 20, 3) > after(kinds[1], idle, 20, 3) + 0.1f);
    assert_true(after(kinds[1], full, 20, 5) > after(kinds[1], idle, 20, 5) + 0.2f);
    assert_true(after(kinds[1], full, 20, 3) == after(kinds[1], beyond, 20, 3));
}

static void test_crash_ends_it(void **state)
{
    (void)state;
    ppo_lander *self = make(kinds[0]);
    const uint64_t seed = 0;
    float obs[OBS];
    ppo_transition now = {.reward = 0.0};
    assert_int_equal(kinds[0]->reset(self, &seed, obs, NULL), PPO_OK);
    int steps = 0;
    for (; !now.terminated && steps < 500; steps++)
        now = step(kinds[0], self, (ppo_lander_action){.choice = 0}, obs);
    assert_in_range(steps, 30, 200);
    assert_true(now.terminated && now.reward == -100.0);
    free(self);
}

static void test_options(void **state)
{
    (void)state;
    const ppo_lander_action nothing = {.choice = 0};
    const ppo_env_class *windy, *light, *usual;
    ppo_env_options options = ppo_env_options_default();
    options.box2d = (ppo_box2d_options){.wind_power = 20.0, .turbulence_power = 2.0};
    ppo_error error;
    assert_int_equal(ppo_env_open(&usual, "LunarLander-v3", &options, &error), PPO_OK);
    assert_ptr_equal(usual, kinds[0]);
    options.box2d.enable_wind = true;
    assert_int_equal(ppo_env_open(&windy, "LunarLander-v3", &options, &error), PPO_OK);
    assert_int_equal(ppo_env_class_check(windy, &error), PPO_OK);
    const double drift = (double)(after(windy, nothing, 30, 2) - after(usual, nothing, 30, 2));
    assert_true(fabs(drift) > 0.01);
    options.box2d = (ppo_box2d_options){.gravity = -2.0};
    assert_int_equal(ppo_env_open(&light, "LunarLanderContinuous-v3", &options, &error), PPO_OK);
    assert_true(after(light, nothing, 20, 3) > after(kinds[1], nothing, 20, 3) + 0.2f);
    ppo_env_close(light);
    ppo_env_close(windy);
    ppo_env_close(usual);
    options.box2d.gravity = -12.0;
    assert_int_equal(ppo_env_open(&light, "LunarLander-v3", &options, &error), PPO_INVALID);
    options.box2d = (ppo_box2d_options){.wind_power = (double)NAN};
    assert_int_equal(ppo_env_open(&light, "LunarLander-v3", &options, &error), PPO_INVALID);
    assert_null(light);
}

static void test_strange_actions(void **state)
{
    (void)state;
    const uint64_t seed = 1;
    for (int k = 0; k < 2; k++) {
        ppo_lander *self = make(kinds[k]);
        float obs[OBS];
        ppo_transition now = {.reward = 0.0};
        ppo_error error = {.status = PPO_OK};
        assert_int_equal(kinds[k]->reset(self, &seed, obs, NULL), PPO_OK);
        ppo_lander_action strange = {.throttle = {0.0f, NAN}};
        if (k == 0)
            strange.choice = 4;
        assert_int_equal(kinds[k]->step(self, &strange, obs, &now, &error),
                         k == 0 ? PPO_INVALID : PPO_NUMERIC);
        assert_non_null(strstr(error.message, "action"));
        free(self);
    }
}

// --- saving ------------------------------------------------------------------------------------

// A copy goes on as the original does, also past the next reset.
static void check_copy(const ppo_env_class *env, ppo_lander *self, ppo_lander *copy)
{
    float a[OBS], b[OBS];
    for (int i = 0; i < 300; i++) {
        const ppo_transition x = step(env, self, scripted(env, i + 7), a);
        const ppo_transition y = step(env, copy, scripted(env, i + 7), b);
        assert_memory_equal(a, b, sizeof a);
        assert_true(x.reward == y.reward && x.terminated == y.terminated && !y.lost);
        if (x.terminated) {
            assert_int_equal(env->reset(self, NULL, a, NULL), PPO_OK);
            assert_int_equal(env->reset(copy, NULL, b, NULL), PPO_OK);
            assert_memory_equal(a, b, sizeof a);
        }
    }
}

static void test_saved_state(void **state)
{
    (void)state;
    ppo_env_options options = ppo_env_options_default();
    options.box2d.enable_wind = true;
    const ppo_env_class *classes[] = {kinds[0], kinds[1], NULL};
    assert_int_equal(ppo_env_open(&classes[2], "LunarLander-v3", &options, NULL), PPO_OK);
    for (int k = 0; k < 3; k++) {
        const ppo_env_class *env = classes[k];
        ppo_lander *self = make(env), *copy = make(env);
        void *saved = malloc(env->state_size), *again = malloc(env->state_size);
        const uint64_t seed = 11;
        float obs[OBS];
        assert_int_equal(env->reset(self, &seed, obs, NULL), PPO_OK);
        assert_int_equal(env->reset(self, NULL, obs, NULL), PPO_OK);
        for (int i = 0; i < 40; i++)
            (void)step(env, self, scripted(env, i), obs);
        env->save_state(self, saved);
        assert_int_equal(env->load_state(copy, saved, NULL), PPO_OK);
        env->save_state(copy, again);
        assert_memory_equal(saved, again, env->state_size);
        check_copy(env, self, copy);
        free(self);
        free(copy);
        free(saved);
        free(again);
    }
    ppo_env_close(classes[2]);
}

// States that no lander has written; test_world_check.c has the world's own.
static void forge(ppo_lander_state *saved, int what)
{
    switch (what) {
    case 0:
        saved->random.increment[0] ^= 1;
        break;
    case 1:
        saved->random.has_kept = 2;
        break;
    case 2:
        saved->shaping = NAN;
        break;
    case 3:
        saved->ground[10] = INFINITY;
        break;
    case 4:
        saved->wind_index = INT64_MIN;
        break;
    case 5:
        saved->world.num_hinges = 3;
        break;
    case 6:
        saved->world.body[PPO_LANDER_HULL].velocity.x = NAN;
        break;
    default:
        saved->world.max_ground = 255; // more than there are bytes
    }
}

static void test_forged_states(void **state)
{
    (void)state;
    ppo_lander_state *saved = malloc(sizeof *saved), *before = malloc(sizeof *before);
    for (int k = 0; k < 2; k++)
        for (int what = 0; what < 8; what++) {
            ppo_lander *self = make(kinds[k]);
            const uint64_t seed = 2;
            float obs[OBS];
            ppo_error error = {.status = PPO_OK};
            assert_int_equal(kinds[k]->reset(self, &seed, obs, NULL), PPO_OK);
            for (int i = 0; i < 5; i++)
                (void)step(kinds[k], self, scripted(kinds[k], i), obs);
            kinds[k]->save_state(self, saved);
            memcpy(before, &self->state, sizeof *before);
            forge(saved, what);
            assert_int_equal(kinds[k]->load_state(self, saved, &error), PPO_CORRUPT);
            assert_true(error.message[0] != '\0');
            assert_memory_equal(before, &self->state, sizeof *before);
            free(self);
        }
    // All zeros, which is how a state is that was never saved.
    ppo_lander *self = make(kinds[0]);
    memset(saved, 0, sizeof *saved);
    assert_int_equal(kinds[0]->load_state(self, saved, NULL), PPO_CORRUPT);
    free(self);
    free(saved);
    free(before);
}

// --- picture -----------------------------------------------------------------------------------

static uint32_t colour_at(const ppo_env_class *env, const unsigned char *rgb, double x, double y)
{
    const size_t column = (size_t)(x * PPO_LANDER_SCALE);
    const size_t row = env->render_height - 1 - (size_t)(y * PPO_LANDER_SCALE);
    const unsigned char *pixel = rgb + 3 * (row * env->render_width + column);
    return (uint32_t)pixel[0] << 16 | (uint32_t)pixel[1] << 8 | pixel[2];
}

static void test_picture(void **state)
{
    (void)state;
    const ppo_env_class *env = kinds[0];
    if (ppo_canvas_check(NULL) != PPO_OK)
        skip();
    ppo_lander *self = make(env);
    const uint64_t seed = 7;
    float obs[OBS];
    ppo_pose pose;
    unsigned char *rgb = malloc((size_t)3 * env->render_width * env->render_height);
    assert_int_equal(env->reset(self, &seed, obs, NULL), PPO_OK);
    for (int i = 0; i < 40; i++)
        (void)step(env, self, (ppo_lander_action){.choice = 0}, obs);
    ppo_body_pose(&self->state.world.body[PPO_LANDER_HULL], &pose);
    assert_true(pose.x > 0.0f && pose.x < 20.0f && pose.y > 0.0f && pose.y < 13.0f);
    env->render(self, rgb);
    assert_int_equal(colour_at(env, rgb, (double)pose.x, (double)pose.y), 0x8066E6);
    for (int i = 1; i + 1 < PPO_LANDER_CHUNKS; i++) {
        const double x = ppo_lander_chunk_x(i) + 0.5;
        const double left = self->state.ground[i], right = self->state.ground[i + 1];
        assert_int_equal(colour_at(env, rgb, x, fmin(left, right) - 0.1), 0xFFFFFF);
        assert_int_equal(colour_at(env, rgb, x, fmax(left, right) + 0.1), 0x000000);
    }
    const double flag = ppo_lander_chunk_x(4) + 5 / PPO_LANDER_SCALE;
    assert_int_equal(colour_at(env, rgb, flag, PPO_LANDER_PAD_Y + 45 / PPO_LANDER_SCALE), 0xCCCC00);
    free(self);
    free(rgb);
}

// --- threads -----------------------------------------------------------------------------------

static void *fly(void *last)
{
    ppo_lander *self = calloc(1, sizeof *self);
    const uint64_t seed = 6;
    ppo_transition now = {.reward = 0.0};
    if (!self || kinds[0]->init(self, kinds[0]->context, NULL) != PPO_OK)
        return NULL;
    for (int episode = 0; episode < 20; episode++) {
        (void)kinds[0]->reset(self, episode ? NULL : &seed, last, NULL);
        for (int i = 0; i < 100; i++) {
            const ppo_lander_action action = scripted(kinds[0], i);
            (void)kinds[0]->step(self, &action, last, &now, NULL);
        }
    }
    free(self);
    return NULL;
}

static void test_worlds_in_threads(void **state)
{
    (void)state;
    float last[4][OBS] = {{0.0f}};
    pthread_t thread[4];
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&thread[i], NULL, fly, last[i]), 0);
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_join(thread[i], NULL), 0);
    for (int i = 1; i < 4; i++)
        assert_memory_equal(last[i], last[0], sizeof last[0]);
    assert_true(last[0][0] != 0.0f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_worlds_in_threads),
        cmocka_unit_test(test_ground),
        cmocka_unit_test(test_observation_and_reward),
        cmocka_unit_test(test_own_rewards),
        cmocka_unit_test(test_engines),
        cmocka_unit_test(test_crash_ends_it),
        cmocka_unit_test(test_options),
        cmocka_unit_test(test_strange_actions),
        cmocka_unit_test(test_saved_state),
        cmocka_unit_test(test_forged_states),
        cmocka_unit_test(test_picture),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
