// SPDX-License-Identifier: MIT
// The walkers: ground, rewards, rays, obstacles, saving, what must be refused. Whole trajectories
// are compared with Gymnasium's in test_box2d_reference.c.
#include "env/box2d/bipedal_walker.h"
#include "env/box2d/box2d.h"
#include "draw/canvas.h"
#include "unit/env/support/recording.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { OBS = PPO_WALKER_OBS, JOINTS = PPO_WALKER_JOINTS };

#define RECORDED PPO_TEST_DATA "/box2d/BipedalWalker-v3_seed1"

static const ppo_env_class *const walker = &ppo_bipedal_walker_v3;
static const ppo_env_class *const hardcore = &ppo_bipedal_walker_hardcore_v3;

static ppo_walker *make(const ppo_env_class *env)
{
    ppo_walker *self = calloc(1, env->instance_size);
    assert_non_null(self);
    assert_int_equal(env->init(self, env->context, NULL), PPO_OK);
    return self;
}

static void begin(ppo_walker *self, uint64_t seed, float obs[OBS])
{
    assert_int_equal(walker->reset(self, &seed, obs, NULL), PPO_OK);
}

static ppo_transition step(ppo_walker *self, const float action[JOINTS], float obs[OBS])
{
    ppo_transition now = {.reward = 0.0};
    assert_int_equal(walker->step(self, action, obs, &now, NULL), PPO_OK);
    return now;
}

static ppo_transition scripted_step(ppo_walker *self, int i, float obs[OBS])
{
    const float action[JOINTS] = {(float)(i % 7 - 3) / 4, (float)(i % 5 - 2) / 3,
                                  (float)(i % 3 - 1) / 2, (float)(i % 11 - 5) / 6};
    return step(self, action, obs);
}

// --- against the recording ---------------------------------------------------------------------

static void test_ground(void **state)
{
    (void)state;
    static double height[RECORDING_RESETS][RECORDING_HEIGHTS];
    const size_t resets = recording_heights(height, RECORDED ".terrain.csv", PPO_WALKER_POINTS);
    ppo_walker *self = make(walker);
    const uint64_t seed = 1;
    float obs[OBS];
    for (size_t i = 0; i < resets; i++) {
        assert_int_equal(walker->reset(self, i ? NULL : &seed, obs, NULL), PPO_OK);
        assert_memory_equal(self->state.terrain.y, height[i], sizeof self->state.terrain.y);
    }
    assert_true(resets > 1);
    assert_int_equal(self->state.terrain.num_blocks, 0);
    free(self);
}

// Given the recorded state of the hull, the observation's head and the reward are the recorded
// ones; joints and rays go through as they are.
static void test_observation_and_reward(void **state)
{
    (void)state;
    recording *r = recording_read(RECORDED ".csv");
    double before = 0.0, shaping = 0.0;
    for (size_t i = 0; i < r->num_rows; i++) {
        const recording_row *row = &r->row[i];
        const float *b = row->body;
        ppo_walker_pose pose = {.hull = {b[0], b[1], b[2], b[3], b[4], b[5]},
                                .touches = {row->obs[8] != 0.0f, row->obs[13] != 0.0f}};
        float obs[OBS];
        for (int n = 0; n < 2; n++)
            pose.joint_angle[2 * n] = row->obs[4 + 5 * n];
        memcpy(pose.ray, row->obs + 14, sizeof pose.ray);
        ppo_walker_observe(obs, &shaping, &pose);
        assert_memory_equal(obs, row->obs, 5 * sizeof(float));
        assert_true(obs[8] == row->obs[8] && obs[9] == row->obs[9] && obs[13] == row->obs[13]);
        assert_memory_equal(obs + 14, row->obs + 14, sizeof pose.ray);
        if (!row->is_reset && !row->terminated)
            assert_true(row->reward == ppo_walker_reward(before, shaping, row->action));
        before = shaping;
    }
    recording_free(r);
}

static void test_own_rewards(void **state)
{
    (void)state;
    ppo_walker *self = make(walker);
    float obs[OBS];
    begin(self, 5, obs);
    for (int i = 0; i < 20; i++) {
        const float action[JOINTS] = {0.5f, -2.0f, 0.0f, 0.25f};
        const double before = self->state.shaping;
        const ppo_transition now = step(self, action, obs);
        assert_false(now.terminated || now.truncated || now.lost);
        assert_true(now.reward == ppo_walker_reward(before, self->state.shaping, action));
    }
    // 0.5 + 1 + 0 + 0.25 motors at full torque.
    assert_true(fabs(ppo_walker_reward(0.0, 0.0, (float[]){0.5f, -2.0f, 0.0f, 0.25f}) + 0.049) <
                1e-7);
    free(self);
}

