// SPDX-License-Identifier: MIT
// The option table: it covers ppo_config, its names are unambiguous, its defaults are the promised
// ones; setting by name, by alias and by foreign switch, with the message of each refusal.
#include "config/table.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static ppo_config config;

static void set(const char *name, const char *text)
{
    ppo_error error = {0};
    if (ppo_config_set(&config, name, text, &error) != PPO_OK)
        fail_msg("%s = '%s' was refused: %s", name, text, error.message);
}

// Setting fails, leaves the config alone and says exactly `message`.
static void refuse(const char *name, const char *text, const char *message)
{
    ppo_error error = {0};
    ppo_config before;
    memcpy(&before, &config, sizeof before); // padding too
    assert_int_equal(ppo_config_set(&config, name, text, &error), PPO_INVALID);
    assert_int_equal(error.status, PPO_INVALID);
    assert_string_equal(error.message, message);
    assert_memory_equal(&before, &config, sizeof config);
    assert_int_equal(ppo_config_set(&config, name, text, NULL), PPO_INVALID);
}

static int reset(void **state)
{
    (void)state;
    ppo_config_defaults(&config);
    return 0;
}

// Rows follow the fields' order and leave gaps of alignment only: no field is without a row.
static void test_table_covers_the_struct(void **state)
{
    size_t end = offsetof(ppo_config, env_id);
    (void)state;
    for (size_t i = 0; i < PPO_OPTION_COUNT; i++) {
        const ppo_option_row *row = &ppo_option_rows[i];
        if (row->offset < end || row->offset - end >= 8)
            fail_msg("%s does not follow the row before it", row->option.name);
        end = row->offset + row->size;
    }
    assert_true(offsetof(ppo_config, set_by) - end < 8);
}

static bool has_word(const char *words, const char *word)
{
    char padded[256], wanted[80];
    snprintf(padded, sizeof padded, " %s ", words);
    snprintf(wanted, sizeof wanted, " %s ", word);
    return strstr(padded, wanted) != NULL;
}

// Each alias leads to its own row: no name or alias occurs twice.
static void test_names_are_unambiguous(void **state)
{
    (void)state;
    for (size_t i = 0; i < ppo_option_count(); i++) {
        char words[256];
        snprintf(words, sizeof words, "%s %s", ppo_option_at(i).name, ppo_option_at(i).aliases);
        for (char *word = strtok(words, " "); word; word = strtok(NULL, " ")) {
            ppo_option_index index;
            const char *text = "?";
            assert_int_equal(ppo_option_resolve(&index, &text, word, NULL), PPO_OK);
            assert_int_equal(index, i);
            for (size_t j = 0; j < ppo_option_count(); j++)
                assert_false(j != i && (has_word(ppo_option_at(j).aliases, word) ||
                                        strcmp(ppo_option_at(j).name, word) == 0));
        }
    }
}

static void test_public_rows_are_complete(void **state)
{
    (void)state;
    assert_int_equal(ppo_option_count(), PPO_OPTION_COUNT);
    for (size_t i = 0; i < ppo_option_count(); i++) {
        const ppo_option option = ppo_option_at(i);
        assert_true(strlen(option.group) > 0 && strlen(option.type) > 0);
        assert_true(option.help[strlen(option.help) - 1] == '.');
        assert_true(option.range && option.aliases && option.default_text);
        assert_int_equal(option.changes_result, strcmp(option.group, "Run") != 0);
    }
    assert_string_equal(ppo_option_at(PPO_OPTION_activation).type, "tanh|relu");
    assert_string_equal(ppo_option_at(PPO_OPTION_gamma).type, "number");
    assert_string_equal(ppo_option_at(PPO_OPTION_gamma).range, "[0, 1]");
    assert_string_equal(ppo_option_at(PPO_OPTION_adam_beta1).range, "[0, 1)");
    assert_string_equal(ppo_option_at(PPO_OPTION_clip_coef).range, "(0, inf)");
    assert_string_equal(ppo_option_at(PPO_OPTION_total_timesteps).range, "[1, 1e15]");
}

// The default text is the canonical one.
static void test_default_texts_are_canonical(void **state)
{
    (void)state;
    for (size_t i = 0; i < ppo_option_count(); i++) {
        char text[1024];
        ppo_option_format(&config, i, text, sizeof text);
        assert_string_equal(text, ppo_option_at(i).default_text);
    }
}

