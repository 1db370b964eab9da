// SPDX-License-Identifier: MIT
// From the line that Python writes to a class's spaces: each kind, and lines that can't be used.
#include "env/gym/bridge_spaces.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static ppo_status read_text(ppo_env_class *env, ppo_bridge_facts *facts, const char *text,
                            ppo_error *error)
{
    FILE *file = tmpfile();
    assert_non_null(file);
    assert_int_equal(write(fileno(file), text, strlen(text)), strlen(text));
    memset(env, 0, sizeof *env);
    const ppo_status status = ppo_bridge_read_facts(env, facts, fileno(file), "gym:X-v0", error);
    fclose(file);
    return status;
}

static void test_facts(void **state)
{
    (void)state;
    ppo_env_class env;
    ppo_bridge_facts facts = {.blocks = NULL};
    assert_int_equal(
        read_text(&env, &facts,
                  "{\"first\": \"line\"}\n"
                  "{\"observation\": {\"kind\": \"box\", \"bytes\": false, \"shape\": [2, 3],"
                  " \"low\": -1.5, \"high\": [1, 2, null, 4, 5, 6]},"
                  " \"action\": {\"kind\": \"multi_discrete\", \"shape\": [2],"
                  " \"num_values\": [3, 4]}, \"limit\": 200, \"threshold\": 9.5, \"fps\": 25,"
                  " \"height\": 40, \"width\": 60}\nhalf a li",
                  NULL),
        PPO_OK);
    const ppo_space *obs = &env.observation_space, *action = &env.action_space;
    assert_int_equal(obs->kind, PPO_SPACE_BOX);
    assert_int_equal(obs->dtype, PPO_F32);
    assert_int_equal(obs->rank, 2);
    assert_int_equal(obs->shape[0] * 10 + obs->shape[1], 23);
    for (int i = 0; i < 6; i++)
        assert_true(obs->low[i] == -1.5f);
    assert_true(obs->high[1] == 2.0f && isinf(obs->high[2]) && obs->high[5] == 6.0f);
    assert_int_equal(action->kind, PPO_SPACE_MULTI_DISCRETE);
    assert_int_equal(action->num_values[0] * 10 + action->num_values[1], 34);
    assert_int_equal(env.max_episode_steps, 200);
    assert_true(env.reward_threshold == 9.5 && env.render_fps == 25.0);
    assert_int_equal(env.render_height * 100 + env.render_width, 4060);
    ppo_bridge_free_facts(&facts);
}

// A dict of a number and a tuple of bytes and bits.
static void test_parts(void **state)
{
    (void)state;
    ppo_env_class env;
    ppo_bridge_facts facts = {.blocks = NULL};
    assert_int_equal(
        read_text(&env, &facts,
                  "{\"observation\": {\"kind\": \"dict\", \"parts\": ["
                  "{\"key\": \"n\", \"kind\": \"discrete\", \"shape\": [1], \"num_values\": [5]},"
                  "{\"key\": \"t\", \"kind\": \"tuple\", \"parts\": ["
                  "{\"kind\": \"box\", \"bytes\": true, \"shape\": [3], \"low\": 0, \"high\": 9},"
                  "{\"kind\": \"multi_binary\", \"shape\": [2]}]}]},"
                  " \"action\": {\"kind\": \"tuple\", \"parts\": []}}\n",
                  NULL),
        PPO_OK);
    const ppo_space *obs = &env.observation_space;
    assert_true(obs->kind == PPO_SPACE_DICT && obs->shape[0] == 2);
    assert_string_equal(obs->parts[0].key, "n");
    assert_int_equal(obs->parts[0].space.num_values[0], 5);
    assert_string_equal(obs->parts[1].key, "t");
    assert_int_equal(ppo_space_num_leaves(obs), 3);
    assert_true(ppo_space_leaf_at(obs, 1).space->high[2] == 9.0f);
    assert_int_equal(ppo_space_leaf_at(obs, 2).offset, 8);
    assert_true(env.action_space.kind == PPO_SPACE_TUPLE && env.action_space.shape[0] == 0);
    ppo_bridge_free_facts(&facts);
}

#define ANY_SPACE "{\"kind\": \"discrete\", \"shape\": [1], \"num_values\": [2]}"

#define INSIDE(space) "{\"kind\": \"tuple\", \"parts\": [" space "]}"
#define NINE_DEEP     INSIDE(INSIDE(INSIDE(INSIDE(INSIDE(INSIDE(INSIDE(INSIDE(INSIDE(ANY_SPACE)))))))))

static void test_refusals(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        ppo_status status;
        const char *says;
    } cases[] = {
        {"", PPO_ENV_FAILED, "before it "},
        {"{\"observation\": " ANY_SPACE "}", PPO_ENV_FAILED, "before it "}, // no whole line
        {"not json\n", PPO_ENV_FAILED, "before it "},
        {"{\"error\": \"no such thing\", \"kind\": \"not_found\"}\n", PPO_NOT_FOUND,
         "gym:X-v0: no such thing"},
        {"{\"error\": \"can't\", \"kind\": \"unsupported\"}\n", PPO_UNSUPPORTED, "can't"},
        {"{\"observation\": {\"kind\": \"box\", \"shape\": [1, 1, 1, 1, 1]}}\n", PPO_UNSUPPORTED,
         "gym:X-v0, observation: the space is empty, or has more than 4 axes"},
        {"{\"observation\": {\"kind\": \"box\", \"shape\": [0]}}\n", PPO_UNSUPPORTED, "empty"},
        {"{\"observation\": {\"kind\": \"box\", \"shape\": [65536, 65536]}}\n", PPO_UNSUPPORTED,
         "too many"},
        {"{\"observation\": " ANY_SPACE ", \"action\": " NINE_DEEP "}\n", PPO_UNSUPPORTED,
         "gym:X-v0, action: the space has parts more than 8 deep"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        ppo_env_class env;
        ppo_bridge_facts facts = {.blocks = NULL};
        ppo_error error = {.message = ""};
        assert_int_equal(read_text(&env, &facts, cases[i].text, &error), cases[i].status);
        if (!strstr(error.message, cases[i].says))
            fail_msg("'%s' lacks '%s'", error.message, cases[i].says);
        ppo_bridge_free_facts(&facts);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_facts),
        cmocka_unit_test(test_parts),
        cmocka_unit_test(test_refusals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
