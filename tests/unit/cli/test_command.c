// SPDX-License-Identifier: MIT
// The rows of the commands are whole and unambiguous, and help of every kind names each.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cli/commands.h"
#include "cli/help/help.h"

static void rows_are_whole(void **state)
{
    (void)state;
    for (size_t i = 0; i < cli_commands.count; i++) {
        const cli_command *c = &cli_commands.row[i];
        assert_true(c->name && c->synopsis && c->summary && c->text && c->examples && c->run);
        assert_ptr_equal(cli_command_find(&cli_commands, c->name), c);
        assert_int_not_equal(c->summary[strlen(c->summary) - 1], '.');
        assert_true(c->min_operands <= c->max_operands);
        assert_int_equal(c->operand == CLI_NOTHING, c->max_operands == 0);
        assert_int_equal(c->operand == CLI_BENCH, c->operand_words != NULL);
        bool has_help = false;
        for (const cli_flag *flag = c->flags; flag->name; flag++) {
            has_help = has_help || flag->id == CLI_FLAG_HELP;
            assert_int_equal(flag->help[strlen(flag->help) - 1], '.');
            for (const cli_flag *other = c->flags; other < flag; other++)
                assert_string_not_equal(flag->name, other->name);
        }
        assert_true(has_help);
    }
}

static void names_are_found(void **state)
{
    (void)state;
    assert_null(cli_command_find(&cli_commands, "tra"));
    static const char *const said[][2] = {
        {"trian", "did you mean 'train'?"}, {"play", "'ppo watch RUN'"},
        {"enjoy", "'ppo watch RUN'"},       {"test", "'ppo eval RUN'"},
        {"resume", "'ppo train RUN'"},      {"list", "'ppo runs'"},
    };
    ppo_error error;
    for (size_t i = 0; i < sizeof said / sizeof said[0]; i++) {
        assert_int_equal(cli_command_fail(&cli_commands, said[i][0], &error), PPO_INVALID);
        if (!strstr(error.message, said[i][1]))
            fail_msg("%s", error.message);
    }
    cli_command_fail(&cli_commands, "xyzzy", &error);
    assert_string_equal(error.message, "no command 'xyzzy'");
}

// What `print` writes, to be freed.
static char *printed(void (*print)(FILE *file, const cli_command_list *commands))
{
    char *text = NULL;
    size_t size;
    FILE *file = open_memstream(&text, &size);
    print(file, &cli_commands);
    fclose(file);
    return text;
}

static void bash(FILE *file, const cli_command_list *commands)
{
    assert_true(cli_help_completion(file, commands, "bash"));
}

static void fish(FILE *file, const cli_command_list *commands)
{
    assert_true(cli_help_completion(file, commands, "fish"));
}

static void zsh(FILE *file, const cli_command_list *commands)
{
    assert_true(cli_help_completion(file, commands, "zsh"));
    assert_false(cli_help_completion(file, commands, "csh"));
}

static void help_names_every_command_and_flag(void **state)
{
    (void)state;
    static void (*const print[])(FILE * file, const cli_command_list *commands) = {
        cli_help_overview, cli_help_man, bash, fish, zsh};
    for (size_t k = 0; k < sizeof print / sizeof print[0]; k++) {
        char *text = printed(print[k]);
        for (size_t i = 0; i < cli_commands.count; i++) {
            const cli_command *c = &cli_commands.row[i];
            if (!strstr(text, c->name))
                fail_msg("help %zu does not name %s", k, c->name);
            for (const cli_flag *flag = c->flags; k > 0 && flag->name; flag++) {
                char word[64]; // troff writes - as \-
                size_t n = 0;
                for (const char *p = flag->name; *p; p++) {
                    if (k == 1 && *p == '-')
                        word[n++] = '\\';
                    word[n++] = *p;
                }
                word[n] = '\0';
                if (!strstr(text, word))
                    fail_msg("help %zu does not name --%s of %s", k, flag->name, c->name);
            }
        }
        free(text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_whole),
        cmocka_unit_test(names_are_found),
        cmocka_unit_test(help_names_every_command_and_flag),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
