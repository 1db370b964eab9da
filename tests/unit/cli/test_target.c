// SPDX-License-Identifier: MIT
// What a name stands for, the settings that follow from it, and the default run directory.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "cli/target.h"

static char folder[] = "/tmp/ppo-target-XXXXXX", before[4096];

static int enter_folder(void **state)
{
    (void)state;
    return !getcwd(before, sizeof before) || !mkdtemp(folder) || chdir(folder);
}

static int leave_folder(void **state)
{
    (void)state;
    unlink("my.task.yaml");
    unlink("old/config.yaml");
    rmdir("old");
    return chdir(before) || rmdir(folder);
}

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static void make_config(ppo_config *config, const char *name, cli_target_kind kind)
{
    const cli_args args = {.num_settings = 0};
    cli_target target;
    ppo_error error = {0};
    if (cli_target_config(config, &target, name, &args, &error) != PPO_OK)
        fail_msg("%s: %s", name, error.message);
    assert_int_equal(target.kind, kind);
    cli_run_dir_default(config, &target);
}

static void environments_take_their_preset(void **state)
{
    (void)state;
    ppo_config config, preset;
    make_config(&config, "CartPole-v1", CLI_TARGET_ENV);
    assert_string_equal(config.env_id, "CartPole-v1");
    assert_string_equal(config.run_dir, "runs/CartPole-v1/seed-1");
    assert_int_equal(ppo_config_for_env(&preset, "CartPole-v1", NULL), PPO_OK);
    for (size_t i = 0; i < ppo_option_count(); i++)
        assert_true(strcmp(ppo_option_at(i).name, "run_dir") == 0 ||
                    ppo_option_equal(&config, &preset, i));
}

static void presets_go_by_their_name_and_their_path(void **state)
{
    (void)state;
    ppo_config config;
    make_config(&config, "seeds/cartpole", CLI_TARGET_PRESET);
    assert_string_equal(config.run_dir, "runs/CartPole-v1/cartpole-seed-1");
    make_config(&config, "configs/seeds/cartpole.yaml", CLI_TARGET_PRESET);
    assert_string_equal(config.run_dir, "runs/CartPole-v1/cartpole-seed-1");
}

static void files_are_read(void **state)
{
    (void)state;
    ppo_config config;
    write_file("my.task.yaml", "env_id: Pendulum-v1\nseed: 7\ngamma: 0.5\n");
    make_config(&config, "my.task.yaml", CLI_TARGET_FILE);
    assert_true(config.gamma == 0.5);
    assert_string_equal(config.run_dir, "runs/Pendulum-v1/my.task-seed-7");
}

// A run that was moved is found where it lies now, not where its config.yaml says.
static void runs_may_have_been_moved(void **state)
{
    (void)state;
    ppo_config config;
    mkdir("old", 0700);
    write_file("old/config.yaml", "env_id: CartPole-v1\nrun_dir: elsewhere\n");
    make_config(&config, "old///", CLI_TARGET_RUN);
    assert_string_equal(config.run_dir, "old");
}

static void refuse(const char *name, ppo_status status, const char *part)
{
    const cli_args args = {.num_settings = 0};
    cli_target target;
    ppo_config config;
    ppo_error error = {0};
    assert_int_equal(cli_target_config(&config, &target, name, &args, &error), status);
    if (!strstr(error.message, part))
        fail_msg("'%s' lacks '%s'", error.message, part);
}

static void unknown_names(void **state)
{
    (void)state;
    char name[PPO_TEXT_SIZE + 8];
    refuse("CartPol-v1", PPO_NOT_FOUND, "did you mean CartPole-v1?");
    refuse("xyzzyplugh", PPO_NOT_FOUND, "ppo envs");
    refuse("none.yaml", PPO_NOT_FOUND, "no file 'none.yaml'");
    memset(name, 'a', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    refuse(name, PPO_INVALID, "too long");
    write_file("my.task.yaml", "gamma: 0.5\n");
    refuse("my.task.yaml", PPO_INVALID, "env_id");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(environments_take_their_preset),
        cmocka_unit_test(presets_go_by_their_name_and_their_path),
        cmocka_unit_test(files_are_read),
        cmocka_unit_test(runs_may_have_been_moved),
        cmocka_unit_test(unknown_names),
    };
    return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
