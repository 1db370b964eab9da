// SPDX-License-Identifier: MIT
// YAML: what is read, and for each kind of bad input the sentence with file, line and key.
#include "ppo/config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static ppo_config config;

static int reset(void **state)
{
    (void)state;
    ppo_config_defaults(&config);
    return 0;
}

static void parse(const char *yaml)
{
    ppo_error error = {0};
    if (ppo_config_parse(&config, yaml, strlen(yaml), "a.yaml", &error) != PPO_OK)
        fail_msg("refused: %s", error.message);
}

// Parsing fails with a message that begins like this, and the config stays as it was.
static void refuse_bytes(const char *yaml, size_t size, const char *message)
{
    ppo_error error = {0};
    ppo_config before;
    memcpy(&before, &config, sizeof before); // padding too
    assert_int_equal(ppo_config_parse(&config, yaml, size, "a.yaml", &error), PPO_INVALID);
    if (strncmp(error.message, message, strlen(message)) != 0)
        fail_msg("'%s' does not begin with '%s'", error.message, message);
    assert_memory_equal(&before, &config, sizeof config);
    assert_int_equal(ppo_config_parse(&config, yaml, size, NULL, NULL), PPO_INVALID);
}

static void refuse(const char *yaml, const char *message)
{
    refuse_bytes(yaml, strlen(yaml), message);
}

static void test_mapping_is_read(void **state)
{
    (void)state;
    parse("# comment\n"
          "env_id: CartPole-v1   # another\n"
          "\n"
          "n_envs: 1_000\n"
          "learning-rate: 1e-3\n"
          "hidden_sizes: [128, 64]\n"
          "critic_hidden_sizes:\n  - 32\n  - 16\n"
          "lr_schedule: 0:1,1:0\n"
          "norm_adv: false\n"
          "run_dir: \"a \\u00e9\"\n");
    assert_string_equal(config.env_id, "CartPole-v1");
    assert_int_equal(config.num_envs, 1000);
    assert_true(config.learning_rate == 1e-3);
    assert_int_equal(config.hidden_sizes.width[0], 128);
    assert_int_equal(config.critic_hidden_sizes.count, 2);
    assert_int_equal(config.lr_schedule.num_points, 2);
    assert_int_equal(config.norm_adv, PPO_NORM_ADV_OFF);
    assert_string_equal(config.run_dir, "a \xC3\xA9");
}

static void test_other_writings(void **state)
{
    (void)state;
    parse("{seed: 5, gamma: 0.5}");
    assert_int_equal(config.seed, 5);
    parse("---\nseed: '6'\n...\n");
    assert_int_equal(config.seed, 6);
    parse("\xEF\xBB\xBFseed: 7\r\ngamma: 0.25\r\n");
    assert_int_equal(config.seed, 7);
    assert_true(config.gamma == 0.25);
}

static void test_nothing_changes_nothing(void **state)
{
    ppo_config before;
    memcpy(&before, &config, sizeof before); // padding too
    (void)state;
    parse("");
    parse("# only a comment\n");
    parse("---\n");
    parse("{}");
    assert_int_equal(ppo_config_parse(&config, NULL, 0, NULL, NULL), PPO_OK);
    assert_memory_equal(&before, &config, sizeof config);
}

static void test_unknown_key(void **state)
{
    (void)state;
    refuse("seed: 1\nlearning_rat: 1\n",
           "a.yaml:2: learning_rat: there is no such option; did you mean learning_rate?");
    refuse("clip_range_vf: 1\n", "a.yaml:1: clip_range_vf: there is no such option; the value");
    refuse("<<: 1\n", "a.yaml:1: <<: there is no such option");
    refuse("\"a\\nb\": 1\n", "a.yaml:1: a?b: there is no such option");
}

static void test_wrong_value(void **state)
{
    (void)state;
    refuse("seed: 1\n\ngamma: 2\n", "a.yaml:3: gamma: takes a number in [0, 1], got '2'");
    refuse("seed:\n", "a.yaml:1: seed: takes an integer in [0, 2^64), got ''");
    refuse("clip_range: x\n", "a.yaml:1: clip_coef: takes a number in (0, inf), got 'x'");
    refuse("hidden_sizes: [64, x]\n", "a.yaml:1: hidden_sizes: takes at most 8 widths");
    refuse("hidden_sizes: [1,1,1,1,1,1,1,1,1]\n", "a.yaml:1: hidden_sizes: takes at most 8");
}

static void test_duplicate_key(void **state)
{
    (void)state;
    refuse("seed: 1\ngamma: 1\nseed: 2\n", "a.yaml:3: seed: seed is already set in line 1");
    refuse("num_envs: 1\nn_envs: 2\n", "a.yaml:2: n_envs: num_envs is already set in line 1");
    refuse("anneal_lr: true\nlr_schedule: linear\n",
           "a.yaml:2: lr_schedule: lr_schedule is already set in line 1");
}

static void test_wrong_structure(void **state)
{
    (void)state;
    refuse("gamma: [0.9]\n", "a.yaml:1: gamma: takes one value, not a list");
    refuse("gamma:\n  a: 1\n", "a.yaml:2: gamma: takes one value, not a nested mapping");
    refuse("hidden_sizes: [64, [64]]\n", "a.yaml:1: hidden_sizes: takes one value, not a nested");
    refuse("hidden_sizes: [a: 1]\n", "a.yaml:1: hidden_sizes: takes one value, not a nested");
    refuse("- seed\n- 1\n", "a.yaml:1: expected lines of the form name: value");
    refuse("just words\n", "a.yaml:1: expected lines of the form name: value");
    refuse("? [a, b]\n: 1\n", "a.yaml:1: expected the name of an option");
    refuse("seed: 1\n---\nseed: 2\n", "a.yaml:2: a second document is not read");
}