// --- the task ----------------------------------------------------------------------------------

// Hips forward at full torque: it falls, which costs 100.
static void test_fall_ends_it(void **state)
{
    (void)state;
    ppo_walker *self = make(walker);
    float obs[OBS];
    ppo_transition now = {.reward = 0.0};
    int steps = 0;
    begin(self, 0, obs);
    for (; !now.terminated && steps < 1000; steps++)
        now = step(self, (float[]){1.0f, 1.0f, -1.0f, -1.0f}, obs);
    assert_true(now.terminated && now.reward == -100.0);
    assert_in_range(steps, 20, 500);
    free(self);
}

// The rays see the ground below: shortest straight down, and all of it level at the beginning.
static void test_rays(void **state)
{
    (void)state;
    ppo_walker *self = make(walker);
    float obs[OBS];
    ppo_pose pose;
    begin(self, 0, obs);
    ppo_body_pose(&self->state.world.body[PPO_WALKER_HULL], &pose);
    const double height = (double)pose.y - PPO_WALKER_GROUND_Y;
    for (int i = 0; i < PPO_WALKER_RAYS; i++) {
        const double wanted = fmin(height / PPO_WALKER_RAY / cos(0.15 * i), 1.0);
        assert_true(fabs((double)obs[14 + i] - wanted) < 1e-3);
    }
    free(self);
}

// Every kind of obstacle comes up, at its place: blocks stand where the line of the ground says.
static void test_obstacles(void **state)
{
    (void)state;
    ppo_walker_terrain t;
    ppo_random random;
    uint32_t most = 0, pits = 0, stumps = 0, stairs = 0;
    ppo_random_seed(&random, 0);
    for (int episode = 0; episode < 500; episode++) {
        ppo_walker_draw_terrain(&t, true, &random);
        most = t.num_blocks > most ? t.num_blocks : most;
        for (uint32_t i = 0; i < t.num_blocks; i++) {
            const double width = t.block[i][1][0] - t.block[i][0][0];
            const double height = t.block[i][2][1] - t.block[i][1][1];
            stumps += height > 0.0 && fabs(height - width) < 1e-9;
            pits += fabs(height + 4 * PPO_WALKER_STEP) < 1e-9;
            stairs += fabs(height + PPO_WALKER_STEP) < 1e-9;
            const double at = t.block[i][0][0] / PPO_WALKER_STEP;
            assert_true(fabs(at - round(at)) < 1e-9 && at > 19.0);
        }
    }
    assert_true(most > 20 && most < PPO_WALKER_BLOCKS);
    assert_true(pits > 1000 && stumps > 1000 && stairs > 1000 && pits % 2 == 0);
}

static void test_hardcore_steps(void **state)
{
    (void)state;
    ppo_walker *self = make(hardcore);
    float obs[OBS];
    begin(self, 3, obs);
    assert_true(self->state.terrain.num_blocks > 5);
    for (int i = 0; i < 50; i++)
        (void)scripted_step(self, i, obs);
    for (int i = 0; i < OBS; i++)
        assert_true(isfinite(obs[i]));
    free(self);
}

static void test_strange_actions(void **state)
{
    (void)state;
    ppo_walker *self = make(walker), *other = make(walker);
    float a[OBS], b[OBS];
    ppo_transition now = {.reward = 0.0};
    ppo_error error = {.status = PPO_OK};
    begin(self, 1, a);
    begin(other, 1, b);
    assert_int_equal(walker->step(self, (float[]){0, 0, NAN, 0}, a, &now, &error), PPO_NUMERIC);
    assert_non_null(strstr(error.message, "action element 2"));
    (void)step(self, (float[]){INFINITY, -5.0f, 1.0f, -1.0f}, a);
    (void)step(other, (float[]){1.0f, -1.0f, 1.0f, -1.0f}, b);
    assert_memory_equal(a, b, sizeof a);
    free(self);
    free(other);
}

// --- saving ------------------------------------------------------------------------------------

// A copy goes on as the original does, also past the next reset.
static void check_copy(ppo_walker *self, ppo_walker *copy)
{
    float a[OBS], b[OBS];
    for (int i = 0; i < 300; i++) {
        const ppo_transition x = scripted_step(self, i + 3, a);
        const ppo_transition y = scripted_step(copy, i + 3, b);
        assert_memory_equal(a, b, sizeof a);
        assert_true(x.reward == y.reward && x.terminated == y.terminated && !y.lost);
        if (x.terminated) {
            assert_int_equal(walker->reset(self, NULL, a, NULL), PPO_OK);
            assert_int_equal(walker->reset(copy, NULL, b, NULL), PPO_OK);
            assert_memory_equal(a, b, sizeof a);
        }
    }
}

