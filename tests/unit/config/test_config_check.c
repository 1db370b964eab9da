// SPDX-License-Identifier: MIT
// Combinations of settings: what is allowed at the edge, and which keys a refusal names.
#include "ppo/config.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static ppo_config config;

static int reset(void **state)
{
    (void)state;
    ppo_config_defaults(&config);
    config.num_envs = 4; // of 128 steps each
    config.num_minibatches = 4;
    return 0;
}

static void accept(void)
{
    ppo_error error = {0};
    if (ppo_config_check(&config, &error) != PPO_OK)
        fail_msg("refused: %s", error.message);
}

static void refuse(const char *first, const char *second)
{
    ppo_error error = {0};
    assert_int_equal(ppo_config_check(&config, &error), PPO_INVALID);
    if (!strstr(error.message, first) || !strstr(error.message, second))
        fail_msg("'%s' does not name '%s' and '%s'", error.message, first, second);
}

static void test_minibatch_need_not_divide_the_batch(void **state)
{
    (void)state;
    config.minibatch_size = 100; // of 512
    accept();
    config.minibatch_size = 512;
    accept();
    config.minibatch_size = 513;
    refuse("minibatch_size 513", "batch of 512");
    config.minibatch_size = 0;
    config.num_minibatches = 3;
    accept();
    assert_int_equal(ppo_config_minibatch_size(&config), 171); // 171 + 171 + 170
    config.num_minibatches = 513;
    refuse("num_minibatches 513", "batch of 512");
}

// 4 environments of 128 steps: what doesn't divide is refused with what would.
static void test_sequences_divide(void **state)
{
    (void)state;
    config.sequence_length = 100; // without memory it has no meaning
    accept();
    assert_int_equal(ppo_config_sequence_length(&config), 1);
    config.memory = PPO_MEMORY_LSTM;
    refuse("sequence_length 100 does not divide num_steps 128", "1, 2, 4, 8, 16, 32, 64, 128");
    config.sequence_length = 0;
    accept();
    assert_int_equal(ppo_config_sequence_length(&config), 128);
    assert_int_equal(ppo_config_minibatch_size(&config), 128);
    config.num_minibatches = 3; // of 4 sequences: 2 and 2
    accept();
    assert_int_equal(ppo_config_minibatch_size(&config), 256);
    config.num_minibatches = 5;
    refuse("num_minibatches 5 is more than the 4 sequences of 128 steps", "sequence_length");
    config.sequence_length = 16;
    accept();
    assert_int_equal(ppo_config_minibatch_size(&config), 112); // 7 of 32 sequences
    config.minibatch_size = 100;
    refuse("minibatch_size 100", "multiple of 16");
    config.minibatch_size = 96;
    accept();
    config.shards = 4; // 6 sequences
    refuse("minibatches of 6 sequences", "shards");
    config.minibatch_size = 128;
    accept();
}

static void test_batch_must_not_overflow(void **state)
{
    (void)state;
    config.num_envs = 1000000;
    config.num_steps = 1000000;
    refuse("num_envs 1000000 times num_steps 1000000", "2147483648");
    config.num_envs = 1u << 19;
    config.num_steps = 1u << 12;
    accept();
    assert_true(ppo_config_batch_size(&config) == (uint64_t)1 << 31);
    config.num_steps++;
    refuse("num_envs", "num_steps");
}

static void test_minibatches_of_one_are_not_normalised(void **state)
{
    (void)state;
    config.minibatch_size = 1;
    refuse("norm_adv minibatch", "minibatch_size");
    config.norm_adv = PPO_NORM_ADV_BATCH;
    accept();
    config.num_envs = config.num_steps = 1;
    refuse("norm_adv batch", "num_steps");
    config.norm_adv = PPO_NORM_ADV_OFF;
    accept();
}

static void test_optimisers_need_their_networks(void **state)
{
    (void)state;
    config.critic_learning_rate = 1e-3;
    refuse("critic_learning_rate", "separate_optimizers");
    config.separate_optimizers = true;
    accept();
    config.shared_network = true;
    refuse("separate_optimizers", "shared_network");
    config.separate_optimizers = false;
    config.critic_learning_rate = 0;
    accept();
    config.critic_hidden_sizes = (ppo_widths){.count = 1, .width = {32}};
    refuse("critic_hidden_sizes", "shared_network");
}

// Fields set directly go through the ranges too.
static void test_ranges_hold_for_fields_set_directly(void **state)
{
    (void)state;
    config.gamma = 1.5;
    refuse("gamma: takes a number in [0, 1]", "got '1.5'");
    config.gamma = (double)NAN;
    refuse("gamma", "got 'none'");
    config.gamma = 0.99;
    config.learning_rate = HUGE_VAL;
    refuse("learning_rate", "got 'inf'");
    config.learning_rate = 1e-3;
    config.activation = (ppo_activation)7;
    refuse("activation: takes one of tanh|relu", "got '7'");
    config.activation = PPO_ACTIVATION_RELU;
    config.hidden_sizes.count = 1000;
    refuse("hidden_sizes", "at most 8");
    config.hidden_sizes.count = 1;
    memset(config.env_id, 'x', sizeof config.env_id);
    refuse("env_id", "at most 255 bytes");
    config.env_id[0] = '\0';
    accept();
}

static void test_schedules_set_directly(void **state)
{
    (void)state;
    config.lr_schedule = (ppo_schedule){PPO_SCHEDULE_PIECEWISE, 2, {0, 1}, {1, 0}};
    accept();
    config.lr_schedule.progress[1] = 0.9;
    refuse("lr_schedule", "got '0:1,0.9:0'");
    config.lr_schedule = (ppo_schedule){PPO_SCHEDULE_PIECEWISE, 100, {0, 1}, {1, 0}};
    refuse("lr_schedule", "2 to 8 points");
    config.lr_schedule.kind = (ppo_schedule_kind)9;
    refuse("lr_schedule", "rising");
}

static void test_number_of_iterations_is_rounded_up(void **state)
{
    (void)state;
    config.total_timesteps = 1024;
    assert_int_equal(ppo_config_num_iterations(&config), 2);
    assert_true(ppo_config_fresh_seed(&config) >= config.eval_seed + config.eval_episodes);
    config.total_timesteps = 1025;
    assert_int_equal(ppo_config_num_iterations(&config), 3);
    config.total_timesteps = UINT64_MAX;
    assert_true(ppo_config_num_iterations(&config) == (uint64_t)1 << 55);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_minibatch_need_not_divide_the_batch, reset),
        cmocka_unit_test_setup(test_sequences_divide, reset),
        cmocka_unit_test_setup(test_batch_must_not_overflow, reset),
        cmocka_unit_test_setup(test_minibatches_of_one_are_not_normalised, reset),
        cmocka_unit_test_setup(test_optimisers_need_their_networks, reset),
        cmocka_unit_test_setup(test_ranges_hold_for_fields_set_directly, reset),
        cmocka_unit_test_setup(test_schedules_set_directly, reset),
        cmocka_unit_test_setup(test_number_of_iterations_is_rounded_up, reset),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
