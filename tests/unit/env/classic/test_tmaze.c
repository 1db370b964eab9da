// SPDX-License-Identifier: MIT
// The maze: observations and rewards step by step, lengths, both signs alike often, saved states.
#include "env/classic/classic.h"
#include "ppo/env_options.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const ppo_env_class *open_length(uint32_t length)
{
    ppo_env_options options = ppo_env_options_default();
    const ppo_env_class *env = NULL;
    options.classic.tmaze_length = length;
    assert_int_equal(ppo_env_open(&env, "TMaze", &options, NULL), PPO_OK);
    assert_int_equal(ppo_env_class_check(env, NULL), PPO_OK);
    return env;
}

static ppo_tmaze make(const ppo_env_class *env)
{
    ppo_tmaze self = {.sign = 0};
    assert_int_equal(env->instance_size, sizeof self);
    assert_int_equal(env->init(&self, env->context, NULL), PPO_OK);
    return self;
}

static void expect(const float obs[3], float left, float right, float junction)
{
    assert_true(obs[0] == left && obs[1] == right && obs[2] == junction);
}

// One episode, which ends with `last`; returns what its first observation said.
static int play(const ppo_env_class *env, ppo_tmaze *self, const uint64_t *seed, uint32_t length,
                int32_t last)
{
    float obs[3] = {9.0f, 9.0f, 9.0f};
    assert_int_equal(env->reset(self, seed, obs, NULL), PPO_OK);
    const int sign = obs[1] == 1.0f;
    expect(obs, sign ? 0.0f : 1.0f, sign ? 1.0f : 0.0f, 0.0f);
    for (uint32_t t = 1; t <= length + 1; t++) {
        ppo_transition now = {.reward = 0.0};
        const int32_t action = t == length + 1 ? last : (int32_t)(t % 2); // no matter before
        assert_int_equal(env->step(self, &action, obs, &now, NULL), PPO_OK);
        assert_true(now.terminated == (t == length + 1) && !now.truncated && !now.lost);
        assert_true(now.reward == (t <= length ? 0.0 : action == sign ? 1.0 : -1.0));
        expect(obs, 0.0f, 0.0f, t >= length ? 1.0f : 0.0f);
    }
    return sign;
}

static void test_episodes(void **state)
{
    (void)state;
    static const uint32_t lengths[] = {1, 2, PPO_TMAZE_LENGTH, 37};
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        const ppo_env_class *env = open_length(lengths[i]);
        ppo_tmaze self = make(env);
        const uint64_t seed = 4;
        const int first = play(env, &self, &seed, lengths[i], 1);
        int rights = first;
        for (int episode = 1; episode < 1000; episode++)
            rights += play(env, &self, NULL, lengths[i], episode % 2);
        assert_in_range(rights, 450, 550); // 500, deviation 16
        assert_int_equal(play(env, &self, &seed, lengths[i], 0), first);
        ppo_env_close(env);
    }
}

static void test_lengths_out_of_range(void **state)
{
    (void)state;
    static const uint32_t lengths[] = {0, PPO_TMAZE_LENGTH_MAX + 1, UINT32_MAX};
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        ppo_env_options options = ppo_env_options_default();
        const ppo_env_class *env = &ppo_tmaze_class;
        ppo_error error;
        options.classic.tmaze_length = lengths[i];
        assert_int_equal(ppo_env_open(&env, "TMaze", &options, &error), PPO_INVALID);
        assert_null(env);
        assert_non_null(strstr(error.message, "tmaze_length"));
        assert_int_equal(ppo_env_open(&env, "CartPole-v1", &options, &error), PPO_OK); // not asked
    }
    assert_ptr_equal(open_length(PPO_TMAZE_LENGTH), &ppo_tmaze_class);
}

static void test_saved_state(void **state)
{
    (void)state;
    const ppo_env_class *env = open_length(6);
    ppo_tmaze self = make(env), copy = make(env);
    unsigned char saved[sizeof self], again[sizeof self];
    const uint64_t seed = 2;
    const int32_t action = 1;
    float a[3], b[3];
    ppo_transition now = {.reward = 0.0};
    assert_int_equal(env->reset(&self, &seed, a, NULL), PPO_OK);
    for (int t = 0; t < 3; t++)
        assert_int_equal(env->step(&self, &action, a, &now, NULL), PPO_OK);
    env->save_state(&self, saved);
    assert_int_equal(env->load_state(&copy, saved, NULL), PPO_OK);
    env->save_state(&copy, again);
    assert_memory_equal(saved, again, env->state_size);
    for (int t = 0; t < 40; t++) {
        ppo_transition x = {.reward = 0.0}, y = {.reward = 0.0};
        assert_int_equal(env->step(&self, &action, a, &x, NULL), PPO_OK);
        assert_int_equal(env->step(&copy, &action, b, &y, NULL), PPO_OK);
        if (x.terminated) {
            assert_int_equal(env->reset(&self, NULL, a, NULL), PPO_OK);
            assert_int_equal(env->reset(&copy, NULL, b, NULL), PPO_OK);
        }
        assert_memory_equal(a, b, sizeof a);
        assert_memory_equal(&x, &y, sizeof x);
    }
    ppo_env_close(env);
}

static void test_forged_states(void **state)
{
    (void)state;
    const ppo_env_class *env = &ppo_tmaze_class;
    const uint64_t seed = 2;
    for (int what = 0; what < 4; what++) {
        ppo_tmaze self = make(env), forged;
        float obs[3];
        ppo_error error;
        assert_int_equal(env->reset(&self, &seed, obs, NULL), PPO_OK);
        forged = self;
        if (what == 1)
            forged.sign = 2;
        if (what == 2)
            forged.place = PPO_TMAZE_LENGTH + 1;
        if (what == 3)
            forged.random.increment[0] = 0;
        assert_int_equal(env->load_state(&self, &forged, &error), what == 0 ? PPO_OK : PPO_CORRUPT);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_episodes),
        cmocka_unit_test(test_lengths_out_of_range),
        cmocka_unit_test(test_saved_state),
        cmocka_unit_test(test_forged_states),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
