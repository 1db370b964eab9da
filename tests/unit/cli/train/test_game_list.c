// SPDX-License-Identifier: MIT
// `--games`: names, ids and the sets of the literature; each once; what is no game is refused.
#include "cli/train/game_list.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static cli_game_list list;

static void parse(const char *text, size_t count)
{
    ppo_error error = {0};
    if (cli_game_list_parse(&list, text, &error) != PPO_OK)
        fail_msg("%s", error.message);
    assert_int_equal(list.count, count);
}

static void test_words(void **state)
{
    (void)state;
    parse("pong,Rally,ALE/Pong-v5,CartPole-v1,PongNoFrameskip-v4", 4);
    assert_string_equal(list.id[0], "PongNoFrameskip-v4");
    assert_string_equal(list.id[1], "Rally");
    assert_string_equal(list.id[2], "ALE/Pong-v5");
    assert_string_equal(list.id[3], "CartPole-v1");
}

static void test_sets(void **state)
{
    (void)state;
    parse("57", 57);
    assert_string_equal(list.id[0], "AlienNoFrameskip-v4");
    assert_string_equal(list.id[56], "ZaxxonNoFrameskip-v4");
    parse("57-v5", 57);
    assert_string_equal(list.id[49], "ALE/TimePilot-v5");
    parse("26", 26);
    parse("26-v5", 26);
    parse("26,57", 57); // all of the first are in the second
    for (size_t i = 0; i < list.count; i++)
        assert_non_null(ppo_env_id_reported_scores(list.id[i]));
}

static void test_refused(void **state)
{
    (void)state;
    static const char *const wrong[] = {"", "Pnog", "57-v4", "571", "Rally,", "atari"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        ppo_error error = {0};
        if (cli_game_list_parse(&list, wrong[i], &error) != PPO_NOT_FOUND)
            fail_msg("'%s' is taken for a list of games", wrong[i]);
        assert_non_null(strstr(error.message, "--games"));
    }
}

static void test_missing(void **state)
{
    (void)state;
    char names[64];
    setenv("PPO_ROM_DIR", "/nowhere", 1);
    setenv("HOME", "/nowhere", 1);
    unsetenv("VIRTUAL_ENV");
    unsetenv("XDG_DATA_HOME");
    parse("CartPole-v1", 1);
    assert_int_equal(cli_game_list_missing(names, sizeof names, &list, ""), 0);
    assert_string_equal(names, "");
    parse("Surround,Krull,CartPole-v1", 3);
    assert_int_equal(cli_game_list_missing(names, sizeof names, &list, ""), 2);
    assert_string_equal(names, "Surround, Krull");
    parse("57", 57); // more names than there is room for
    assert_int_equal(cli_game_list_missing(names, sizeof names, &list, ""), 57);
    assert_int_equal(strlen(names), sizeof names - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_sets),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_missing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