static void test_defaults_are_the_promised_ones(void **state)
{
    (void)state;
    assert_string_equal(config.env_id, "");
    assert_int_equal(config.seed, 1);
    assert_int_equal(config.total_timesteps, 500000);
    assert_int_equal(config.num_envs, 8);
    assert_int_equal(config.num_steps, 128);
    assert_int_equal(ppo_config_batch_size(&config), 1024);
    assert_int_equal(ppo_config_minibatch_size(&config), 64);
    assert_int_equal(ppo_config_num_iterations(&config), 489);
    assert_true(config.norm_obs && config.norm_reward && config.gamma == 0.995);
    assert_true(config.learning_rate == 5e-4 && config.adam_eps == 1e-5);
    assert_true(config.hidden_gain == sqrt(2.0));
    assert_int_equal(config.lr_schedule.kind, PPO_SCHEDULE_LINEAR);
    assert_int_equal(config.clip_schedule.kind, PPO_SCHEDULE_CONSTANT);
    assert_int_equal(config.hidden_sizes.count, 2);
    assert_int_equal(config.hidden_sizes.width[1], 64);
    assert_int_equal(config.critic_hidden_sizes.count, 0);
    assert_true(!config.clip_vloss && config.eval_deterministic && isnan(config.solved_return));
    assert_int_equal(ppo_config_check(&config, NULL), PPO_OK);
}

static void test_enumerations_follow_their_constants(void **state)
{
    (void)state;
    set("activation", "relu");
    assert_int_equal(config.activation, PPO_ACTIVATION_RELU);
    set("activation", "Tanh");
    assert_int_equal(config.activation, PPO_ACTIVATION_TANH);
    set("norm_adv", "batch");
    assert_int_equal(config.norm_adv, PPO_NORM_ADV_BATCH);
    set("norm_adv", "off");
    assert_int_equal(config.norm_adv, PPO_NORM_ADV_OFF);
    set("norm_adv", "minibatch");
    assert_int_equal(config.norm_adv, PPO_NORM_ADV_MINIBATCH);
    set("std_source", "exp");
    assert_int_equal(config.std_source, PPO_STD_EXP);
    set("std_source", "sigmoid");
    assert_int_equal(config.std_source, PPO_STD_SIGMOID);
    set("std_source", "parameter");
    assert_int_equal(config.std_source, PPO_STD_PARAMETER);
    set("action_bound", "tanh");
    assert_int_equal(config.action_bound, PPO_ACTION_TANH);
    set("action_bound", "raw");
    assert_int_equal(config.action_bound, PPO_ACTION_RAW);
    set("action_bound", "clip");
    assert_int_equal(config.action_bound, PPO_ACTION_CLIP);
}

static void test_values_are_read(void **state)
{
    (void)state;
    set("total-timesteps", "1e7");
    assert_int_equal(config.total_timesteps, 10000000);
    set("seed", "18446744073709551615");
    assert_true(config.seed == UINT64_MAX);
    set("num_envs", " 1_000 ");
    assert_int_equal(config.num_envs, 1000);
    set("norm-obs", "True");
    assert_true(config.norm_obs);
    set("norm_obs", "no");
    assert_false(config.norm_obs);
    set("solved_return", "-110");
    assert_true(config.solved_return == -110);
    set("solved_return", "None");
    assert_true(isnan(config.solved_return));
    set("env_id", "ALE/Pong-v5");
    assert_string_equal(config.env_id, "ALE/Pong-v5");
    set("run_dir", "runs/\xC3\xA4 b");
    assert_string_equal(config.run_dir, "runs/\xC3\xA4 b");
}

static void test_widths_are_read(void **state)
{
    (void)state;
    set("hidden_sizes", "[512, 256]");
    assert_int_equal(config.hidden_sizes.count, 2);
    assert_int_equal(config.hidden_sizes.width[0], 512);
    set("hidden_sizes", "32");
    assert_int_equal(config.hidden_sizes.count, 1);
    assert_int_equal(config.hidden_sizes.width[1], 0);
    set("hidden_sizes", "[]");
    assert_int_equal(config.hidden_sizes.count, 0);
}

static void test_schedules_are_read(void **state)
{
    (void)state;
    set("clip_schedule", "cosine");
    assert_int_equal(config.clip_schedule.kind, PPO_SCHEDULE_COSINE);
    set("lr_schedule", "0:1, 0.5:0.3, 1:0");
    assert_int_equal(config.lr_schedule.kind, PPO_SCHEDULE_PIECEWISE);
    assert_int_equal(config.lr_schedule.num_points, 3);
    assert_true(config.lr_schedule.progress[1] == 0.5 && config.lr_schedule.factor[1] == 0.3);
}

