// SPDX-License-Identifier: MIT
// Where each option's value comes from is said right: for every option, whether it is left alone,
// set in a file or set on the command line, even where the value is the default.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "cli/train/origins.h"

static void make_config(ppo_config *config, cli_target *target, const char *name,
                        const cli_setting *setting)
{
    ppo_error error = {0};
    cli_setting settings[1];
    cli_args args = {.setting = settings, .num_settings = setting ? 1 : 0};
    if (setting)
        settings[0] = *setting;
    if (cli_target_config(config, target, name, &args, &error) != PPO_OK)
        fail_msg("%s", error.message);
}

// Every other option than `index` says `rest`, but for env_id, which says `env_id`.
static void expect(const ppo_config *config, const cli_target *target, size_t index,
                   const char *from, const char *env_id)
{
    for (size_t i = 0; i < ppo_option_count(); i++) {
        const char *name = ppo_option_at(i).name;
        const char *wanted = i == index ? from : strcmp(name, "env_id") == 0 ? env_id : "default";
        const char *said = cli_origin_text(config, target, i);
        if (strcmp(said, wanted) != 0)
            fail_msg("%s comes from '%s', and '%s' is said", name, wanted, said);
    }
}

static void every_option_from_a_file_and_from_the_command_line(void **state)
{
    (void)state;
    char path[] = "/tmp/ppo-origins-XXXXXX";
    close(mkstemp(path));
    for (size_t i = 0; i < ppo_option_count(); i++) {
        const ppo_option option = ppo_option_at(i);
        const bool is_env_id = strcmp(option.name, "env_id") == 0;
        const char *value = is_env_id ? "CartPole-v1" : option.default_text;
        ppo_config config;
        cli_target target;
        FILE *file = fopen(path, "w");
        if (!is_env_id)
            fprintf(file, "env_id: CartPole-v1\n");
        fprintf(file, "%s: \"%s\"\n", option.name, value);
        fclose(file);
        make_config(&config, &target, path, NULL);
        expect(&config, &target, i, path, path);

        file = fopen(path, "w");
        fprintf(file, "env_id: CartPole-v1\n");
        fclose(file);
        make_config(&config, &target, path, &(cli_setting){option.name, value});
        expect(&config, &target, i, "command line", path);
    }
    unlink(path);
}

static size_t find_option(const char *name)
{
    size_t i = 0;
    while (strcmp(ppo_option_at(i).name, name) != 0)
        i++;
    return i;
}

static void an_environment_and_its_preset(void **state)
{
    (void)state;
    ppo_config config;
    cli_target target;
    make_config(&config, &target, "CartPole-v1", NULL);
    assert_string_equal(cli_origin_text(&config, &target, find_option("env_id")), "command line");
    assert_string_equal(cli_origin_text(&config, &target, find_option("num_envs")),
                        "preset CartPole-v1");
    assert_string_equal(cli_origin_text(&config, &target, find_option("gravity")), "default");
    assert_string_equal(cli_origin_text(&config, &target, find_option("run_dir")), "default");
}

// A name of another program sets our option.
static void a_foreign_switch(void **state)
{
    (void)state;
    ppo_config config;
    cli_target target;
    make_config(&config, &target, "CartPole-v1", &(cli_setting){"anneal_lr", "false"});
    assert_string_equal(cli_origin_text(&config, &target, find_option("lr_schedule")),
                        "command line");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_option_from_a_file_and_from_the_command_line),
        cmocka_unit_test(an_environment_and_its_preset),
        cmocka_unit_test(a_foreign_switch),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
