// SPDX-License-Identifier: MIT
// The configuration inside a checkpoint: what is written, read back and compared.
#include "run/checkpoint/stored_config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static ppo_config some_config(void)
{
    ppo_config config;
    ppo_config_defaults(&config);
    snprintf(config.env_id, sizeof config.env_id, "CartPole-v1");
    config.gamma = 0.75;
    return config;
}

static void set(ppo_config *config, const char *name, const char *text)
{
    ppo_error error = {0};
    if (ppo_config_set(config, name, text, &error) != PPO_OK)
        fail_msg("%s", error.message);
}

// A checkpoint's metadata with this configuration.
static ppo_bytes make_file(char *yaml, ppo_safetensors *file)
{
    const ppo_metadata pairs[] = {{"env_id", "Other-v0"}, {"config", yaml}};
    ppo_bytes bytes = {0};
    assert_int_equal(ppo_safetensors_format(&bytes, NULL, 0, pairs, yaml ? 2 : 1, NULL), PPO_OK);
    assert_int_equal(ppo_safetensors_parse(file, bytes.data, bytes.size, "FILE", NULL), PPO_OK);
    return bytes;
}

static void test_round_trip(void **state)
{
    ppo_config config = some_config(), read;
    ppo_safetensors file;
    ppo_error error = {0};
    (void)state;
    set(&config, "run_dir", "elsewhere");
    set(&config, "threads", "3");
    set(&config, "lr_schedule", "0:1,0.5:0.25,1:0");
    char *yaml = ppo_stored_config_format(&config);
    assert_non_null(yaml);
    assert_null(strstr(yaml, "elsewhere")); // the folder changes no result
    ppo_bytes bytes = make_file(yaml, &file);
    assert_int_equal(ppo_stored_config_parse(&read, &file, "FILE", &error), PPO_OK);
    assert_string_equal(read.env_id, "Other-v0"); // the file's own entry
    assert_int_equal(read.threads, 0);
    assert_int_equal(ppo_stored_config_match(&read, &config, "FILE", &error), PPO_OK);
    ppo_safetensors_release(&file);
    ppo_bytes_release(&bytes);
    free(yaml);
}

static void test_unreadable(void **state)
{
    char unknown[] = "no_such_option: 1\n";
    char *const yaml[] = {NULL, unknown};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        ppo_config read;
        ppo_safetensors file;
        ppo_error error = {0};
        ppo_bytes bytes = make_file(yaml[i], &file);
        assert_int_equal(ppo_stored_config_parse(&read, &file, "FILE", &error), PPO_CORRUPT);
        assert_non_null(strstr(error.message, i ? "can't be read" : "FILE holds no configuration"));
        ppo_safetensors_release(&file);
        ppo_bytes_release(&bytes);
    }
}

static void test_differences(void **state)
{
    const ppo_config there = some_config();
    ppo_config here = there;
    ppo_error error = {0};
    (void)state;
    set(&here, "total_timesteps", "77");
    set(&here, "run_dir", "elsewhere");
    set(&here, "env_id", "Acrobot-v1");
    assert_int_equal(ppo_stored_config_match(&there, &here, "FILE", &error), PPO_OK);
    set(&here, "gamma", "0.5");
    assert_int_equal(ppo_stored_config_match(&there, &here, "FILE", &error), PPO_MISMATCH);
    assert_string_equal(error.message, "FILE belongs to another configuration (1 difference): "
                                       "gamma: 0.75 there, 0.5 here");
    set(&here, "hidden_sizes", "9");
    assert_int_equal(ppo_stored_config_match(&there, &here, "FILE", &error), PPO_MISMATCH);
    assert_non_null(strstr(error.message, "(2 differences)"));
    assert_non_null(strstr(error.message, "hidden_sizes: 64,64 there, 9 here"));
}

// Values whose texts are longer than any message are compared whole, and named.
static void test_long_values(void **state)
{
    char text[2][400] = {"", ""};
    ppo_config there = some_config(), here = there;
    ppo_error error = {0};
    (void)state;
    for (int end = 0; end < 2; end++) {
        size_t used = 0;
        for (int i = 0; i < 8; i++) {
            char progress[32] = "0";
            if (i > 0)
                snprintf(progress, sizeof progress, i < 7 ? "0.%d2345678901234567" : "1", i);
            used += (size_t)snprintf(text[end] + used, sizeof text[end] - used,
                                     "%s%s:0.1234567890123456%d", i ? "," : "", progress,
                                     i == 7 ? 4 + 4 * end : 4);
        }
    }
    assert_true(strlen(text[0]) > PPO_TEXT_SIZE);
    set(&there, "lr_schedule", text[0]);
    set(&here, "lr_schedule", text[0]);
    assert_int_equal(ppo_stored_config_match(&there, &here, "FILE", &error), PPO_OK);
    set(&here, "lr_schedule", text[1]);
    assert_int_equal(ppo_stored_config_match(&there, &here, "FILE", &error), PPO_MISMATCH);
    assert_non_null(strstr(error.message, "lr_schedule differs"));
    char label[1000];
    memset(label, 'x', sizeof label);
    label[sizeof label - 1] = '\0';
    assert_int_equal(ppo_stored_config_match(&there, &here, label, &error), PPO_MISMATCH);
    assert_non_null(strstr(error.message, "lr_schedule differs"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_unreadable),
        cmocka_unit_test(test_differences),
        cmocka_unit_test(test_long_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
