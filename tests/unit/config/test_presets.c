// SPDX-License-Identifier: MIT
// The presets that are built in: all load, all pass the checks, and each is for its environment.
#include "ppo/config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <strings.h>

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
        if (strncmp(name, "seeds/", 6) != 0) // "atari" is for many: its name stands for theirs
            assert_int_equal(strcasecmp(config.env_id, name), 0);
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

static void test_atari_games_share_a_preset(void **state)
{
    (void)state;
    const char *const ids[] = {"PongNoFrameskip-v4", "ALE/Breakout-v5"};
    for (size_t i = 0; i < 2; i++) {
        ppo_config config;
        assert_ptr_equal(ppo_preset_for_env(ids[i]), ppo_preset_find("atari"));
        assert_null(ppo_preset_find(ids[i]));
        assert_int_equal(ppo_config_for_env(&config, ids[i], NULL), PPO_OK);
        assert_string_equal(config.env_id, ids[i]);
        assert_int_equal(config.frame_stack, 4);
        assert_true(config.terminal_on_life_loss && config.clip_coef == 0.1);
    }
    assert_null(ppo_preset_for_env("NoFrameskip-v4"));
}

static void test_rally_by_its_environment(void **state)
{
    ppo_config config;
    (void)state;
    assert_non_null(ppo_preset_find("rally"));
    assert_int_equal(ppo_config_for_env(&config, "Rally", NULL), PPO_OK);
    assert_string_equal(config.env_id, "Rally");
    assert_int_equal(config.frame_stack, 4);
}

static void test_seed_pong(void **state)
{
    ppo_config config;
    (void)state;
    assert_int_equal(ppo_config_for_env(&config, "seeds/pong", NULL), PPO_OK);
    assert_string_equal(config.env_id, "PongNoFrameskip-v4");
    assert_int_equal(ppo_config_batch_size(&config), 1024);
    assert_int_equal(ppo_config_minibatch_size(&config), 256);
    assert_true(!config.shared_network && !config.clip_vloss && config.stop_when_solved);
    assert_true(config.solved_return == 19.5 && config.vf_coef == 1.0);
    assert_true(config.actor_gain == config.hidden_gain);
}

static void test_seed_breakout(void **state)
{
    ppo_config config;
    (void)state;
    assert_int_equal(ppo_config_for_env(&config, "seeds/breakout", NULL), PPO_OK);
    assert_string_equal(config.env_id, "BreakoutNoFrameskip-v4");
    assert_int_equal(ppo_config_num_iterations(&config), 15000);
    assert_int_equal(ppo_config_minibatch_size(&config), 256);
    assert_true(config.shared_network && config.clip_vloss && config.actor_gain == 0.1);
    assert_int_equal(config.workers, PPO_WORKERS_PROCESS);
    assert_int_equal(config.lr_schedule.kind, PPO_SCHEDULE_LINEAR);
    assert_int_equal(config.clip_schedule.kind, PPO_SCHEDULE_LINEAR);
}

static void test_seed_bipedal_walker(void **state)
{
    ppo_config config;
    (void)state;
    assert_int_equal(ppo_config_for_env(&config, "seeds/bipedal_walker", NULL), PPO_OK);
    assert_string_equal(config.env_id, "BipedalWalker-v3");
    assert_int_equal(ppo_config_num_iterations(&config), 1000);
    assert_int_equal(ppo_config_batch_size(&config), 2000);
    assert_true(config.separate_optimizers && !config.shared_network && config.clip_coef == 0.05);
    assert_int_equal(config.std_source, PPO_STD_SIGMOID);
    assert_true(config.eval_every == 1 && config.eval_episodes == 5 && config.clip_reward == 2.0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_load_and_check),
        cmocka_unit_test(test_environment_with_and_without_a_preset),
        cmocka_unit_test(test_atari_games_share_a_preset),
        cmocka_unit_test(test_rally_by_its_environment),
        cmocka_unit_test(test_seed_pong),
        cmocka_unit_test(test_seed_breakout),
        cmocka_unit_test(test_seed_bipedal_walker),
        cmocka_unit_test(test_seed_cartpole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
