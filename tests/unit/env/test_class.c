// SPDX-License-Identifier: MIT
// Tables of every length that a class may have, made whole by whole fields; the library's own part
// of a class.
#include "env/class.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

// A table of `size` bytes whose every byte is set, at the end of its memory, so that a sanitiser
// sees a read behind it.
static ppo_env_class *table_of(size_t size)
{
    unsigned char *bytes = malloc(size);
    assert_non_null(bytes);
    memset(bytes, 0x11, size);
    memcpy(bytes, &(uint32_t){(uint32_t)size}, sizeof(uint32_t)); // struct_size
    return (ppo_env_class *)(void *)bytes;
}

static void test_whole_fields(void **state)
{
    (void)state;
    static const size_t begins[] = {
        offsetof(ppo_env_class, draw),           offsetof(ppo_env_class, step_many),
        offsetof(ppo_env_class, step_many_size), offsetof(ppo_env_class, action_mask),
        offsetof(ppo_env_class, extension),      sizeof(ppo_env_class)};
    for (size_t size = PPO_ENV_CLASS_MIN_SIZE; size < sizeof(ppo_env_class); size++) {
        ppo_env_class copy, *env = table_of(size);
        const unsigned char *bytes = (const unsigned char *)&copy;
        assert_ptr_equal(ppo_env_class_whole(&copy, env), &copy);
        assert_int_equal(copy.struct_size, sizeof copy);
        assert_true(copy.render != NULL);
        for (size_t i = 0; i + 1 < sizeof begins / sizeof begins[0]; i++)
            for (size_t at = begins[i]; at < begins[i + 1]; at++)
                assert_int_equal(bytes[at], size >= begins[i + 1] ? 0x11 : 0);
        assert_ptr_equal(copy.extension, NULL);
        free(env);
    }
    ppo_env_class copy, *env = table_of(sizeof(ppo_env_class) + 8);
    assert_ptr_equal(ppo_env_class_whole(&copy, env), env);
    free(env);
}

static void set_version(void *table, uint32_t version)
{
    memcpy((unsigned char *)table + offsetof(ppo_env_class, abi_version), &version, sizeof version);
}

// Tables that end anywhere before the first version's: nothing behind their end is read.
static void test_short_tables(void **state)
{
    (void)state;
    for (size_t size = sizeof(uint32_t); size < PPO_ENV_CLASS_MIN_SIZE; size++) {
        ppo_env_class *env = table_of(size);
        char text[32];
        ppo_error error = {.status = PPO_OK};
        if (size >= offsetof(ppo_env_class, id))
            set_version(env, PPO_ENV_ABI_VERSION);
        assert_int_equal(ppo_env_class_fault(env, &error), PPO_CLASS_STRUCT_SIZE);
        snprintf(text, sizeof text, "size %zu;", size);
        assert_non_null(strstr(error.message, text));
        if (size >= offsetof(ppo_env_class, id)) {
            set_version(env, 7);
            assert_int_equal(ppo_env_class_fault(env, &error), PPO_CLASS_ABI_VERSION);
        }
        free(env);
    }
}

static void test_extension(void **state)
{
    (void)state;
    static const ppo_env_extension extension = {.has_processes = true};
    ppo_env_class env = {.struct_size = sizeof env, .extension = &extension};
    assert_ptr_equal(ppo_env_class_extension(&env), &extension);
    env.struct_size--; // an older table: what lies there is not its own
    assert_false(ppo_env_class_extension(&env)->has_processes);
    assert_null(ppo_env_class_extension(&env)->close);
    env = (ppo_env_class){.struct_size = sizeof env};
    assert_false(ppo_env_class_extension(&env)->has_processes);
    assert_null(ppo_env_class_extension(&env)->count_failures);
    for (size_t i = 0; i < ppo_env_count(); i++)
        assert_null(ppo_env_class_extension(ppo_env_at(i))->close);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_whole_fields),
        cmocka_unit_test(test_short_tables),
        cmocka_unit_test(test_extension),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
