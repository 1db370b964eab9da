// SPDX-License-Identifier: MIT
// The cache of compiled kernels: what is stored comes back under its key alone; a file that is cut,
// changed or of another key is none; without a folder nothing is stored and nothing fails.

#include "nn/opencl_cache.h"
#include "unit/run/support/scratch.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char key[] = "platform\ndevice\ndriver";
static const unsigned char data[] = {7, 0, 255, 1, 2, 3};

// Of the file that `key` has.
static const char *file_path(void)
{
    char name[80];
    snprintf(name, sizeof name, "ppo/opencl/%016" PRIx64 ".bin",
             ppo_opencl_cache_hash(key, strlen(key)));
    return scratch_path(name);
}

static bool is_there(const char *wanted)
{
    size_t size = 0;
    unsigned char *found = ppo_opencl_cache_load(wanted, &size);
    const bool same = found && size == sizeof data && memcmp(found, data, size) == 0;
    assert_true(!found || same);
    free(found);
    return same;
}

static void test_stored(void **state)
{
    (void)state;
    assert_false(is_there(key));
    ppo_opencl_cache_store(key, data, sizeof data);
    assert_true(is_there(key));
    assert_false(is_there("platform\ndevice\nanother driver"));
    assert_true(scratch_exists(file_path()));
}

// Every byte matters, and so does the length.
static void test_damaged(void **state)
{
    (void)state;
    size_t size;
    ppo_opencl_cache_store(key, data, sizeof data);
    char *file = scratch_read(&size, file_path());
    assert_non_null(file);
    for (size_t i = 0; i < size; i++) {
        assert_true(scratch_write(file_path(), file, i));
        assert_false(is_there(key));
        assert_true(scratch_write(file_path(), file, size));
        assert_true(scratch_damage(file_path(), i));
        assert_false(is_there(key));
    }
    assert_true(scratch_write(file_path(), file, size));
    assert_true(is_there(key));
    free(file);
}

static void test_no_folder(void **state)
{
    (void)state;
    setenv("XDG_CACHE_HOME", "/proc/none", 1);
    ppo_opencl_cache_store(key, data, sizeof data);
    assert_false(is_there(key));
    unsetenv("XDG_CACHE_HOME");
    unsetenv("HOME");
    ppo_opencl_cache_store(key, data, sizeof data);
    assert_false(is_there(key));
}

static int use_scratch(void **state)
{
    const int status = scratch_make(state);
    setenv("XDG_CACHE_HOME", scratch_path("."), 1);
    return status;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stored),
        cmocka_unit_test(test_damaged),
        cmocka_unit_test(test_no_folder),
    };
    return cmocka_run_group_tests(tests, use_scratch, scratch_remove);
}
