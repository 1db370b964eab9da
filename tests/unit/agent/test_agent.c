// SPDX-License-Identifier: MIT
// Agents: what can't be acted in is refused and leaves nothing; encoding and its statistics; the
// tensors that make an agent of a trainer's parameters.
#include "unit/rl/support/training.h"

#include "agent/agent.h"
#include "agent/state.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static ppo_agent *create(const ppo_config *config, toy_kind toy)
{
    ppo_agent *agent;
    ppo_error error = {0};
    if (ppo_agent_create(&agent, config, toy_class(toy), &error) != PPO_OK)
        fail_msg("%s", error.message);
    return agent;
}

static void test_refused(void **state)
{
    (void)state;
    ppo_agent *agent = (ppo_agent *)(void *)state;
    ppo_env_class unbounded = *toy_class(TOY_BOX);
    ppo_config config = training_config(&training_cases[0], 1);
    ppo_error error = {0};
    config.action_bound = PPO_ACTION_TANH;
    unbounded.action_space = (ppo_space)PPO_SPACE_FLOATS(1, NULL, NULL);
    assert_int_equal(ppo_agent_create(&agent, &config, &unbounded, &error), PPO_INVALID);
    assert_non_null(strstr(error.message, "finite action bounds"));
    const float low = -3e38f, high = 3e38f; // finite, but not their distance
    unbounded.action_space = (ppo_space)PPO_SPACE_FLOATS(1, &low, &high);
    assert_int_equal(ppo_agent_create(&agent, &config, &unbounded, &error), PPO_INVALID);
    assert_null(agent);
}

static void test_encoding(void **state)
{
    (void)state;
    ppo_config config = training_config(&training_cases[0], 1);
    config.norm_obs = true;
    config.norm_obs_clip = 0.5;
    ppo_agent *agent = create(&config, TOY_DISCRETE);
    const float obs[2 * TOY_OBS] = {1.0f, 2.0f, 3.0f, 3.0f, 2.0f, -50.0f};
    float features[2 * TOY_OBS];
    ppo_agent_encode(agent, (unsigned char *)features, obs, 2); // mean 0, variance 1 so far
    for (size_t i = 0; i < 2 * TOY_OBS; i++)
        assert_true(features[i] == fmaxf(fminf(obs[i], 0.5f), -0.5f));
    ppo_agent_update_norm(agent, features, obs, 2); // means 2, 2, -23.5
    ppo_agent_encode(agent, (unsigned char *)features, obs, 2);
    assert_true(features[0] == -0.5f && features[3] == 0.5f);
    assert_true(fabsf(features[1]) < 0.1f && fabsf(features[4]) < 0.1f);
    assert_true(features[2] == 0.5f && features[5] == -0.5f);
    ppo_agent_destroy(agent);
}

// Parameters and observation statistics, nothing else.
static void test_tensors(void **state)
{
    (void)state;
    ppo_config config = training_config(&training_cases[0], 1);
    config.norm_obs = true;
    ppo_agent *agent = create(&config, TOY_DISCRETE);
    ppo_tensor tensor;
    size_t parameters = 0, statistics = 0;
    for (size_t i = 0; ppo_agent_tensor(agent, i, &tensor); i++) {
        parameters += tensor.role == PPO_ROLE_PARAMETER;
        statistics += tensor.role == PPO_ROLE_OBS_STATISTICS;
        assert_true(tensor.role == PPO_ROLE_PARAMETER || tensor.role == PPO_ROLE_OBS_STATISTICS);
        if (tensor.role == PPO_ROLE_PARAMETER)
            ((float *)tensor.data)[0] += 1.0f;
    }
    assert_int_equal(parameters, agent->policy.layout.count);
    assert_int_equal(statistics, 3);
    const uint64_t hash = ppo_agent_hash(agent);
    agent->policy.params[0] += 1.0f;
    assert_true(ppo_agent_hash(agent) != hash);
    ppo_agent_destroy(agent);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_refused),
                                       cmocka_unit_test(test_encoding),
                                       cmocka_unit_test(test_tensors)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
