// SPDX-License-Identifier: MIT
// Modules: found, loaded once for all threads, and refused with a sentence. The modules for it are
// made of modules/*.c.
#include "core/module.h"
#include "unit/core/modules/sample.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { NUM_THREADS = 8 };

static ppo_module make(const char *name, uint32_t abi)
{
    return (ppo_module)PPO_MODULE(name, "samples", "libsample", sample_module, abi);
}

// Opening must fail; returns what is said, until the next call.
static const char *refusal(ppo_module *module, ppo_status status)
{
    static ppo_error error;
    error = (ppo_error){0};
    assert_null(ppo_module_open(module, &error));
    assert_int_equal(error.status, status);
    assert_null(ppo_module_open(module, NULL)); // no error record
    return error.message;
}

static void says(const char *message, const char *part)
{
    if (!strstr(message, part))
        fail_msg("'%s' is not in: %s", part, message);
}

static int look_among_samples(void **state)
{
    (void)state;
    return setenv("PPO_MODULE_DIR", PPO_TEST_MODULES, 1);
}

static void test_opens_where_the_variable_says(void **state)
{
    (void)state;
    ppo_module module = make("sample", SAMPLE_ABI);
    ppo_error error = {0};
    const sample_module *sample = ppo_module_open(&module, &error);
    assert_string_equal(error.message, "");
    assert_non_null(sample);
    assert_int_equal(sample->refuse(7, &error), PPO_INVALID);
    assert_string_equal(error.message, "the sample was given 7");
    // It stays open, wherever the variable points later.
    setenv("PPO_MODULE_DIR", "/nowhere", 1);
    assert_ptr_equal(ppo_module_open(&module, &error), sample);
}

static void *open_it(void *module)
{
    return (void *)ppo_module_open(module, NULL);
}

static void test_threads_share_one(void **state)
{
    (void)state;
    ppo_module module = make("sample", SAMPLE_ABI);
    pthread_t thread[NUM_THREADS];
    for (size_t i = 0; i < NUM_THREADS; i++)
        assert_int_equal(pthread_create(&thread[i], NULL, open_it, &module), 0);
    const void *table = ppo_module_open(&module, NULL);
    assert_non_null(table);
    for (size_t i = 0; i < NUM_THREADS; i++) {
        void *found = NULL;
        pthread_join(thread[i], &found);
        assert_ptr_equal(found, table);
    }
}

static void test_missing(void **state)
{
    (void)state;
    ppo_module module = make("missing", SAMPLE_ABI);
    const char *message = refusal(&module, PPO_UNSUPPORTED);
    says(message, "samples need the module missing.so");
    says(message, PPO_TEST_MODULES);
    says(message, "PPO_MODULE_DIR");
}

static void test_missing_everywhere(void **state)
{
    (void)state;
    ppo_module module = make("missing", SAMPLE_ABI);
    unsetenv("PPO_MODULE_DIR");
    const char *message = refusal(&module, PPO_UNSUPPORTED);
    char self[4096] = "";
    assert_true(readlink("/proc/self/exe", self, sizeof self - 1) > 0);
    *strrchr(self, '/') = '\0';
    self[100] = '\0'; // as much as a message holds
    says(message, "missing.so");
    says(message, self);
    says(message, "a build with libsample has it");
}

static void test_a_later_call_tries_again(void **state)
{
    (void)state;
    ppo_module module = make("sample", SAMPLE_ABI);
    setenv("PPO_MODULE_DIR", "/nowhere", 1);
    says(refusal(&module, PPO_UNSUPPORTED), "/nowhere");
    setenv("PPO_MODULE_DIR", PPO_TEST_MODULES, 1);
    assert_non_null(ppo_module_open(&module, NULL));
}

static void test_no_shared_object(void **state)
{
    (void)state;
    char folder[] = "/tmp/ppo-module-XXXXXX", path[64];
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/sample.so", folder);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs("these are no ELF headers, and there are enough of them to be read as such. ....", file);
    fclose(file);
    setenv("PPO_MODULE_DIR", folder, 1);
    ppo_module module = make("sample", SAMPLE_ABI);
    const char *message = refusal(&module, PPO_UNSUPPORTED);
    unlink(path);
    rmdir(folder);
    says(message, path);
    says(message, "can't be loaded");
    says(message, "libsample");
}

static void test_of_another_build(void **state)
{
    (void)state;
    ppo_module newer = make("sample", SAMPLE_ABI + 1);
    says(refusal(&newer, PPO_MISMATCH), "interface 3");
    ppo_module larger = make("sample", SAMPLE_ABI);
    larger.head.size += 8;
    says(refusal(&larger, PPO_MISMATCH), "is of another");
    ppo_module later = make("sample", SAMPLE_ABI);
    later.head.version[1]++;
    says(refusal(&later, PPO_MISMATCH), "build or install both together");
}

static void test_no_table(void **state)
{
    (void)state;
    ppo_module module = make("tableless", SAMPLE_ABI);
    says(refusal(&module, PPO_MISMATCH), PPO_MODULE_SYMBOL);
}

static void test_lacks_a_function(void **state)
{
    (void)state;
    ppo_module module = make("unbound", SAMPLE_ABI);
    says(refusal(&module, PPO_UNSUPPORTED), "ppo_test_missing_symbol");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_opens_where_the_variable_says, look_among_samples),
        cmocka_unit_test_setup(test_threads_share_one, look_among_samples),
        cmocka_unit_test_setup(test_missing, look_among_samples),
        cmocka_unit_test_setup(test_missing_everywhere, look_among_samples),
        cmocka_unit_test_setup(test_a_later_call_tries_again, look_among_samples),
        cmocka_unit_test_setup(test_no_shared_object, look_among_samples),
        cmocka_unit_test_setup(test_of_another_build, look_among_samples),
        cmocka_unit_test_setup(test_no_table, look_among_samples),
        cmocka_unit_test_setup(test_lacks_a_function, look_among_samples),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
