// SPDX-License-Identifier: MIT
// Ids and options of Atari games: which forms exist for which games, and what a class makes of
// them. Needs no cartridge but the free ones.
#include "env/atari/atari_env.h"
#include "ppo/env.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static ppo_env_options usual_options(void)
{
    ppo_env_options options = ppo_env_options_default();
    options.atari.frame_skip = 4;
    options.atari.screen_size = 84;
    options.atari.grayscale = true;
    options.atari.max_pool = true;
    return options;
}

static void test_ids(void **state)
{
    (void)state;
    static const char *const known[] = {
        "Rally",
        "RallyNoFrameskip-v4",
        "ALE/Rally-v5",
        "PongNoFrameskip-v4",
        "Pong-v0",
        "Pong-v4",
        "PongDeterministic-v0",
        "PongDeterministic-v4",
        "ALE/Pong-v5",
        "PongNoFrameskip-v0",
        "ALE/TicTacToe3D-v5",
        "ALE/Surround-v5",
        "UpNDown-v4",
        "ALE/Klax-v5",
        "ElevatorAction-v0",
    };
    static const char *const unknown[] = {
        "Pong",        "Pong-v5", "ALE/Pong-v4",          "ALE/Pong", "Pong-v1", "-v4",
        "Surround-v4", "Klax-v0", "KlaxDeterministic-v4", "pong-v4",  "ALE/-v5", "Pong-v44",
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (!ppo_env_game(known[i]) || !ppo_atari_family.has_id(known[i]))
            fail_msg("%s is not an id", known[i]);
    for (size_t i = 0; i < sizeof unknown / sizeof unknown[0]; i++)
        if (ppo_env_game(unknown[i]) || ppo_atari_family.has_id(unknown[i]))
            fail_msg("%s is an id", unknown[i]);
}

// Each listed id belongs to a game, none stands twice, and every game has one.
static void test_list(void **state)
{
    (void)state;
    char id[PPO_ATARI_TEXT], last[PPO_ATARI_TEXT] = "";
    size_t count = 0, games = 0;
    const ppo_game_info *game = NULL;
    for (; ppo_atari_family.id_at(id, sizeof id, count); count++) {
        assert_non_null(ppo_env_game(id));
        assert_string_not_equal(id, last);
        games += ppo_env_game(id) != game;
        game = ppo_env_game(id);
        strcpy(last, id);
    }
    assert_int_equal(games, ppo_game_count());
    assert_true(count > games);
}

static const ppo_atari *open_rally(const ppo_env_class **env, const char *id,
                                   const ppo_env_options *options)
{
    size_t size;
    if (!ppo_game_cartridge(ppo_game_find("Rally"), &size))
        skip();
    assert_int_equal(ppo_env_open(env, id, options, NULL), PPO_OK);
    return (*env)->context;
}

static void test_forms(void **state)
{
    (void)state;
    static const struct {
        const char *id;
        double sticky_prob;
        uint32_t min_skip, max_skip;
    } forms[] = {
        {"Rally", 0.0, 3, 3},
        {"RallyNoFrameskip-v4", 0.0, 3, 3},
        {"RallyNoFrameskip-v0", 0.25, 3, 3},
        {"ALE/Rally-v5", 0.25, 3, 3},
        {"RallyDeterministic-v4", 0.0, 4, 4},
        {"RallyDeterministic-v0", 0.25, 4, 4},
        {"Rally-v4", 0.0, 2, 4},
        {"Rally-v0", 0.25, 2, 4},
    };
    ppo_env_options options = usual_options();
    options.atari.frame_skip = 3;
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        const ppo_env_class *env;
        const ppo_atari *atari = open_rally(&env, forms[i].id, &options);
        assert_true(atari->setup.sticky_prob == forms[i].sticky_prob);
        assert_int_equal(atari->min_skip, forms[i].min_skip);
        assert_int_equal(atari->max_skip, forms[i].max_skip);
        assert_int_equal(env->max_episode_steps, 108000 / forms[i].min_skip);
        ppo_env_close(env);
    }
}

// Steps of drawn lengths: 2, 3 and 4 frames, each of them often.
static void test_drawn_skip(void **state)
{
    (void)state;
    const ppo_env_options options = usual_options();
    const ppo_env_class *env;
    const ppo_atari *atari = open_rally(&env, "Rally-v4", &options);
    unsigned char *instance = aligned_alloc(64, (env->instance_size + 63) / 64 * 64);
    unsigned char *obs = malloc(ppo_space_bytes(&env->observation_space));
    assert_true(instance && obs);
    memset(instance, 0, env->instance_size);
    assert_int_equal(env->init(instance, env->context, NULL), PPO_OK);
    assert_int_equal(env->reset(instance, &(uint64_t){1}, obs, NULL), PPO_OK);
    const ppo_game *game = (const ppo_game *)(const void *)(instance + atari->game_at);
    unsigned seen[5] = {0};
    for (int i = 0; i < 300; i++) {
        const uint32_t before = ppo_game_frames(game);
        ppo_transition transition = {.reward = 0.0};
        assert_int_equal(env->step(instance, &(int32_t){0}, obs, &transition, NULL), PPO_OK);
        assert_in_range(ppo_game_frames(game) - before, 2, 4);
        seen[ppo_game_frames(game) - before]++;
    }
    assert_true(seen[2] > 60 && seen[3] > 60 && seen[4] > 60);
    free(obs);
    free(instance);
    ppo_env_close(env);
}

static void test_options(void **state)
{
    (void)state;
    ppo_env_options options = usual_options();
    const ppo_env_class *env;
    ppo_error error;
    const ppo_atari *atari = open_rally(&env, "Rally", &options);
    assert_int_equal(atari->num_actions[0], 4);
    ppo_env_close(env);
    options.atari.full_action_space = true;
    atari = open_rally(&env, "Rally", &options);
    assert_int_equal(atari->num_actions[0], 18);
    assert_int_equal(atari->action[17], 17);
    ppo_env_close(env);
    options.atari.game_mode = 3;
    assert_int_equal(ppo_env_open(&env, "Rally", &options, &error), PPO_INVALID);
    assert_non_null(strstr(error.message, "game_mode 3: Rally has the modes 0"));
    assert_null(env);
    options.atari.game_mode = 0;
    options.atari.difficulty = 1;
    assert_int_equal(ppo_env_open(&env, "Rally", &options, &error), PPO_OK);
    ppo_env_close(env);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ids),     cmocka_unit_test(test_list),
        cmocka_unit_test(test_forms),   cmocka_unit_test(test_drawn_skip),
        cmocka_unit_test(test_options),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
