// SPDX-License-Identifier: MIT
// The vectoriser: episode ends, its options, failures.
#include "unit/env/support/fixture.h"

#include "core/rng.h"
#include "env/classic/classic.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

// --- episode ends -----------------------------------------------------------------------------

// Instances between init and release.
static int num_inited(const ppo_arena *arena)
{
    int count = 0;
    for (const ppo_arena_row *row = arena->rows; row < arena->rows + arena->num_rows; row++) {
        if (strcmp(row->tensor.name, "env.instance") != 0)
            continue;
        for (size_t n = 0; n < row->tensor.shape[0]; n++) {
            const void *instance = arena->block + row->offset + n * row->tensor.shape[1];
            count += ((const ppo_script *)instance)->inited == 1;
        }
    }
    return count;
}

static void test_start_seeds_each(void **state)
{
    (void)state;
    ppo_fixture fixture;
    fixture_start(&fixture, &script_class,
                  &(ppo_vecenv_options){.num_envs = 4, .frame_skip = 1, .seed = 100});
    for (size_t n = 0; n < 4; n++)
        assert_obs(fixture_obs(&fixture, n), 100.0f + (float)n, 0.0f, -1.0f);
    assert_int_equal(num_inited(&fixture.arena), 4);
    ppo_vecenv_destroy(fixture.vecenv);
    assert_int_equal(num_inited(&fixture.arena), 0);
    ppo_arena_release(&fixture.arena);
    ppo_vecenv_destroy(NULL);
}

static void test_end_resets_in_the_same_step(void **state)
{
    (void)state;
    ppo_fixture fixture;
    fixture_start(&fixture, &script_class,
                  &(ppo_vecenv_options){.num_envs = 2, .frame_skip = 1, .seed = 10});
    fixture_step_scripts(&fixture, DO_NOTHING, DO_NOTHING, 0);
    assert_obs(fixture_obs(&fixture, 0), 10.0f, 1.0f, DO_NOTHING);
    fixture_step_scripts(&fixture, DO_TERMINATE, DO_TRUNCATE, 1);
    assert_obs(fixture.final_obs, 10.0f, 2.0f, DO_TERMINATE);
    assert_obs(fixture.final_obs + SCRIPT_OBS, 11.0f, 2.0f, DO_TRUNCATE);
    assert_obs(fixture_obs(&fixture, 0), 1000010.0f, 0.0f, -1.0f);
    assert_obs(fixture_obs(&fixture, 1), 1000011.0f, 0.0f, -1.0f);
    assert_true(fixture.terminated[0] == 1 && fixture.truncated[0] == 0);
    assert_true(fixture.terminated[1] == 0 && fixture.truncated[1] == 1);
    for (size_t n = 0; n < 2; n++) {
        assert_true(fixture.reward[n] == 2.0 && fixture.episode_return[n] == 3.0);
        assert_int_equal(fixture.episode_length[n], 2);
    }
    fixture_step_scripts(&fixture, DO_NOTHING, DO_NOTHING, 2); // counters began anew
    fixture_step_scripts(&fixture, DO_TERMINATE, DO_NOTHING, 3);
    assert_true(fixture.episode_return[0] == 3.0 && fixture.terminated[1] == 0);
    fixture_release(&fixture);
}

// A lost life ends what is learnt from, while the counters of the game's episode go on.
static void test_lost_life(void **state)
{
    (void)state;
    ppo_fixture fixture;
    fixture_start(&fixture, &script_class,
                  &(ppo_vecenv_options){.num_envs = 1, .frame_skip = 1, .seed = 10});
    fixture_step_scripts(&fixture, DO_NOTHING, 0, 0);
    fixture_step_scripts(&fixture, DO_LOSE_LIFE, 0, 1);
    assert_true(fixture.terminated[0] == 1 && fixture.truncated[0] == 0);
    assert_int_equal(fixture.episode_length[0], 0);
    assert_obs(fixture.final_obs, 10.0f, 2.0f, DO_LOSE_LIFE);
    assert_obs(fixture_obs(&fixture, 0), 1000010.0f, 0.0f, -1.0f); // it was reset
    fixture_step_scripts(&fixture, DO_NOTHING, 0, 2);
    assert_true(fixture.terminated[0] == 0);
    fixture_step_scripts(&fixture, DO_TERMINATE, 0, 3);
    assert_int_equal(fixture.episode_length[0], 4);
    assert_true(fixture.episode_return[0] == 1.0 + 2.0 + 1.0 + 2.0);
    fixture_step_scripts(&fixture, DO_TERMINATE, 0, 4);
    assert_true(fixture.episode_length[0] == 1 && fixture.episode_return[0] == 1.0);
    fixture_release(&fixture);
}