static void test_saved_state(void **state)
{
    (void)state;
    for (int k = 0; k < 2; k++) {
        const ppo_env_class *env = k ? hardcore : walker;
        ppo_walker *self = make(env), *copy = make(env);
        void *saved = malloc(env->state_size), *again = malloc(env->state_size);
        float obs[OBS];
        begin(self, 11, obs);
        for (int i = 0; i < 30; i++)
            (void)scripted_step(self, i, obs);
        assert_int_equal(walker->reset(self, NULL, obs, NULL), PPO_OK);
        for (int i = 0; i < 25; i++)
            (void)scripted_step(self, i, obs);
        env->save_state(self, saved);
        assert_int_equal(env->load_state(copy, saved, NULL), PPO_OK);
        env->save_state(copy, again);
        assert_memory_equal(saved, again, env->state_size);
        check_copy(self, copy);
        free(self);
        free(copy);
        free(saved);
        free(again);
    }
}

// States that no walker has written; test_world_check.c has the world's own.
static void forge(ppo_walker_state *saved, int what)
{
    switch (what) {
    case 0:
        saved->random.increment[0] ^= 1;
        break;
    case 1:
        saved->terrain.num_blocks = PPO_WALKER_BLOCKS + 1;
        break;
    case 2:
        saved->terrain.y[199] = NAN;
        break;
    case 3:
        saved->ray[9] = 1.5f;
        break;
    case 4:
        saved->world.num_ground = 100;
        break;
    default:
        saved->world.slot[5].node[0].parent = 1000;
    }
}

static void test_forged_states(void **state)
{
    (void)state;
    ppo_walker *self = make(walker);
    ppo_walker_state *saved = malloc(sizeof *saved);
    float obs[OBS];
    for (int what = 0; what < 6; what++) {
        ppo_error error = {.status = PPO_OK};
        begin(self, 2, obs);
        for (int i = 0; i < 5; i++)
            (void)scripted_step(self, i, obs);
        walker->save_state(self, saved);
        forge(saved, what);
        assert_int_equal(walker->load_state(self, saved, &error), PPO_CORRUPT);
        assert_true(error.message[0] != '\0');
    }
    memset(saved, 0, sizeof *saved);
    assert_int_equal(walker->load_state(self, saved, NULL), PPO_CORRUPT);
    free(self);
    free(saved);
}

// --- picture -----------------------------------------------------------------------------------

static uint32_t colour_at(const ppo_env_class *env, const unsigned char *rgb, double x, double y)
{
    const size_t column = (size_t)(x * PPO_WALKER_SCALE);
    const size_t row = env->render_height - 1 - (size_t)(y * PPO_WALKER_SCALE);
    const unsigned char *pixel = rgb + 3 * (row * env->render_width + column);
    return (uint32_t)pixel[0] << 16 | (uint32_t)pixel[1] << 8 | pixel[2];
}

// At the beginning the camera stands still; blocks are hollow, earth is green, the hull is violet.
static void test_picture(void **state)
{
    (void)state;
    if (ppo_canvas_check(NULL) != PPO_OK)
        skip();
    ppo_walker *self = make(hardcore);
    unsigned char *rgb = malloc((size_t)3 * hardcore->render_width * hardcore->render_height);
    float obs[OBS];
    ppo_pose pose;
    begin(self, 3, obs);
    ppo_body_pose(&self->state.world.body[PPO_WALKER_HULL], &pose);
    hardcore->render(self, rgb);
    const double right = fmax((double)pose.x - PPO_WALKER_WIDTH / 5, 0.0);
    const double x = (double)pose.x - right, y = (double)pose.y;
    assert_int_equal(colour_at(hardcore, rgb, x - 0.3, y + 0.1), 0x7F33E5);
    assert_int_equal(colour_at(hardcore, rgb, 1.0, PPO_WALKER_GROUND_Y - 1.0), 0x66994C);
    assert_int_equal(colour_at(hardcore, rgb, 1.0, PPO_WALKER_GROUND_Y + 0.5), 0xD7D7FF);
    free(self);
    free(rgb);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ground),         cmocka_unit_test(test_observation_and_reward),
        cmocka_unit_test(test_own_rewards),    cmocka_unit_test(test_fall_ends_it),
        cmocka_unit_test(test_rays),           cmocka_unit_test(test_obstacles),
        cmocka_unit_test(test_hardcore_steps), cmocka_unit_test(test_strange_actions),
        cmocka_unit_test(test_saved_state),    cmocka_unit_test(test_forged_states),
        cmocka_unit_test(test_picture),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
