// SPDX-License-Identifier: MIT
// The table of built-in environments, look-up by id, and the check of a class's table.
#include "ppo/env_options.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void test_listed_classes_are_sound(void **state)
{
    (void)state;
    assert_true(ppo_env_count() >= 6);
    assert_null(ppo_env_at(ppo_env_count()));
    for (size_t i = 0; i < ppo_env_count(); i++) {
        const ppo_env_class *env = ppo_env_at(i), *found = NULL;
        ppo_error error = {.status = PPO_OK};
        assert_int_equal(ppo_env_class_check(env, &error), PPO_OK);
        assert_int_equal(ppo_env_find(&found, env->id, &error), PPO_OK);
        assert_ptr_equal(found, env); // so no id is there twice
        assert_true(env->summary && env->summary[0]);
    }
}

static void check_fact(const char *id, uint32_t limit, double threshold, size_t num_obs,
                       size_t num_actions)
{
    const ppo_env_class *env = NULL;
    assert_int_equal(ppo_env_find(&env, id, NULL), PPO_OK);
    assert_int_equal(env->max_episode_steps, limit);
    if (isnan(threshold))
        assert_true(isnan(env->reward_threshold));
    else
        assert_true(env->reward_threshold == threshold);
    assert_int_equal(ppo_space_size(&env->observation_space), num_obs);
    assert_int_equal(ppo_space_bytes(&env->observation_space), 4 * num_obs);
    assert_int_equal(ppo_space_bytes(&env->action_space), 4 * num_actions);
}

// As gymnasium.spec(id) has them.
static void test_facts_are_gymnasiums(void **state)
{
    (void)state;
    check_fact("CartPole-v1", 500, 475.0, 4, 1);
    check_fact("CartPole-v0", 200, 195.0, 4, 1);
    check_fact("Acrobot-v1", 500, -100.0, 6, 1);
    check_fact("MountainCar-v0", 200, -110.0, 2, 1);
    check_fact("MountainCarContinuous-v0", 999, 90.0, 2, 1);
    check_fact("Pendulum-v1", 200, (double)NAN, 3, 1);
    check_fact("CartPoleNoVel-v1", 500, 475.0, 4, 1); // a wrapper keeps the spec
    check_fact("PendulumNoVel-v1", 200, (double)NAN, 3, 1);
    check_fact("MountainCarContinuousNoVel-v0", 999, 90.0, 2, 1);
    check_fact("LunarLanderNoVel-v3", 1000, 200.0, 8, 1);
    check_fact("LunarLander-v3", 1000, 200.0, 8, 1);
    check_fact("LunarLanderContinuous-v3", 1000, 200.0, 8, 2);
    check_fact("BipedalWalker-v3", 1600, 300.0, 24, 4);
    check_fact("BipedalWalkerHardcore-v3", 2000, 300.0, 24, 4);
}

static void test_unknown_id_names_the_nearest(void **state)
{
    (void)state;
    const char *const cases[][2] = {{"CartPole-v2", "CartPole-v1"},
                                    {"cartpole", "CartPole-v1"},
                                    {"Pendlum-v1", "Pendulum-v1"},
                                    {"MountainCar_v0", "MountainCar-v0"},
                                    {"Continuous", "MountainCarContinuous-v0"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const ppo_env_class *env = ppo_env_at(0);
        ppo_error error = {.status = PPO_OK};
        assert_int_equal(ppo_env_find(&env, cases[i][0], &error), PPO_NOT_FOUND);
        assert_null(env);
        assert_non_null(strstr(error.message, cases[i][0]));
        assert_non_null(strstr(error.message, cases[i][1]));
    }
}

static void test_far_id_is_refused_too(void **state)
{
    (void)state;
    const ppo_env_class *env;
    ppo_error error = {.status = PPO_OK};
    assert_int_equal(ppo_env_find(&env, "", &error), PPO_NOT_FOUND);
    assert_int_equal(ppo_env_find(&env, "zzzzzzzzzzzzzzzzzz", &error), PPO_NOT_FOUND);
    assert_true(error.message[0] != '\0');
    assert_int_equal(ppo_env_find(&env, "x", NULL), PPO_NOT_FOUND);
}

// --- made when they are opened ------------------------------------------------------------------

static void test_ids(void **state)
{
    (void)state;
    static const char *const wanted[] = {"CartPole-v1",  "PongNoFrameskip-v4",   "ALE/Breakout-v5",
                                         "Rally",        "ALE/SpaceInvaders-v5", "Bricks",
                                         "ALE/Rally-v5", "TetrisNoFrameskip-v4"};
    unsigned found = 0;
    char id[64];
    size_t count = 0;
    for (; ppo_env_id_at(id, sizeof id, count); count++)
        for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++)
            found += strcmp(id, wanted[i]) == 0;
    assert_int_equal(found, sizeof wanted / sizeof wanted[0]);
    strcpy(id, "same");
    assert_false(ppo_env_id_at(id, sizeof id, count));
    assert_string_equal(id, "same");
}