static void test_lives_within_the_time_limit(void **state)
{
    (void)state;
    ppo_fixture fixture;
    fixture_start(&fixture, &script_class, &(ppo_vecenv_options){.num_envs = 1, .frame_skip = 1});
    for (uint64_t step = 0; step < 5; step++)
        fixture_step_scripts(&fixture, step % 2 ? DO_LOSE_LIFE : DO_NOTHING, 0, step);
    fixture_step_scripts(&fixture, DO_NOTHING, 0, 5);
    assert_true(fixture.truncated[0] == 1 && fixture.episode_length[0] == 6); // the class's limit
    fixture_release(&fixture);
}

// A life lost in the very step of the limit ends the game: a new one begins, from a seed of its
// own.
static void test_life_lost_at_the_time_limit(void **state)
{
    (void)state;
    ppo_fixture fixture;
    fixture_start(
        &fixture, &script_class,
        &(ppo_vecenv_options){.num_envs = 1, .frame_skip = 1, .seed = 10, .max_episode_steps = 4});
    for (uint64_t step = 0; step < 12; step++) {
        fixture_step_scripts(&fixture, DO_LOSE_LIFE, 0, step);
        assert_true(fixture.terminated[0] == 1 && fixture.truncated[0] == 0);
        assert_int_equal(fixture.episode_length[0], step % 4 == 3 ? 4 : 0);
        if (step % 4 == 3) {
            const ppo_rng_block block = ppo_rng_draw(10, PPO_RNG_RESEED, 0, step);
            const uint64_t seed = (uint64_t)block.word[0] << 32 | block.word[1];
            assert_true(fixture.episode_return[0] == 4.0); // each life's first reward is 1
            assert_obs(fixture_obs(&fixture, 0), (float)(seed % 1000000), 0.0f, -1.0f);
        }
    }
    fixture_release(&fixture);
}

// Steps until the first environment's episode ends and returns how many rows' steps that took.
static uint64_t steps_to_end(const ppo_vecenv_options *options, int32_t last, ppo_fixture *fixture)
{
    fixture_start(fixture, &script_class, options);
    for (uint64_t step = 1; step <= 50; step++) {
        fixture_step_scripts(fixture, step == 5 ? last : DO_NOTHING, DO_NOTHING, step);
        if (fixture->terminated[0] || fixture->truncated[0])
            return step;
    }
    return 0;
}

static void test_time_limit(void **state)
{
    (void)state;
    ppo_fixture fixture;
    ppo_vecenv_options options = {.num_envs = 2, .frame_skip = 1};
    assert_int_equal(steps_to_end(&options, DO_NOTHING, &fixture), 6); // the class's own
    assert_true(fixture.truncated[0] == 1 && fixture.terminated[0] == 0);
    assert_int_equal(fixture.episode_length[0], 6);
    fixture_release(&fixture);
    options.max_episode_steps = 5;
    assert_int_equal(steps_to_end(&options, DO_NOTHING, &fixture), 5);
    assert_true(fixture.truncated[0] == 1 && fixture.terminated[0] == 0);
    fixture_release(&fixture);
    assert_int_equal(steps_to_end(&options, DO_TERMINATE, &fixture), 5); // at the limit
    assert_true(fixture.truncated[0] == 0 && fixture.terminated[0] == 1);
    fixture_release(&fixture);
}

static void test_no_time_limit(void **state)
{
    (void)state;
    ppo_env_class endless = script_class;
    ppo_fixture fixture;
    endless.max_episode_steps = 0;
    fixture_start(&fixture, &endless, &(ppo_vecenv_options){.num_envs = 2, .frame_skip = 1});
    for (uint64_t step = 0; step < 1000; step++) {
        fixture_step_scripts(&fixture, DO_NOTHING, DO_NOTHING, step);
        assert_true(!fixture.terminated[0] && !fixture.truncated[0]);
    }
    fixture_release(&fixture);
}

static void test_frame_skip(void **state)
{
    (void)state;
    ppo_fixture fixture;
    fixture_start(&fixture, &script_class, &(ppo_vecenv_options){.num_envs = 2, .frame_skip = 4});
    fixture_step_scripts(&fixture, DO_NOTHING, DO_TERMINATE, 0);
    assert_true(fixture.reward[0] == 1.0 + 2.0 + 3.0 + 4.0);
    assert_obs(fixture_obs(&fixture, 0), 0.0f, 4.0f, DO_NOTHING);
    assert_true(fixture.reward[1] == 1.0 && fixture.terminated[1]); // stops at the end
    assert_int_equal(fixture.episode_length[1], 1);
    fixture_step_scripts(&fixture, DO_NOTHING, DO_NOTHING, 1);
    assert_true(fixture.reward[0] == 5.0 + 6.0 &&
                fixture.truncated[0]); // and at the time limit of 6
    assert_true(fixture.episode_return[0] == 21.0);
    assert_int_equal(fixture.episode_length[0], 6);
    fixture_release(&fixture);
}