static void test_wrong_values_are_refused(void **state)
{
    (void)state;
    refuse("clip_coef", "abc", "clip_coef: takes a number in (0, inf), got 'abc'");
    refuse("clip_range", "0", "clip_coef: takes a number in (0, inf), got '0'");
    refuse("gamma", "1.01", "gamma: takes a number in [0, 1], got '1.01'");
    refuse("gamma", "", "gamma: takes a number in [0, 1], got ''");
    refuse("gamma", "nan", "gamma: takes a number in [0, 1], got 'nan'");
    refuse("ent_coef", "inf", "ent_coef: takes a number in [0, inf), got 'inf'");
    refuse("adam_beta2", "1", "adam_beta2: takes a number in [0, 1), got '1'");
    refuse("num_envs", "0", "num_envs: takes an integer in [1, 1e6], got '0'");
    refuse("num_steps", "1.5", "num_steps: takes an integer in [1, 1e9], got '1.5'");
    refuse("minibatch_size", "4294967297",
           "minibatch_size: takes an integer in [0, 2147483648], got '4294967297'");
    refuse("seed", "-1", "seed: takes an integer in [0, 2^64), got '-1'");
    refuse("norm_obs", "maybe", "norm_obs: takes true or false, got 'maybe'");
    refuse("activation", "gelu", "activation: takes one of tanh|relu, got 'gelu'");
    refuse("activation", "tan", "activation: takes one of tanh|relu, got 'tan'");
    refuse("solved_return", "high",
           "solved_return: takes a number in (-inf, inf) or none, got 'high'");
}

static void test_wrong_widths_and_schedules_are_refused(void **state)
{
    static const char *const widths[] = {
        "64,", ",64", "64 64", "[64", "0", "65537", "1,1,1,1,1,1,1,1,1"};
    static const char *const schedules[] = {
        "",          "lin",       "0:1",       "0:1,1",
        "0:1,1:-1",  "0.1:1,1:0", "0:1,0.9:0", "0:1,0.5:1,0.5:0,1:0",
        "0:1,1:inf", "0:1,1:0,",  "1:0,0:1",   "0:1,.1:1,.2:1,.3:1,.4:1,.5:1,.6:1,.7:1,1:0"};
    char message[512];
    (void)state;
    for (size_t i = 0; i < sizeof widths / sizeof *widths; i++) {
        snprintf(message, sizeof message,
                 "hidden_sizes: takes at most 8 widths in [1, 65536], such as 64,64, got '%s'",
                 widths[i]);
        refuse("hidden_sizes", widths[i], message);
    }
    for (size_t i = 0; i < sizeof schedules / sizeof *schedules; i++) {
        snprintf(message, sizeof message,
                 "lr_schedule: takes constant, linear, cosine or 2 to 8 points progress:factor, "
                 "such as 0:1,0.5:0.3,1:0, with progress rising from 0 to 1 and no factor below 0, "
                 "got '%s'",
                 schedules[i]);
        refuse("lr_schedule", schedules[i], message);
    }
}

static void test_wrong_texts_are_refused(void **state)
{
    char text[PPO_TEXT_SIZE + 1];
    (void)state;
    refuse("env_id", "a\nb",
           "env_id: takes at most 255 bytes of UTF-8 text on one line, got 'a?b'");
    refuse("env_id", "\xFFx\xC0\x80",
           "env_id: takes at most 255 bytes of UTF-8 text on one line, got '?x?"
           "?'");
    memset(text, 'x', sizeof text);
    text[PPO_TEXT_SIZE] = '\0';
    assert_int_equal(ppo_config_set(&config, "env_id", text, NULL), PPO_INVALID);
    text[PPO_TEXT_SIZE - 1] = '\0';
    assert_int_equal(ppo_config_set(&config, "env_id", text, NULL), PPO_OK);
}

static void test_unknown_names_get_the_nearest(void **state)
{
    char name[300];
    (void)state;
    refuse("learning_rat", "1",
           "learning_rat: there is no such option; did you mean "
           "learning_rate?");
    refuse("Gamma", "1", "Gamma: there is no such option; did you mean gamma?");
    refuse("clip_rnage", "1",
           "clip_rnage: there is no such option; did you mean clip_range, another name for "
           "clip_coef?");
    refuse("aneal_lr", "1",
           "aneal_lr: there is no such option; did you mean anneal_lr, another name for "
           "lr_schedule?");
    refuse("zzz", "1", "zzz: there is no such option");
    refuse("", "1", ": there is no such option");
    refuse("a\nb\x01", "1", "a?b?: there is no such option");
    memset(name, 'x', sizeof name);
    name[sizeof name - 1] = '\0';
    assert_int_equal(ppo_config_set(&config, name, "1", NULL), PPO_INVALID);
}