static void test_anchors_and_tags(void **state)
{
    (void)state;
    refuse("seed: &x 1\neval_seed: *x\n", "a.yaml:1: seed: anchors, aliases and tags");
    refuse("seed: 1\neval_seed: *x\n", "a.yaml:2: eval_seed: anchors, aliases and tags");
    refuse("seed: !!int 1\n", "a.yaml:1: seed: anchors, aliases and tags");
    refuse("hidden_sizes: &x [1]\n", "a.yaml:1: hidden_sizes: anchors, aliases and tags");
    refuse("hidden_sizes: [1, *x]\n", "a.yaml:1: hidden_sizes: anchors, aliases and tags");
    refuse("*x : 1\n", "a.yaml:1: expected the name of an option");
    refuse("&x seed: 1\n", "a.yaml:1: expected the name of an option");
}

static void test_broken_yaml(void **state)
{
    (void)state;
    refuse("seed: 1\ngamma: [0.9\n", "a.yaml:3: not valid YAML: ");
    refuse("seed: \"1\n", "a.yaml:2: not valid YAML: ");
    refuse("seed: 1\n\tgamma: 1\n", "a.yaml:2: not valid YAML: ");
    refuse("seed: 1: 2\n", "a.yaml:1: not valid YAML: ");
    refuse("seed: \x01\n", "a.yaml: byte 6: not valid YAML: ");
    refuse("seed: \xFF\n", "a.yaml: byte 6: not valid YAML: ");
    refuse_bytes("seed\0: 1\n", 9, "a.yaml: byte 4: not valid YAML: ");
    refuse("env_id: \"a\\0b\"\n", "a.yaml:1: env_id: the value contains a zero byte");
    refuse("env_id: \"a\\nb\"\n", "a.yaml:1: env_id: takes at most 255 bytes of UTF-8 text on");
}

static void test_too_much(void **state)
{
    const size_t size = ((size_t)1 << 20) + 1;
    char *yaml = malloc(size);
    (void)state;
    assert_non_null(yaml);
    memset(yaml, '#', size);
    refuse_bytes(yaml, size, "a.yaml: 1048577 bytes are no configuration");
    assert_int_equal(ppo_config_parse(&config, yaml, size - 1, NULL, NULL), PPO_OK);
    memcpy(yaml, "env_id: ", 8);
    memset(yaml + 8, 'x', size - 8);
    refuse_bytes(yaml, size - 1, "a.yaml:1: env_id: the value is too long");
    memset(yaml, '[', size);
    assert_int_equal(ppo_config_parse(&config, yaml, size - 1, NULL, NULL), PPO_INVALID);
    memset(yaml, '{', size);
    assert_int_equal(ppo_config_parse(&config, yaml, size - 1, NULL, NULL), PPO_INVALID);
    memset(yaml, 'k', size);
    assert_int_equal(ppo_config_parse(&config, yaml, size - 1, NULL, NULL), PPO_INVALID);
    memcpy(yaml, "hidden_sizes: [", 15);
    memset(yaml + 15, ',', size - 15);
    assert_int_equal(ppo_config_parse(&config, yaml, size - 1, NULL, NULL), PPO_INVALID);
    for (size_t i = 15; i + 2 < size; i += 2)
        memcpy(yaml + i, "1,", 2);
    refuse_bytes(yaml, size - 1, "a.yaml:1: hidden_sizes: the value is too long");
    free(yaml);
}

static void test_long_label_keeps_its_end(void **state)
{
    char label[5000];
    ppo_error error = {0};
    (void)state;
    memset(label, 'd', sizeof label);
    snprintf(label + 4900, 100, "/end.yaml");
    assert_int_equal(ppo_config_parse(&config, "gamma: 2", 8, label, &error), PPO_INVALID);
    assert_non_null(strstr(error.message, "/end.yaml:1: gamma: takes a number in [0, 1], got '2'"));
}

static void test_files(void **state)
{
    char path[] = "/tmp/ppo-test-config-XXXXXX";
    ppo_error error = {0};
    (void)state;
    const int descriptor = mkstemp(path);
    assert_true(descriptor >= 0);
    assert_int_equal(write(descriptor, "seed: 9\ngama: 1\n", 16), 16);
    assert_int_equal(ppo_config_load(&config, path, &error), PPO_INVALID);
    assert_non_null(strstr(error.message, path));
    assert_non_null(
        strstr(error.message, ":2: gama: there is no such option; did you mean gamma?"));
    assert_int_equal(config.seed, 1);
    assert_int_equal(ftruncate(descriptor, 8), 0);
    assert_int_equal(ppo_config_load(&config, path, &error), PPO_OK);
    assert_int_equal(config.seed, 9);
    close(descriptor);
    unlink(path);
    assert_int_equal(ppo_config_load(&config, path, &error), PPO_NOT_FOUND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_mapping_is_read, reset),
        cmocka_unit_test_setup(test_other_writings, reset),
        cmocka_unit_test_setup(test_nothing_changes_nothing, reset),
        cmocka_unit_test_setup(test_unknown_key, reset),
        cmocka_unit_test_setup(test_wrong_value, reset),
        cmocka_unit_test_setup(test_duplicate_key, reset),
        cmocka_unit_test_setup(test_wrong_structure, reset),
        cmocka_unit_test_setup(test_anchors_and_tags, reset),
        cmocka_unit_test_setup(test_broken_yaml, reset),
        cmocka_unit_test_setup(test_too_much, reset),
        cmocka_unit_test_setup(test_long_label_keeps_its_end, reset),
        cmocka_unit_test_setup(test_files, reset),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
