// SPDX-License-Identifier: MIT
// The vectoriser gives what instances stepped by hand give, however its rows are split into ranges,
// and goes on after freezing and thawing as if nothing had been.
#include "unit/env/support/fixture.h"

#include "core/rng.h"
#include "env/classic/classic.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

// --- against instances stepped by hand, and against itself ------------------------------------

static void test_equals_single_instances(void **state)
{
    (void)state;
    const ppo_env_class *env = &ppo_cartpole_v1;
    ppo_cartpole single[5];
    float obs[5][4];
    ppo_fixture fixture;
    memset(single, 0, sizeof single);
    fixture_start(&fixture, env, &(ppo_vecenv_options){.num_envs = 5, .frame_skip = 1, .seed = 42});
    for (uint64_t n = 0; n < 5; n++)
        env->reset(&single[n], &(uint64_t){42 + n}, obs[n], NULL);
    assert_memory_equal(fixture.obs, obs, sizeof obs);
    for (uint64_t step = 0; step < 500; step++) {
        int32_t action[5];
        for (uint32_t n = 0; n < 5; n++)
            action[n] = (int32_t)(ppo_rng_draw(1, PPO_RNG_BENCH, n, step).word[0] & 1);
        fixture_step(&fixture, action, step);
        for (size_t n = 0; n < 5; n++) {
            ppo_transition transition = {.reward = 0.0};
            env->step(&single[n], &action[n], obs[n], &transition, NULL);
            assert_int_equal(fixture.terminated[n], transition.terminated);
            if (!transition.terminated)
                continue;
            assert_memory_equal(fixture.final_obs + 4 * n, obs[n], sizeof obs[n]);
            assert_true(fixture.episode_return[n] == (double)fixture.episode_length[n]);
            env->reset(&single[n], NULL, obs[n], NULL);
        }
        assert_memory_equal(fixture.obs, obs, sizeof obs);
    }
    fixture_release(&fixture);
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

// All that steps write, so that two fixtures can be compared at once.
static void assert_same_rows(const ppo_fixture *a, const ppo_fixture *b)
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
    ppo_fixture whole, parts;
    _Alignas(8) unsigned char actions[7 * 4];
    fixture_start(&whole, env, &all_features);
    fixture_start(&parts, env, &all_features);
    for (uint64_t step = 0; step < 300; step++) {
        draw_actions(env, actions, step);
        fixture_step(&whole, actions, step);
        for (size_t end = 7, count; end > 0; end -= count) { // from the back, 1 to 3 at a time
            count = 1 + (size_t)step % 3 < end ? 1 + (size_t)step % 3 : end;
            assert_int_equal(
                ppo_vecenv_step(parts.vecenv, &parts.rows, actions, end - count, count, step, NULL),
                PPO_OK);
        }
        assert_same_rows(&whole, &parts);
    }
    fixture_release(&whole);
    fixture_release(&parts);
}

static void test_ranges_make_no_difference(void **state)
{
    (void)state;
    check_ranges(&ppo_cartpole_v1);
    check_ranges(&ppo_pendulum_v1);
}

// --- freezing ---------------------------------------------------------------------------------

// What a checkpoint does: the state rows' bytes, from one plan to its equal.
static void copy_state_rows(ppo_fixture *to, const ppo_fixture *from)
{
    assert_int_equal(to->arena.num_rows, from->arena.num_rows);
    for (size_t i = 0; i < from->arena.num_rows; i++) {
        const ppo_arena_row *row = &from->arena.rows[i];
        if (ppo_role_is_state(row->tensor.role))
            memcpy(to->arena.block + row->offset, from->arena.block + row->offset,
                   row->tensor.bytes);
    }
}

static void check_thaw(const ppo_env_class *env)
{
    ppo_fixture original, resumed;
    _Alignas(8) unsigned char actions[7 * 4];
    fixture_start(&original, env, &all_features);
    fixture_create(&resumed, env, &all_features);
    for (uint64_t step = 0; step < 50; step++) {
        draw_actions(env, actions, step);
        fixture_step(&original, actions, step);
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
        fixture_step(&original, actions, step);
        fixture_step(&resumed, actions, step);
        assert_same_rows(&original, &resumed);
    }
    fixture_release(&original);
    fixture_release(&resumed);
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
    ppo_fixture fixture;
    fixture_create(&fixture, &own, &all_features); // states are zeros: refused by load_state
    assert_int_equal(ppo_vecenv_thaw(fixture.vecenv, fixture.rows.obs, 0, &fixture.error),
                     PPO_CORRUPT);
    assert_non_null(strstr(fixture.error.message, "environment 0"));
    fixture_release(&fixture);
}

// state_size 0: a fresh episode, from another seed for each environment and step.
static void test_thaw_without_state(void **state)
{
    (void)state;
    const ppo_vecenv_options options = {.num_envs = 3, .frame_skip = 1, .seed = 10};
    float first[3];
    ppo_fixture fixture;
    fixture_start(&fixture, &script_class, &options);
    fixture_step(&fixture, (const int32_t[3]){0, 0, 0}, 0);
    ppo_vecenv_freeze(fixture.vecenv);
    for (uint64_t step = 1; step < 3; step++) {
        assert_int_equal(ppo_vecenv_thaw(fixture.vecenv, fixture.rows.obs, step, NULL), PPO_OK);
        for (size_t n = 0; n < 3; n++) {
            assert_true(fixture_obs(&fixture, n)[1] == 0.0f &&
                        fixture_obs(&fixture, n)[2] == -1.0f);
            assert_true(step == 1 || fixture_obs(&fixture, n)[0] != first[n]);
            first[n] = fixture_obs(&fixture, n)[0];
        }
        assert_true(first[0] != first[1] && first[1] != first[2]);
    }
    fixture_step(&fixture, (const int32_t[3]){DO_TERMINATE, 0, 0}, 3);
    assert_int_equal(fixture.episode_length[0], 1);
    fixture_release(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_equals_single_instances),
        cmocka_unit_test(test_ranges_make_no_difference),
        cmocka_unit_test(test_freeze_and_thaw),
        cmocka_unit_test(test_thaw_without_state),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