static void test_names_of_stable_baselines(void **state)
{
    (void)state;
    set("n_envs", "16");
    set("n-steps", "256");
    set("batch_size", "64");
    set("n_epochs", "10");
    set("clip_range", "0.1");
    set("normalize_advantage", "False");
    set("lr", "3e-4");
    set("n_timesteps", "2e5");
    assert_int_equal(config.num_envs, 16);
    assert_int_equal(config.num_steps, 256);
    assert_int_equal(config.minibatch_size, 64);
    assert_int_equal(config.update_epochs, 10);
    assert_true(config.clip_coef == 0.1 && config.learning_rate == 3e-4);
    assert_int_equal(config.norm_adv, PPO_NORM_ADV_OFF);
    assert_int_equal(config.total_timesteps, 200000);
    refuse("clip_range_vf", "0.2",
           "clip_range_vf: there is no such option; the value loss is clipped by clip_vloss true "
           "or false, within clip_coef");
    refuse("eval-freq", "1000",
           "eval_freq: there is no such option; set eval_every instead, which counts iterations, "
           "not steps");
}

static void test_names_of_cleanrl(void **state)
{
    (void)state;
    set("env-id", "CartPole-v1");
    set("env", "Acrobot-v1");
    assert_string_equal(config.env_id, "Acrobot-v1");
    set("anneal-lr", "false");
    assert_int_equal(config.lr_schedule.kind, PPO_SCHEDULE_CONSTANT);
    set("anneal_lr", "True");
    assert_int_equal(config.lr_schedule.kind, PPO_SCHEDULE_LINEAR);
    set("norm_adv", "false");
    assert_int_equal(config.norm_adv, PPO_NORM_ADV_OFF);
    set("norm_adv", "true");
    assert_int_equal(config.norm_adv, PPO_NORM_ADV_MINIBATCH);
    set("clip_vloss", "False");
    assert_false(config.clip_vloss);
    set("num_minibatches", "8");
    assert_int_equal(config.num_minibatches, 8);
    refuse("anneal_lr", "cosine",
           "anneal_lr: takes true or false, got 'cosine'; for more choices set lr_schedule");
}

// All values that an option may take twice are the same under another spelling; any other differs.
static void test_options_are_compared_as_values(void **state)
{
    static const struct {
        ppo_option_index index;
        const char *text, *same, *other;
    } cases[] = {
        {PPO_OPTION_total_timesteps, "1e6", "1_000_000", "1000001"},
        {PPO_OPTION_seed, "18446744073709551615", "18446744073709551615", "18446744073709551614"},
        {PPO_OPTION_num_envs, "8", "8.0", "9"},
        {PPO_OPTION_gamma, "0.99", "9.9e-1", "0.9900000000000001"},
        {PPO_OPTION_solved_return, "none", "nan", "0"},
        {PPO_OPTION_norm_obs, "yes", "1", "no"},
        {PPO_OPTION_activation, "relu", "RELU", "tanh"},
        {PPO_OPTION_run_dir, "runs/a", "runs/a", "runs/b"},
        {PPO_OPTION_hidden_sizes, "64,64", "[64, 64]", "64,65"},
        {PPO_OPTION_hidden_sizes, "64", "[64]", "64,64"},
        {PPO_OPTION_lr_schedule, "0:1,1:0.50", "0.0:1, 1:5e-1", "0:1,1:0.25"},
        {PPO_OPTION_lr_schedule, "linear", "Linear", "0:1,1:0"},
    };
    ppo_config other;
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *name = ppo_option_at(cases[i].index).name;
        set(name, cases[i].text);
        other = config;
        assert_true(ppo_option_equal(&config, &other, cases[i].index));
        assert_int_equal(ppo_config_set(&other, name, cases[i].same, NULL), PPO_OK);
        if (!ppo_option_equal(&config, &other, cases[i].index))
            fail_msg("%s: %s and %s differ", name, cases[i].text, cases[i].same);
        assert_int_equal(ppo_config_set(&other, name, cases[i].other, NULL), PPO_OK);
        if (ppo_option_equal(&config, &other, cases[i].index) ||
            ppo_option_equal(&other, &config, cases[i].index))
            fail_msg("%s: %s and %s are the same", name, cases[i].text, cases[i].other);
    }
}

