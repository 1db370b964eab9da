// SPDX-License-Identifier: MIT
// Command lines taken apart: names in all their spellings, flags with and without values, operands
// anywhere.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "cli/args.h"
#include "cli/commands.h"

enum { MOST = 12, SIZE = 40 };

// A command line in memory that may be changed, as argv is.
typedef struct line {
    char text[MOST][SIZE];
    char *argv[MOST + 1];
    int argc;
    cli_args args;
    ppo_error error;
} line;

// Parses "train A B C".
static ppo_status parse(line *l, const char *words)
{
    *l = (line){.argc = 0};
    while (*words && l->argc < MOST) {
        const size_t length = strcspn(words, " ");
        assert_true(length < SIZE);
        memcpy(l->text[l->argc], words, length);
        l->argv[l->argc] = l->text[l->argc];
        l->argc++;
        words += length + (words[length] == ' ');
    }
    return cli_args_init(&l->args, &cli_commands, cli_command_find(&cli_commands, l->argv[0]),
                         l->argc, l->argv, &l->error);
}

static void expect_setting(const line *l, size_t index, const char *name, const char *text)
{
    assert_true(index < l->args.num_settings);
    assert_string_equal(l->args.setting[index].name, name);
    assert_string_equal(l->args.setting[index].text, text);
}

static void spellings(void **state)
{
    (void)state;
    line l;
    assert_int_equal(parse(&l, "train --clip-coef 0.1 E --clip_coef=0.2 --clip-range 0.3 "
                               "--clip_range=0.4 --total-t 5"),
                     PPO_OK);
    expect_setting(&l, 0, "clip_coef", "0.1");
    expect_setting(&l, 1, "clip_coef", "0.2");
    expect_setting(&l, 2, "clip_coef", "0.3");
    expect_setting(&l, 3, "clip_coef", "0.4");
    expect_setting(&l, 4, "total_timesteps", "5");
    assert_int_equal(l.args.num_operands, 1);
    assert_string_equal(l.args.operand[0], "E");
    cli_args_release(&l.args);
}

static void switches(void **state)
{
    (void)state;
    line l;
    assert_int_equal(parse(&l, "train --norm-obs E --norm-reward false --clip-vloss=false "
                               "--anneal-lr false --stop-when-solved true"),
                     PPO_OK);
    expect_setting(&l, 0, "norm_obs", "true");
    expect_setting(&l, 1, "norm_reward", "false");
    expect_setting(&l, 2, "clip_vloss", "false");
    expect_setting(&l, 3, "anneal-lr", "false");
    expect_setting(&l, 4, "stop_when_solved", "true");
    assert_int_equal(l.args.num_operands, 1);
    cli_args_release(&l.args);
}

static void flags(void **state)
{
    (void)state;
    line l;
    assert_int_equal(parse(&l, "train --json E --seeds 1-3 --restart"), PPO_OK);
    assert_non_null(l.args.flag[CLI_FLAG_JSON]);
    assert_non_null(l.args.flag[CLI_FLAG_RESTART]);
    assert_null(l.args.flag[CLI_FLAG_QUIET]);
    assert_string_equal(l.args.flag[CLI_FLAG_SEEDS], "1-3");
    cli_args_release(&l.args);
    assert_int_equal(parse(&l, "train -h"), PPO_OK); // no operand is needed for the help page
    assert_non_null(l.args.flag[CLI_FLAG_HELP]);
    cli_args_release(&l.args);
}

static void negative_values_and_dashes(void **state)
{
    (void)state;
    line l;
    assert_int_equal(parse(&l, "train E --solved-return -150 --log-std-init=-0.5"), PPO_OK);
    expect_setting(&l, 0, "solved_return", "-150");
    expect_setting(&l, 1, "log_std_init", "-0.5");
    cli_args_release(&l.args);
    assert_int_equal(parse(&l, "train -- --odd_name"), PPO_OK);
    assert_string_equal(l.args.operand[0], "--odd_name");
    cli_args_release(&l.args);
}

static void refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "train A B",    "train E --gamma",     "train E --json=1", "train E --num 1",
        "train E -q",   "eval R --gamma 0.9",  "envs --seeds 1",   "hash --json R",
        "train E --=1", "eval R --epsiodes 3",
    };
    line l;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_int_equal(parse(&l, bad[i]), PPO_INVALID);
        assert_true(l.error.message[0] != '\0');
    }
    assert_int_equal(parse(&l, "eval R --epsiodes 3"), PPO_INVALID);
    assert_non_null(strstr(l.error.message, "did you mean --episodes"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(spellings), cmocka_unit_test(switches),
        cmocka_unit_test(flags),     cmocka_unit_test(negative_values_and_dashes),
        cmocka_unit_test(refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