static void test_opening(void **state)
{
    (void)state;
    const ppo_env_class *env;
    const ppo_env_options options = ppo_env_options_default();
    ppo_error error;
    assert_int_equal(ppo_env_open(&env, "CartPole-v1", &options, &error), PPO_OK);
    assert_ptr_equal(env, ppo_env_at(0));
    ppo_env_close(env); // does nothing
    ppo_env_close(NULL);
    assert_int_equal(ppo_env_find(&env, "PongNoFrameskip-v4", &error), PPO_NOT_FOUND);
    assert_null(env);
    assert_int_equal(ppo_env_open(&env, "PongNoFrameskip-v5", &options, &error), PPO_NOT_FOUND);
    assert_non_null(strstr(error.message, "did you mean PongNoFrameskip-v4?"));
    assert_int_equal(ppo_env_open(&env, "Breakout", &options, &error), PPO_NOT_FOUND);
    assert_non_null(strstr(error.message, "did you mean BreakoutNoFrameskip-v4?"));
    env = ppo_env_at(0);
    assert_int_equal(ppo_env_open(&env, "ALE/Skiing-v5", &options, &error), PPO_NOT_FOUND);
    assert_non_null(strstr(error.message, "the cartridge of Skiing"));
    assert_null(env);
}

static void test_kinds(void **state)
{
    (void)state;
    static const struct {
        const char *id;
        ppo_env_kind kind;
    } cases[] = {{"CartPole-v1", PPO_ENV_KIND_CLASSIC},
                 {"BipedalWalker-v3", PPO_ENV_KIND_BOX2D},
                 {"Rally", PPO_ENV_KIND_ATARI},
                 {"ALE/Pong-v5", PPO_ENV_KIND_ATARI},
                 {"atari:games/x.so", PPO_ENV_KIND_ATARI},
                 {"./libgame.so", PPO_ENV_KIND_PLUGIN},
                 {"libgame.so.1:CartPole-v1", PPO_ENV_KIND_PLUGIN},
                 {"gym:CartPole-v1", PPO_ENV_KIND_GYMNASIUM},
                 {"CartPole", PPO_ENV_KIND_NONE},
                 {"", PPO_ENV_KIND_NONE}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(ppo_env_id_kind(cases[i].id), cases[i].kind);
    for (size_t i = 0; i < ppo_env_count(); i++)
        assert_true(ppo_env_id_kind(ppo_env_at(i)->id) == PPO_ENV_KIND_CLASSIC ||
                    ppo_env_id_kind(ppo_env_at(i)->id) == PPO_ENV_KIND_BOX2D);
}

// Options of another version of the library are refused; none are the defaults.
static void test_options_of_another_version(void **state)
{
    (void)state;
    const ppo_env_class *env = ppo_env_at(0);
    ppo_env_options options = ppo_env_options_default();
    ppo_error error;
    options.struct_size -= 8;
    assert_int_equal(ppo_env_open(&env, "CartPole-v1", &options, &error), PPO_MISMATCH);
    assert_null(env);
    assert_int_equal(ppo_env_open(&env, "CartPole-v1", NULL, &error), PPO_OK);
    assert_ptr_equal(env, ppo_env_at(0));
}

// --- broken tables ----------------------------------------------------------------------------

static const float low[4] = {0.0f, 0.0f, 2.0f, 0.0f};
static const float high[4] = {1.0f, 1.0f, 1.0f, 1.0f}; // below low[2]
static const float not_a_number[4] = {0.0f, NAN, 0.0f, 0.0f};
static const uint32_t no_values[1] = {0};

static void no_save(const void *self, void *to)
{
    (void)self, (void)to;
}

static void expect_refusal(const ppo_env_class *env, const char *part)
{
    ppo_error error = {.status = PPO_OK};
    assert_int_equal(ppo_env_class_check(env, &error), PPO_INVALID);
    if (!strstr(error.message, part))
        fail_msg("'%s' does not say '%s'", error.message, part);
}

// A copy of CartPole's class with one field changed is refused with these words.
#define EXPECT_REFUSAL(field, value, part)     \
    do {                                       \
        ppo_env_class broken = *ppo_env_at(0); \
        broken.field = value;                  \
        expect_refusal(&broken, part);         \
    } while (0)

static void test_broken_tables_are_refused(void **state)
{
    (void)state;
    expect_refusal(NULL, "NULL");
    EXPECT_REFUSAL(struct_size, 16, "size 16");
    EXPECT_REFUSAL(abi_version, 99, "version 99");
    EXPECT_REFUSAL(id, NULL, "no id");
    EXPECT_REFUSAL(id, "", "no id");
    EXPECT_REFUSAL(reset, NULL, "reset and step");
    EXPECT_REFUSAL(step, NULL, "reset and step");
    EXPECT_REFUSAL(instance_size, 0, "instance_size");
    EXPECT_REFUSAL(state_size, 1, "state_size");
    EXPECT_REFUSAL(save_state, no_save, "go together");
}

static void draw_nothing(const void *self, unsigned char *rgb)
{
    (void)self, (void)rgb;
}

// A class that draws pictures, with one field changed.
#define EXPECT_RENDER(field, value, part)      \
    do {                                       \
        ppo_env_class broken = *ppo_env_at(0); \
        broken.render = draw_nothing;          \
        broken.render_width = 160;             \
        broken.render_height = 4096;           \
        broken.field = value;                  \
        expect_refusal(&broken, part);         \
    } while (0)

static void test_pictures(void **state)
{
    (void)state;
    ppo_env_class env = *ppo_env_at(0);
    env.render = draw_nothing;
    env.render_width = 1;
    env.render_height = 4096;
    assert_int_equal(ppo_env_class_check(&env, NULL), PPO_OK);
    EXPECT_RENDER(render, NULL, "go with render");
    EXPECT_RENDER(render_width, 0, "[1, 4096]");
    EXPECT_RENDER(render_height, 4097, "[1, 4096]");
    EXPECT_RENDER(render_fps, -1.0, "render_fps");
    EXPECT_RENDER(render_fps, (double)NAN, "render_fps");
    EXPECT_RENDER(num_render_colours, 3, "render_colours");
}

static void test_broken_spaces_are_refused(void **state)
{
    (void)state;
    EXPECT_REFUSAL(observation_space.rank, 0, "rank");
    EXPECT_REFUSAL(observation_space.rank, 5, "rank");
    EXPECT_REFUSAL(observation_space.shape[0], 0, "shape");
    EXPECT_REFUSAL(observation_space.shape[0], UINT32_MAX, "too many");
    EXPECT_REFUSAL(observation_space.dtype, PPO_F64, "observation space: a box holds");
    EXPECT_REFUSAL(observation_space.low, not_a_number, "bound");
    EXPECT_REFUSAL(action_space.kind, (ppo_space_kind)77, "kind");
    EXPECT_REFUSAL(action_space.dtype, PPO_F32, "action space: integers");
    EXPECT_REFUSAL(action_space.num_values, NULL, "num_values");
    EXPECT_REFUSAL(action_space.num_values, no_values, "num_values");
    EXPECT_REFUSAL(action_space.shape[0], 2, "discrete");
    ppo_env_class crossed = *ppo_env_at(0);
    crossed.observation_space.low = low;
    crossed.observation_space.high = high;
    expect_refusal(&crossed, "not below");
    ppo_env_class bytes = *ppo_env_at(0);
    bytes.action_space =
        (ppo_space){.kind = PPO_SPACE_BOX, .dtype = PPO_U8, .rank = 1, .shape = {1}};
    expect_refusal(&bytes, "actions holds PPO_F32");
}

static void test_space_sizes(void **state)
{
    (void)state;
    const ppo_space frames = {
        .kind = PPO_SPACE_BOX, .dtype = PPO_U8, .rank = 3, .shape = {4, 84, 84}};
    const ppo_space matrix = {.kind = PPO_SPACE_BOX, .dtype = PPO_F32, .rank = 2, .shape = {3, 5}};
    assert_int_equal(ppo_space_size(&frames), 28224);
    assert_int_equal(ppo_space_bytes(&frames), 28224);
    assert_int_equal(ppo_space_size(&matrix), 15);
    assert_int_equal(ppo_space_bytes(&matrix), 60);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_listed_classes_are_sound),
        cmocka_unit_test(test_facts_are_gymnasiums),
        cmocka_unit_test(test_unknown_id_names_the_nearest),
        cmocka_unit_test(test_far_id_is_refused_too),
        cmocka_unit_test(test_ids),
        cmocka_unit_test(test_opening),
        cmocka_unit_test(test_kinds),
        cmocka_unit_test(test_options_of_another_version),
        cmocka_unit_test(test_broken_tables_are_refused),
        cmocka_unit_test(test_pictures),
        cmocka_unit_test(test_broken_spaces_are_refused),
        cmocka_unit_test(test_space_sizes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