// Two schedules whose texts agree in their first 300 characters.
static void test_long_schedules_differ_at_their_end(void **state)
{
    ppo_config other;
    (void)state;
    config.lr_schedule = (ppo_schedule){.kind = PPO_SCHEDULE_PIECEWISE, .num_points = 8};
    for (uint32_t i = 0; i < 8; i++) {
        config.lr_schedule.progress[i] = i / 7.0;
        config.lr_schedule.factor[i] = 1.0 / (3.0 + i);
    }
    other = config;
    assert_true(ppo_option_equal(&config, &other, PPO_OPTION_lr_schedule));
    other.lr_schedule.factor[7] += 0x1p-54;
    assert_false(ppo_option_equal(&config, &other, PPO_OPTION_lr_schedule));
}

// Every option in turn: set by its default, by YAML even to its default's value, by its name, by an
// alias.
static void test_who_set_an_option_is_known(void **state)
{
    (void)state;
    for (size_t i = 0; i < ppo_option_count(); i++) {
        const ppo_option option = ppo_option_at(i);
        char yaml[1200], text[1024], alias[64];
        ppo_config_defaults(&config);
        ppo_option_format(&config, i, text, sizeof text);
        for (size_t j = 0; j < ppo_option_count(); j++)
            assert_int_equal(ppo_option_set_by(&config, j), PPO_SET_BY_DEFAULTS);
        snprintf(yaml, sizeof yaml, "%s: \"%s\"\n", option.name, text);
        assert_int_equal(ppo_config_parse(&config, yaml, strlen(yaml), "text", NULL), PPO_OK);
        for (size_t j = 0; j < ppo_option_count(); j++)
            assert_int_equal(ppo_option_set_by(&config, j),
                             i == j ? PPO_SET_BY_YAML : PPO_SET_BY_DEFAULTS);
        set(option.name, text);
        assert_int_equal(ppo_option_set_by(&config, i), PPO_SET_BY_NAME);
        if (!option.aliases[0])
            continue;
        ppo_config_defaults(&config);
        snprintf(alias, sizeof alias, "%.*s", (int)strcspn(option.aliases, " "), option.aliases);
        set(alias, text);
        assert_int_equal(ppo_option_set_by(&config, i), PPO_SET_BY_NAME);
    }
    ppo_config_defaults(&config);
    set("anneal_lr", "false"); // a switch of CleanRL's
    assert_int_equal(ppo_option_set_by(&config, PPO_OPTION_lr_schedule), PPO_SET_BY_NAME);
    assert_int_equal(ppo_config_set(&config, "gamma", "2", NULL), PPO_INVALID);
    assert_int_equal(ppo_option_set_by(&config, PPO_OPTION_gamma), PPO_SET_BY_DEFAULTS);
}

static void test_foreign_sizes_are_refused(void **state)
{
    static const size_t sizes[] = {0, sizeof(ppo_config) - 8, sizeof(ppo_config) + 8};
    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        ppo_error error = {0};
        config.struct_size = sizes[i];
        assert_int_equal(ppo_config_set(&config, "gamma", "0.5", &error), PPO_INVALID);
        assert_non_null(strstr(error.message, "ppo_config_defaults"));
        assert_int_equal(ppo_config_parse(&config, "", 0, "text", NULL), PPO_INVALID);
        assert_int_equal(ppo_config_check(&config, NULL), PPO_INVALID);
    }
    config.struct_size = sizeof config;
    assert_int_equal(ppo_config_check(&config, NULL), PPO_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_table_covers_the_struct, reset),
        cmocka_unit_test_setup(test_names_are_unambiguous, reset),
        cmocka_unit_test_setup(test_public_rows_are_complete, reset),
        cmocka_unit_test_setup(test_default_texts_are_canonical, reset),
        cmocka_unit_test_setup(test_defaults_are_the_promised_ones, reset),
        cmocka_unit_test_setup(test_enumerations_follow_their_constants, reset),
        cmocka_unit_test_setup(test_values_are_read, reset),
        cmocka_unit_test_setup(test_widths_are_read, reset),
        cmocka_unit_test_setup(test_schedules_are_read, reset),
        cmocka_unit_test_setup(test_wrong_values_are_refused, reset),
        cmocka_unit_test_setup(test_wrong_widths_and_schedules_are_refused, reset),
        cmocka_unit_test_setup(test_wrong_texts_are_refused, reset),
        cmocka_unit_test_setup(test_unknown_names_get_the_nearest, reset),
        cmocka_unit_test_setup(test_names_of_stable_baselines, reset),
        cmocka_unit_test_setup(test_names_of_cleanrl, reset),
        cmocka_unit_test_setup(test_options_are_compared_as_values, reset),
        cmocka_unit_test_setup(test_long_schedules_differ_at_their_end, reset),
        cmocka_unit_test_setup(test_who_set_an_option_is_known, reset),
        cmocka_unit_test_setup(test_foreign_sizes_are_refused, reset),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
