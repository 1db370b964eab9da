// SPDX-License-Identifier: MIT
// Several seeds side by side: each leaves a run in a directory of its own, with the parameters that
// a run of that seed alone has.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "cli/train/train.h"

static void make_config(ppo_config *config, const char *folder)
{
    assert_int_equal(ppo_config_for_env(config, "CartPole-v1", NULL), PPO_OK);
    config->total_timesteps = 1024;
    config->eval_every = 0;
    config->eval_episodes = 1;
    config->tensorboard = false;
    snprintf(config->run_dir, sizeof config->run_dir, "%s", folder);
}

static uint64_t hash_of_seed(const char *folder, uint64_t seed)
{
    ppo_config config;
    ppo_trainer *trainer = NULL;
    make_config(&config, folder);
    config.seed = seed;
    assert_int_equal(ppo_trainer_create(&trainer, &config, NULL, NULL), PPO_OK);
    while (!ppo_trainer_done(trainer))
        assert_int_equal(ppo_trainer_step(trainer, NULL, NULL), PPO_OK);
    const uint64_t hash = ppo_trainer_hash(trainer);
    ppo_trainer_destroy(trainer);
    return hash;
}

static void each_seed_is_a_run_of_its_own(void **state)
{
    (void)state;
    char folder[] = "/tmp/ppo-seeds-XXXXXX", command[64];
    ppo_config config;
    const cli_target target = {.kind = CLI_TARGET_ENV};
    cli_args args = {.flag = {[CLI_FLAG_SEEDS] = "3,5", [CLI_FLAG_QUIET] = ""}};
    assert_non_null(mkdtemp(folder));
    make_config(&config, folder);
    assert_int_equal(cli_train_seeds(&config, &target, NULL, &args), PPO_OK);
    for (uint64_t seed = 3; seed <= 5; seed += 2) {
        char run[64];
        uint64_t hash = 0;
        snprintf(run, sizeof run, "%s/seed-%d", folder, (int)seed);
        assert_int_equal(ppo_checkpoint_hash(&hash, run, NULL), PPO_OK);
        assert_true(hash == hash_of_seed(folder, seed));
    }
    args.flag[CLI_FLAG_SEEDS] = "3,3";
    assert_int_equal(cli_train_seeds(&config, &target, NULL, &args), PPO_INVALID);
    memset(config.run_dir, 'a', sizeof config.run_dir - 1); // too long for a folder per seed
    args.flag[CLI_FLAG_SEEDS] = "3";
    assert_int_equal(cli_train_seeds(&config, &target, NULL, &args), PPO_INVALID);
    snprintf(command, sizeof command, "rm -rf %s", folder);
    assert_int_equal(system(command), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(each_seed_is_a_run_of_its_own)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
