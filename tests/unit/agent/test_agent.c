// SPDX-License-Identifier: MIT
// Agents: a copy of a trainer's parameters acts as the trainer's agent does; actions are within
// bounds and functions of their keys; evaluations are episodes replayed by hand.
#include "unit/rl/support/training.h"

#include "ppo/random.h"
#include "agent/agent.h"
#include "rl/trainer_state.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define NUM_OBS 150 // more than two chunks

static size_t tensor_bytes(const ppo_tensor *tensor)
{
    size_t bytes = ppo_dtype_size(tensor->dtype);
    for (uint32_t i = 0; i < tensor->rank; i++)
        bytes *= tensor->shape[i];
    return bytes;
}

static bool find(ppo_trainer *trainer, const char *name, ppo_tensor *tensor)
{
    for (size_t i = 0; ppo_trainer_tensor(trainer, i, tensor); i++)
        if (strcmp(tensor->name, name) == 0)
            return true;
    return false;
}

// An agent of its own with the trainer's values: every tensor that it has, the trainer has too.
static ppo_agent *copy_agent(ppo_trainer *trainer)
{
    ppo_agent *agent = NULL;
    ppo_error error = {0};
    ppo_tensor to, from;
    if (ppo_agent_create(&agent, ppo_trainer_config(trainer), ppo_trainer_env(trainer), &error))
        fail_msg("%s", error.message);
    for (size_t i = 0; ppo_agent_tensor(agent, i, &to); i++) {
        assert_true(find(trainer, to.name, &from));
        assert_int_equal(tensor_bytes(&to), tensor_bytes(&from));
        memcpy(to.data, from.data, tensor_bytes(&to));
    }
    ppo_agent_thaw(agent);
    return agent;
}

// Bytes of what the agent is given at a time: a stack of observations.
static size_t seen_bytes(const ppo_agent *agent)
{
    return ppo_agent_config(agent)->frame_stack *
           ppo_space_bytes(&ppo_agent_env(agent)->observation_space);
}

static unsigned char *some_observations(const ppo_agent *agent)
{
    const size_t bytes = NUM_OBS * seen_bytes(agent);
    unsigned char *obs = malloc(bytes);
    ppo_random random;
    ppo_random_seed(&random, 95);
    assert_non_null(obs);
    if (ppo_agent_env(agent)->observation_space.dtype == PPO_U8)
        for (size_t i = 0; i < bytes; i++)
            obs[i] = (unsigned char)ppo_random_integers(&random, 0, 256);
    else
        for (size_t i = 0; i < bytes / sizeof(float); i++)
            ((float *)(void *)obs)[i] = (float)ppo_random_uniform(&random, -2.0, 2.0);
    return obs;
}

static void check_bounds(const ppo_agent *agent, const void *actions, size_t count)
{
    const ppo_space *space = &ppo_agent_env(agent)->action_space;
    const size_t size = ppo_space_size(space);
    for (size_t i = 0; i < count * size; i++) {
        const size_t a = i % size;
        if (space->kind == PPO_SPACE_BOX) {
            const float x = ((const float *)actions)[i];
            const bool raw = ppo_agent_config(agent)->action_bound == PPO_ACTION_RAW;
            assert_true(isfinite(x) && (raw || (x >= space->low[a] && x <= space->high[a])));
        } else {
            const int32_t x = ((const int32_t *)actions)[i];
            const int32_t n = space->num_values ? (int32_t)space->num_values[a] : 2;
            assert_true(x >= 0 && x < (space->kind == PPO_SPACE_MULTI_BINARY ? 2 : n));
        }
    }
}

static void check_acting(const training_case *c)
{
    int32_t actions[NUM_OBS * 4], again[NUM_OBS * 4], one[4]; // floats are as large
    const ppo_config config = training_config(c, 2);
    ppo_trainer *trainer = training_create(&config, toy_class(c->toy));
    training_run(trainer, 3);
    ppo_agent *own = ppo_trainer_agent(trainer), *copy = copy_agent(trainer);
    const size_t bytes = ppo_space_bytes(&toy_class(c->toy)->action_space);
    unsigned char *obs = some_observations(own);
    assert_true(ppo_agent_hash(copy) == ppo_trainer_hash(trainer));
    for (uint64_t step = 0; step < 4; step++) {
        const bool deterministic = step % 2;
        ppo_agent_act(own, actions, obs, NUM_OBS, deterministic, 7, step);
        ppo_agent_act(copy, again, obs, NUM_OBS, deterministic, 7, step);
        assert_memory_equal(actions, again, NUM_OBS * bytes);
        check_bounds(own, actions, NUM_OBS);
        ppo_agent_act(copy, again, obs, NUM_OBS, deterministic, 8, step);
        if (deterministic)
            assert_memory_equal(actions, again, NUM_OBS * bytes);
        else
            assert_memory_not_equal(actions, again, NUM_OBS * bytes);
        for (size_t i = 0; deterministic && i < NUM_OBS; i++) {
            ppo_agent_act(copy, one, obs + i * seen_bytes(own), 1, true, 9, 9);
            assert_memory_equal(one, (unsigned char *)actions + i * bytes, bytes);
        }
    }
    assert_true(ppo_agent_hash(copy) == ppo_trainer_hash(trainer));
    free(obs);
    ppo_agent_destroy(copy);
    ppo_trainer_destroy(trainer);
}