// The broken step is none: the episode ends with what came before it, and a fresh one begins.
static void test_break_down(void **state)
{
    (void)state;
    ppo_fixture fixture;
    fixture_start(&fixture, &script_class,
                  &(ppo_vecenv_options){.num_envs = 2, .frame_skip = 2, .seed = 5});
    fixture_step_scripts(&fixture, DO_NOTHING, DO_NOTHING, 0);
    assert_true(fixture.lost[0] == 0 && fixture.lost[1] == 0);
    fixture_step_scripts(&fixture, DO_BREAK_DOWN, DO_NOTHING, 1);
    assert_true(fixture.lost[0] == 1 && fixture.truncated[0] == 1 && fixture.terminated[0] == 0);
    assert_true(fixture.reward[0] == 0.0 && fixture.episode_return[0] == 1.0 + 2.0);
    assert_true(fixture_obs(&fixture, 0)[0] != 5.0f &&
                fixture_obs(&fixture, 0)[1] == 0.0f);                    // another seed
    assert_true(fixture.lost[1] == 0 && fixture.reward[1] == 3.0 + 4.0); // the neighbour goes on
    fixture_step_scripts(&fixture, DO_NOTHING, DO_NOTHING, 2);
    assert_true(fixture.lost[0] == 0 && fixture.truncated[0] == 0 &&
                fixture.reward[0] == 1.0 + 2.0);
    fixture_release(&fixture);
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
    ppo_fixture fixture;
    int32_t executed = 0;
    int repeated = 0;
    fixture_start(&fixture, &env, &options);
    for (uint64_t step = 0; step < 7000; step++) {
        const int32_t chosen = (int32_t)(100 + step);
        const uint32_t coin = ppo_rng_draw(3, PPO_RNG_STICKY, 0, step).word[0];
        const bool sticks = step % 7 != 0 && (double)coin < 0.25 * 0x1p32;
        executed = sticks ? executed : chosen;
        repeated += sticks;
        fixture_step(&fixture, &chosen, step);
        const float *obs = fixture.truncated[0] ? fixture.final_obs : fixture.obs;
        assert_true(obs[2] == (float)executed);
    }
    assert_in_range(repeated, 1400, 1600); // 6/7 of 7000 steps, a quarter of them
    fixture_release(&fixture);
}

static void test_always_sticky(void **state)
{
    (void)state;
    ppo_fixture fixture;
    fixture_start(&fixture, &script_class,
                  &(ppo_vecenv_options){.num_envs = 2, .frame_skip = 1, .sticky_action_prob = 1.0});
    fixture_step_scripts(&fixture, 40, 50, 0);
    fixture_step_scripts(&fixture, 41, DO_TERMINATE, 1);
    assert_true(fixture_obs(&fixture, 0)[2] == 40.0f && fixture_obs(&fixture, 1)[2] == 50.0f);
    fixture_release(&fixture);
}

// One step of the continuous mountain car: the price of the action shows what the task got.
static double price_of(float action, bool clip)
{
    ppo_fixture fixture;
    fixture_start(&fixture, &ppo_mountain_car_continuous_v0,
                  &(ppo_vecenv_options){.num_envs = 1, .frame_skip = 1, .clip_action = clip});
    fixture_step(&fixture, &action, 0);
    const double reward = fixture.reward[0];
    fixture_release(&fixture);
    return -reward;
}

static void test_clip_action(void **state)
{
    (void)state;
    assert_true(price_of(3.0f, false) == 9.0 * 0.1);
    assert_true(price_of(3.0f, true) == 0.1);
    assert_true(price_of(-3.0f, true) == 0.1);
    assert_true(price_of(0.5f, true) == 0.25 * 0.1);
    ppo_fixture fixture; // no effect on integers
    fixture_start(&fixture, &script_class,
                  &(ppo_vecenv_options){.num_envs = 2, .frame_skip = 1, .clip_action = true});
    fixture_step_scripts(&fixture, 77, 78, 0);
    assert_true(fixture_obs(&fixture, 1)[2] == 78.0f);
    fixture_release(&fixture);
}

// A picture holds the episode and the step: so it shows which of both was drawn.
static void draw_script(const void *self, unsigned char *rgb)
{
    const ppo_script *script = self;
    rgb[0] = (unsigned char)script->episode;
    rgb[1] = (unsigned char)script->steps;
    rgb[2] = 77;
}

