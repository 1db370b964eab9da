// SPDX-License-Identifier: MIT
// Files that grow by records of three bytes: cutting back, hashes, pending records, links.
#include "run/record/append_file.h"

#include "unit/run/support/scratch.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static size_t threes(const char *bytes, size_t size)
{
    (void)bytes;
    return size - size % 3;
}

static bool reopen(ppo_append_file *file, const char *name, uint64_t size, const uint64_t *hash)
{
    bool changed;
    ppo_error error = {0};
    if (ppo_append_file_open(file, scratch_path(name), threes, size, hash, &changed, &error))
        fail_msg("%s", error.message);
    return changed;
}

static void add(ppo_append_file *file, const char *record)
{
    ppo_error error = {0};
    assert_int_equal(ppo_append_file_add(file, record, strlen(record), &error), PPO_OK);
}

static void assert_text(const char *name, const char *text)
{
    size_t size;
    char *data = scratch_read(&size, scratch_path(name));
    assert_non_null(data);
    assert_string_equal(data, text);
    free(data);
}

static void test_cut_back_and_go_on(void **state)
{
    ppo_append_file file;
    (void)state;
    assert_false(reopen(&file, "a", 0, NULL));
    assert_true(file.size == 0 && file.descriptor > 2);
    add(&file, "abc");
    add(&file, "def");
    assert_text("a", "abcdef"); // at once
    assert_int_equal(ppo_append_file_sync(&file, NULL), PPO_OK);
    const uint64_t size = file.size, hash = file.hash;
    add(&file, "ghi");
    ppo_append_file_close(&file);
    assert_true(file.descriptor == -1);
    assert_false(reopen(&file, "a", size, &hash));
    assert_text("a", "abcdef");
    add(&file, "xyz");
    ppo_append_file_close(&file);
    assert_text("a", "abcdefxyz");
}

static void test_torn_and_changed(void **state)
{
    ppo_append_file file;
    (void)state;
    assert_true(scratch_write(scratch_path("b"), "abcde", 5));
    assert_true(reopen(&file, "b", 6, NULL)); // shorter than it was: the torn record goes
    assert_int_equal(file.size, 3);
    assert_text("b", "abc");
    assert_int_equal(ppo_append_file_sync(&file, NULL), PPO_OK);
    const uint64_t hash = file.hash, other = hash + 1;
    ppo_append_file_close(&file);
    assert_false(reopen(&file, "b", 3, &hash));
    ppo_append_file_close(&file);
    assert_true(reopen(&file, "b", 3, &other)); // as long, but other bytes
    assert_text("b", "abc");
    ppo_append_file_close(&file);
}

// In a child whose files may be 4 bytes long. Returns 0 if the record is pending and then written.
static int write_on_a_full_disk(void)
{
    ppo_append_file file;
    ppo_error error = {0};
    const struct rlimit small = {4, RLIM_INFINITY}, large = {RLIM_INFINITY, RLIM_INFINITY};
    signal(SIGXFSZ, SIG_IGN);
    reopen(&file, "c", 0, NULL);
    add(&file, "abc");
    if (setrlimit(RLIMIT_FSIZE, &small) != 0)
        return 1;
    if (ppo_append_file_add(&file, "def", 3, &error) != PPO_IO || file.size != 4 ||
        file.pending.size != 2)
        return 2;
    if (ppo_append_file_sync(&file, &error) != PPO_IO)
        return 3;
    if (setrlimit(RLIMIT_FSIZE, &large) != 0)
        return 4;
    return ppo_append_file_add(&file, "ghi", 3, &error) == PPO_OK && file.size == 9 ? 0 : 5;
}

static void test_pending_records(void **state)
{
    int verdict;
    (void)state;
    const pid_t child = fork();
    if (child == 0)
        _exit(write_on_a_full_disk());
    assert_int_equal(waitpid(child, &verdict, 0), child);
    assert_int_equal(verdict, 0);
    assert_text("c", "abcdefghi");
}

static void test_links_and_fifos(void **state)
{
    ppo_append_file file;
    ppo_error error = {0};
    bool changed;
    (void)state;
    assert_true(scratch_write(scratch_path("target"), "abc", 3));
    assert_int_equal(symlink("target", scratch_path("link")), 0);
    assert_int_equal(
        ppo_append_file_open(&file, scratch_path("link"), threes, 0, NULL, &changed, &error),
        PPO_IO);
    assert_true(file.descriptor == -1);
    assert_text("target", "abc");
    assert_int_equal(
        ppo_append_file_open(&file, scratch_path("no/where"), threes, 0, NULL, &changed, &error),
        PPO_IO);
    assert_non_null(strstr(error.message, "no/where"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cut_back_and_go_on),
        cmocka_unit_test(test_torn_and_changed),
        cmocka_unit_test(test_pending_records),
        cmocka_unit_test(test_links_and_fifos),
    };
    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