static void test_acting(void **state)
{
    (void)state;
    for (size_t i = 0; i < num_training_cases; i++)
        check_acting(&training_cases[i]);
}

// One episode of the deterministic policy by hand. After a lost life the game goes on, but what was
// seen before doesn't count.
static void play(ppo_agent *agent, uint64_t seed, double *ret, uint32_t *length)
{
    const ppo_env_class *env = ppo_agent_env(agent);
    const size_t bytes = ppo_space_bytes(&env->observation_space), seen = seen_bytes(agent);
    void *instance = aligned_alloc(64, (env->instance_size + 63) / 64 * 64);
    unsigned char *stack = malloc(seen), *newest = stack + seen - bytes;
    int32_t action[4];
    ppo_transition now = {.life_lost = true};
    assert_true(instance && stack);
    memset(instance, 0, env->instance_size);
    if (env->init)
        env->init(instance, env->context, NULL);
    *ret = 0.0;
    *length = 0;
    while (now.life_lost || (!now.terminated && !now.truncated && *length < TOY_TIME_LIMIT)) {
        if (now.life_lost) {
            env->reset(instance, *length ? NULL : &seed, newest, NULL);
            for (size_t at = 0; at < seen - bytes; at += bytes)
                memcpy(stack + at, newest, bytes);
        }
        now = (ppo_transition){.reward = 0.0};
        ppo_agent_act(agent, action, stack, 1, true, 0, 0);
        memmove(stack, stack + bytes, seen - bytes);
        env->step(instance, action, newest, &now, NULL);
        *ret += now.reward;
        ++*length;
    }
    free(stack);
    free(instance);
}

static void test_evaluation(void **state)
{
    (void)state;
    enum { EPISODES = 300 }; // more than are played side by side
    static const char *const names[] = {
        "discrete", "continuous",         "normalised", "squashed",           "stacks",
        "pictures", "stacks, normalised", "impala",     "pictures in colour", "pictures as floats",
    };
    for (size_t k = 0; k < sizeof names / sizeof *names; k++) {
        const training_case *c = training_case_named(names[k]);
        if (!c)
            continue; // one that sanitisers are spared
        const ppo_config config = training_config(c, 1);
        double returns[EPISODES], sum = 0.0, squares = 0.0, steps = 0.0;
        uint32_t lengths[EPISODES];
        ppo_evaluation e;
        ppo_error error = {0};
        ppo_trainer *trainer = training_create(&config, toy_class(c->toy));
        training_run(trainer, 2);
        ppo_agent *agent = ppo_trainer_agent(trainer);
        if (ppo_agent_evaluate(agent, &e, returns, lengths, EPISODES, 1000, true, &error))
            fail_msg("%s", error.message);
        for (size_t i = 0; i < EPISODES; i++) {
            double ret;
            uint32_t length;
            play(agent, 1000 + i, &ret, &length);
            if (!(returns[i] == ret && lengths[i] == length))
                fail_msg("%s, episode %zu: %.9g in %u, not %.9g in %u", c->name, i, returns[i],
                         lengths[i], ret, length);
            sum += ret;
            squares += ret * ret;
            steps += length;
        }
        const double mean = sum / EPISODES;
        assert_true(fabs(e.return_mean - mean) < 1e-9 * (1.0 + fabs(mean)));
        assert_true(fabs(e.return_std - sqrt(squares / EPISODES - mean * mean)) < 1e-6);
        assert_true(fabs(e.length_mean - steps / EPISODES) < 1e-9);
        assert_int_equal(e.episodes, EPISODES);
        ppo_trainer_destroy(trainer);
    }
}

static void test_no_episodes(void **state)
{
    (void)state;
    const ppo_config config = training_config(&training_cases[0], 1);
    ppo_trainer *trainer = training_create(&config, toy_class(training_cases[0].toy));
    ppo_evaluation e;
    ppo_error error = {0};
    assert_int_equal(
        ppo_agent_evaluate(ppo_trainer_agent(trainer), &e, NULL, NULL, 0, 1, true, &error),
        PPO_INVALID);
    ppo_trainer_destroy(trainer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_acting),
                                       cmocka_unit_test(test_evaluation),
                                       cmocka_unit_test(test_no_episodes)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