// After an end the picture is the finished episode's last one, not the reset's.
static void test_pictures_come_before_the_reset(void **state)
{
    (void)state;
    ppo_fixture fixture;
    ppo_env_class env = script_class;
    unsigned char picture[2 * 3] = {0};
    env.render = draw_script;
    env.render_width = env.render_height = 1;
    fixture_start(&fixture, &env,
                  &(ppo_vecenv_options){.num_envs = 2, .frame_skip = 1, .seed = 10});
    ppo_vecenv_render(fixture.vecenv, 1, picture + 3);
    assert_memory_equal(picture, "\0\0\0\x0B\0\x4D", 6);
    fixture.rows.picture = picture;
    fixture_step_scripts(&fixture, DO_NOTHING, DO_NOTHING, 0);
    assert_memory_equal(picture, "\x0A\1\x4D\x0B\1\x4D", 6);
    fixture_step_scripts(&fixture, DO_NOTHING, DO_TERMINATE, 1);
    assert_memory_equal(picture, "\x0A\2\x4D\x0B\2\x4D", 6);
    fixture_release(&fixture);
}

// --- failures ---------------------------------------------------------------------------------

static void expect_failure(int32_t script, ppo_status status, const char *part)
{
    ppo_fixture fixture;
    fixture_start(&fixture, &script_class, &(ppo_vecenv_options){.num_envs = 2, .frame_skip = 1});
    fixture_step_scripts(&fixture, DO_NOTHING, DO_NOTHING, 0);
    const int32_t actions[2] = {DO_NOTHING, script};
    assert_int_equal(
        ppo_vecenv_step(fixture.vecenv, &fixture.rows, actions, 0, 2, 1, &fixture.error), status);
    assert_int_equal(fixture.error.status, status);
    if (!strstr(fixture.error.message, part) || !strstr(fixture.error.message, "environment 1"))
        fail_msg("'%s' does not say '%s'", fixture.error.message, part);
    assert_true(fixture_obs(&fixture, 0)[1] == 2.0f); // the row before has been stepped
    fixture_release(&fixture);
}

static void test_failures_name_the_place(void **state)
{
    (void)state;
    expect_failure(DO_BAD_OBS, PPO_NUMERIC,
                   "episode step 2, step 1 of the run: observation element 2 is not a number");
    expect_failure(DO_BAD_REWARD, PPO_NUMERIC, "episode step 2, step 1 of the run: the reward");
    expect_failure(DO_END_BADLY, PPO_NUMERIC, "observation element 1 is infinite");
    expect_failure(DO_FAIL, PPO_ENV_FAILED, "step: the script says so");
    ppo_fixture fixture;
    fixture_start(&fixture, &script_class, &(ppo_vecenv_options){.num_envs = 2, .frame_skip = 1});
    fixture_step_scripts(&fixture, DO_NOTHING, DO_HUGE_OBS, 0);
    fixture_release(&fixture);
}

// Every kind of bad value, in every element of the state.
static void test_every_bad_value_is_seen(void **state)
{
    (void)state;
    const float bad[] = {NAN, -NAN, INFINITY, -INFINITY};
    ppo_fixture fixture;
    for (size_t kind = 0; kind < 4; kind++)
        for (size_t i = 0; i < 4; i++) {
            const int32_t action = 0;
            fixture_start(&fixture, &ppo_cartpole_v1,
                          &(ppo_vecenv_options){.num_envs = 1, .frame_skip = 1});
            ppo_vecenv_freeze(fixture.vecenv);
            for (size_t row = 0; row < fixture.arena.num_rows; row++)
                if (strcmp(fixture.arena.rows[row].tensor.name, "env.state") == 0) {
                    const double value = (double)bad[kind];
                    memcpy(fixture.arena.block + fixture.arena.rows[row].offset + i * sizeof value,
                           &value, sizeof value);
                }
            assert_int_equal(ppo_vecenv_thaw(fixture.vecenv, fixture.rows.obs, 0, NULL), PPO_OK);
            const ppo_status status =
                ppo_vecenv_step(fixture.vecenv, &fixture.rows, &action, 0, 1, 0, &fixture.error);
            assert_int_equal(status, PPO_NUMERIC);
            fixture_release(&fixture);
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
        cmocka_unit_test(test_lost_life),
        cmocka_unit_test(test_lives_within_the_time_limit),
        cmocka_unit_test(test_life_lost_at_the_time_limit),
        cmocka_unit_test(test_time_limit),
        cmocka_unit_test(test_no_time_limit),
        cmocka_unit_test(test_frame_skip),
        cmocka_unit_test(test_break_down),
        cmocka_unit_test(test_sticky_actions),
        cmocka_unit_test(test_always_sticky),
        cmocka_unit_test(test_clip_action),
        cmocka_unit_test(test_pictures_come_before_the_reset),
        cmocka_unit_test(test_failures_name_the_place),
        cmocka_unit_test(test_every_bad_value_is_seen),
        cmocka_unit_test(test_bad_options),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
