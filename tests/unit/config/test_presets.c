// SPDX-License-Identifier: MIT
// The presets that are built in: all load, all pass the checks, and each is for its environment.
#include "ppo/config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void test_all_load_and_check(void **state)
{
    (void)state;
    assert_true(ppo_preset_count() >= 6);
    for (size_t i = 0; i < ppo_preset_count(); i++) {
        const char *name = ppo_preset_name_at(i);
        ppo_config config;
        ppo_error error = {0};
        if (ppo_config_for_env(&config, name, &error) != PPO_OK ||
            ppo_config_check(&config, &error) != PPO_OK)
            fail_msg("%s: %s", name, error.message);
        if (strncmp(name, "seeds/", 6) != 0)
            assert_string_equal(config.env_id, name);
        assert_true(ppo_preset_find(name)[0] == '#'); // starts by saying what it reaches
        assert_true(ppo_config_num_iterations(&config) >= 10);
    }
}

static void test_environment_with_and_without_a_preset(void **state)
{
    ppo_config config, defaults;
    (void)state;
    ppo_config_defaults(&defaults);
    assert_int_equal(ppo_config_for_env(&config, "CartPole-v1", NULL), PPO_OK);
    assert_int_not_equal(config.num_envs, defaults.num_envs);
    assert_int_equal(ppo_config_for_env(&config, "NoSuch-v9", NULL), PPO_OK);
    assert_string_equal(config.env_id, "NoSuch-v9");
    assert_int_equal(config.num_envs, defaults.num_envs);
    assert_int_equal(ppo_config_for_env(&config, "bad\nname", NULL), PPO_INVALID);
    assert_null(ppo_preset_find("NoSuch-v9"));
    assert_null(ppo_preset_find(""));
}

static void test_seed_cartpole(void **state)
{
    ppo_config config;
    (void)state;
    assert_int_equal(ppo_config_for_env(&config, "seeds/cartpole", NULL), PPO_OK);
    assert_string_equal(config.env_id, "CartPole-v1");
    assert_int_equal(config.max_episode_steps, 1000);
    assert_int_equal(ppo_config_batch_size(&config), 2048);
    assert_int_equal(ppo_config_num_iterations(&config), 50);
    assert_int_equal(ppo_config_minibatch_size(&config), 128);
    assert_true(config.separate_optimizers && config.critic_learning_rate == 1e-3);
    assert_true(config.solved_return == 200);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_load_and_check),
        cmocka_unit_test(test_environment_with_and_without_a_preset),
        cmocka_unit_test(test_seed_cartpole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
