// SPDX-License-Identifier: MIT
// The tasks whose velocities are hidden, against those whose are not: the same episodes, and zeros
// in the places that RL Zoo's MaskVelocityWrapper writes to.
#include "ppo/env.h"
#include "ppo/random.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { MAX_OBS = 8, MAX_HIDDEN = 3, NUM_STEPS = 3000 };

static const struct pair {
    const char *plain, *hidden;
    int num_hidden, velocity[MAX_HIDDEN];
} pairs[] = {
    {"CartPole-v1", "CartPoleNoVel-v1", 2, {1, 3}},
    {"Pendulum-v1", "PendulumNoVel-v1", 1, {2}},
    {"MountainCarContinuous-v0", "MountainCarContinuousNoVel-v0", 1, {1}},
    {"LunarLander-v3", "LunarLanderNoVel-v3", 3, {2, 3, 5}},
};
enum { NUM_PAIRS = sizeof pairs / sizeof pairs[0] };

typedef struct player {
    const ppo_env_class *env;
    void *instance;
    float obs[MAX_OBS];
    ppo_transition now;
    unsigned char *state; // as it is saved
} player;

static player make(const char *id)
{
    player it = {.env = NULL};
    assert_int_equal(ppo_env_find(&it.env, id, NULL), PPO_OK);
    it.instance = aligned_alloc(64, (it.env->instance_size + 63) / 64 * 64);
    it.state = calloc(1, it.env->state_size);
    assert_true(it.instance && it.state);
    memset(it.instance, 0, it.env->instance_size);
    if (it.env->init)
        assert_int_equal(it.env->init(it.instance, it.env->context, NULL), PPO_OK);
    return it;
}

static void drop(player *it)
{
    free(it->instance);
    free(it->state);
}

static void save(player *it)
{
    if (it->env->save_state)
        it->env->save_state(it->instance, it->state);
    else
        memcpy(it->state, it->instance, it->env->state_size);
}

static void expect_same_but_hidden(const struct pair *pair, player *plain, player *hidden)
{
    static const float zero = 0.0f;
    for (int i = 0; i < pair->num_hidden; i++) {
        assert_memory_equal(&hidden->obs[pair->velocity[i]], &zero, sizeof zero); // not -0
        plain->obs[pair->velocity[i]] = 0.0f;
    }
    assert_memory_equal(plain->obs, hidden->obs, sizeof plain->obs);
    save(plain);
    save(hidden);
    assert_memory_equal(plain->state, hidden->state, plain->env->state_size);
}

static void reset(player *it, const uint64_t *seed)
{
    assert_int_equal(it->env->reset(it->instance, seed, it->obs, NULL), PPO_OK);
}

static void step(player *it, const void *action, bool is_many)
{
    it->now = (ppo_transition){.reward = 0.0};
    const ppo_status status =
        is_many ? it->env->step_many(&it->instance, 1, action, it->obs, &it->now, NULL)
                : it->env->step(it->instance, action, it->obs, &it->now, NULL);
    assert_int_equal(status, PPO_OK);
}

static void draw_action(const ppo_env_class *env, ppo_random *random, void *action)
{
    const ppo_space *space = &env->action_space;
    if (space->kind == PPO_SPACE_BOX)
        *(float *)action = (float)ppo_random_uniform(random, -2.5, 2.5);
    else
        *(int32_t *)action = (int32_t)ppo_random_integers(random, 0, space->num_values[0]);
}

static void test_same_episodes(void **state)
{
    (void)state;
    for (int p = 0; p < NUM_PAIRS; p++) {
        player plain = make(pairs[p].plain), hidden = make(pairs[p].hidden);
        const uint64_t seed = 3;
        ppo_random random;
        int episodes = 0, velocities_seen = 0;
        ppo_random_seed(&random, 8);
        reset(&plain, &seed);
        reset(&hidden, &seed);
        expect_same_but_hidden(&pairs[p], &plain, &hidden);
        for (int t = 0; t < NUM_STEPS; t++) {
            _Alignas(8) unsigned char action[8];
            draw_action(plain.env, &random, action);
            step(&plain, action, false);
            step(&hidden, action, plain.env->step_many && t % 2 == 0);
            velocities_seen += plain.obs[pairs[p].velocity[0]] != 0.0f;
            assert_memory_equal(&plain.now, &hidden.now, sizeof plain.now);
            expect_same_but_hidden(&pairs[p], &plain, &hidden);
            if (plain.now.terminated || t % 500 == 499) {
                reset(&plain, NULL);
                reset(&hidden, NULL);
                expect_same_but_hidden(&pairs[p], &plain, &hidden);
                episodes++;
            }
        }
        assert_true(episodes > 5 && velocities_seen > NUM_STEPS / 2);
        drop(&plain);
        drop(&hidden);
    }
}

// The wrapper leaves spaces, limit and threshold as they are; pictures show where things are.
static void test_same_facts(void **state)
{
    (void)state;
    for (int p = 0; p < NUM_PAIRS; p++) {
        const ppo_env_class *plain, *hidden;
        assert_int_equal(ppo_env_find(&plain, pairs[p].plain, NULL), PPO_OK);
        assert_int_equal(ppo_env_find(&hidden, pairs[p].hidden, NULL), PPO_OK);
        assert_ptr_equal(plain->observation_space.low, hidden->observation_space.low);
        assert_ptr_equal(plain->observation_space.high, hidden->observation_space.high);
        assert_int_equal(plain->observation_space.shape[0], hidden->observation_space.shape[0]);
        assert_int_equal(plain->action_space.kind, hidden->action_space.kind);
        assert_ptr_equal(plain->action_space.num_values, hidden->action_space.num_values);
        assert_ptr_equal(plain->action_space.low, hidden->action_space.low);
        assert_int_equal(plain->max_episode_steps, hidden->max_episode_steps);
        assert_true(plain->reward_threshold == hidden->reward_threshold ||
                    (isnan(plain->reward_threshold) && isnan(hidden->reward_threshold)));
        assert_ptr_equal(plain->draw, hidden->draw);
        assert_int_equal(plain->render_width, hidden->render_width);
        assert_true(plain->render_fps == hidden->render_fps);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_same_episodes),
        cmocka_unit_test(test_same_facts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
