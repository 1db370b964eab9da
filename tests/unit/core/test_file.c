// SPDX-License-Identifier: MIT
// ppo_file_*: published whole or not at all, and failures said in a sentence.
// Runs as root too, so nothing here relies on permission bits.
#include "core/file.h"

#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static char dir[] = "/tmp/ppo-file-XXXXXX";

static const char *in_dir(const char *name)
{
    static char paths[4][512];
    static unsigned turn;
    char *path = paths[turn++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", dir, name);
    return path;
}

static void assert_holds(const char *path, const char *text)
{
    char *data;
    size_t size;
    ppo_error error = {0};
    assert_int_equal(ppo_file_read(&data, &size, path, 1 << 20, &error), PPO_OK);
    assert_int_equal(size, strlen(text));
    assert_string_equal(data, text);
    free(data);
}

static size_t count_temporaries(void)
{
    size_t count = 0;
    const struct dirent *entry;
    DIR *folder = opendir(dir);
    assert_non_null(folder);
    while ((entry = readdir(folder)))
        count += strstr(entry->d_name, ".tmp") != NULL;
    closedir(folder);
    return count;
}

static ppo_status publish(const char *path, const char *text, ppo_error *error)
{
    return ppo_file_publish(path, text, strlen(text), error);
}

static void test_publish_replaces(void **state)
{
    (void)state;
    ppo_error error = {0};
    assert_int_equal(publish(in_dir("a"), "one", &error), PPO_OK);
    assert_holds(in_dir("a"), "one");
    assert_int_equal(publish(in_dir("a"), "", &error), PPO_OK);
    assert_holds(in_dir("a"), "");
    assert_int_equal(count_temporaries(), 0);
}

static void test_publish_keeps_previous(void **state)
{
    (void)state;
    ppo_error error = {0};
    const char *texts[] = {"one", "two", "three"};
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(
            ppo_file_publish_keep(in_dir("b"), in_dir("b.old"), texts[i], strlen(texts[i]), &error),
            PPO_OK);
    assert_holds(in_dir("b"), "three");
    assert_holds(in_dir("b.old"), "two");
    assert_int_equal(count_temporaries(), 0);
}

static void test_stale_temporary_is_stepped_over(void **state)
{
    char name[600];
    (void)state;
    ppo_error error = {0};
    snprintf(name, sizeof name, "%s.%ld-0.tmp", in_dir("c"), (long)getpid());
    FILE *stale = fopen(name, "w");
    assert_non_null(stale);
    fclose(stale);
    assert_int_equal(publish(in_dir("c"), "new", &error), PPO_OK);
    assert_holds(in_dir("c"), "new");
    unlink(name);
}

static void test_missing_folder(void **state)
{
    (void)state;
    ppo_error error = {0};
    assert_int_equal(publish(in_dir("nowhere/a"), "x", &error), PPO_IO);
    assert_non_null(strstr(error.message, "nowhere/a"));
    assert_non_null(strstr(error.message, "No such file or directory"));
}

static void test_path_under_a_file(void **state)
{
    (void)state;
    ppo_error error = {0};
    assert_int_equal(publish(in_dir("plain"), "x", &error), PPO_OK);
    assert_int_equal(publish(in_dir("plain/a"), "x", &error), PPO_IO);
    assert_non_null(strstr(error.message, "Not a directory"));
    assert_int_equal(ppo_file_make_dirs(in_dir("plain/b/c"), &error), PPO_IO);
    assert_non_null(strstr(error.message, "Not a directory"));
}

static void test_target_is_a_folder(void **state)
{
    (void)state;
    ppo_error error = {0};
    assert_int_equal(ppo_file_make_dirs(in_dir("folder/inner"), &error), PPO_OK);
    assert_int_equal(publish(in_dir("folder"), "x", &error), PPO_IO);
    assert_int_equal(count_temporaries(), 0);
    char *data;
    size_t size;
    assert_int_equal(ppo_file_read(&data, &size, in_dir("folder"), 100, &error), PPO_IO);
    assert_null(data);
}

// In a child, whose files may not grow beyond 1000 bytes: as on a full disk. Returns its verdict.
static int publish_on_a_full_disk(void)
{
    static char big[5000];
    ppo_error error = {0};
    const struct rlimit limit = {1000, 1000};
    signal(SIGXFSZ, SIG_IGN);
    if (setrlimit(RLIMIT_FSIZE, &limit) != 0)
        return 1;
    if (ppo_file_publish_keep(in_dir("d"), in_dir("d.old"), big, sizeof big, &error) != PPO_IO)
        return 2;
    return strstr(error.message, "File too large") && strstr(error.message, "/d") ? 0 : 3;
}

static void test_full_disk_changes_nothing(void **state)
{
    int verdict;
    (void)state;
    ppo_error error = {0};
    assert_int_equal(publish(in_dir("d.old"), "older", &error), PPO_OK);
    assert_int_equal(publish(in_dir("d"), "old", &error), PPO_OK);
    const pid_t child = fork();
    if (child == 0)
        _exit(publish_on_a_full_disk());
    assert_int_equal(waitpid(child, &verdict, 0), child);
    assert_int_equal(verdict, 0);
    assert_holds(in_dir("d"), "old");
    assert_holds(in_dir("d.old"), "older");
    assert_int_equal(count_temporaries(), 0);
}

static void test_read_limits(void **state)
{
    char *data;
    size_t size;
    (void)state;
    ppo_error error = {0};
    assert_int_equal(publish(in_dir("e"), "12345", &error), PPO_OK);
    assert_int_equal(ppo_file_read(&data, &size, in_dir("e"), 5, &error), PPO_OK);
    free(data);
    assert_int_equal(ppo_file_read(&data, &size, in_dir("e"), 4, &error), PPO_IO);
    assert_null(data);
    assert_int_equal(ppo_file_read(&data, &size, in_dir("none"), 4, &error), PPO_NOT_FOUND);
    assert_int_equal(ppo_file_read(&data, &size, "/dev/zero", 100000, &error), PPO_IO);
}

static void test_read_large(void **state)
{
    enum { SIZE = 300001 };
    char *data;
    size_t size;
    (void)state;
    char *text = malloc(SIZE);
    assert_non_null(text);
    memset(text, 'x', SIZE);
    assert_int_equal(ppo_file_publish(in_dir("f"), text, SIZE, NULL), PPO_OK);
    assert_int_equal(ppo_file_read(&data, &size, in_dir("f"), SIZE, NULL), PPO_OK);
    assert_int_equal(size, SIZE);
    assert_memory_equal(data, text, SIZE);
    assert_int_equal(data[SIZE], 0);
    free(data);
    free(text);
}

// A pipe has no size to go by.
static void test_read_pipe(void **state)
{
    int verdict;
    char *data;
    size_t size;
    (void)state;
    assert_int_equal(mkfifo(in_dir("pipe"), 0600), 0);
    const pid_t child = fork();
    if (child == 0) {
        FILE *out = fopen(in_dir("pipe"), "w");
        for (int i = 0; out && i < 200000; i++)
            fputc('p', out);
        _exit(out && fclose(out) == 0 ? 0 : 1);
    }
    assert_int_equal(ppo_file_read(&data, &size, in_dir("pipe"), 1 << 20, NULL), PPO_OK);
    assert_int_equal(size, 200000);
    assert_int_equal(waitpid(child, &verdict, 0), child);
    assert_int_equal(verdict, 0);
    free(data);
}

static void test_drafts(void **state)
{
    (void)state;
    ppo_error error = {0};
    ppo_file_draft draft;
    assert_int_equal(publish(in_dir("draft"), "old", &error), PPO_OK);
    for (int round = 0; round < 2; round++) {
        assert_int_equal(ppo_file_draft_begin(&draft, in_dir("draft"), &error), PPO_OK);
        FILE *file = fopen(draft.temporary, "w");
        assert_non_null(file);
        fputs("new", file);
        fclose(file);
        assert_holds(in_dir("draft"), "old");
        if (round == 0)
            ppo_file_draft_discard(&draft);
        else
            assert_int_equal(ppo_file_draft_publish(&draft, &error), PPO_OK);
        assert_null(draft.path);
        assert_int_equal(count_temporaries(), 0);
    }
    assert_holds(in_dir("draft"), "new");
    ppo_file_draft_discard(&draft); // again: nothing happens

    assert_int_equal(ppo_file_draft_begin(&draft, in_dir("none/draft"), &error), PPO_IO);
    assert_non_null(strstr(error.message, "none/draft"));
    assert_int_equal(mkdir(in_dir("draft-folder"), 0777), 0);
    assert_int_equal(ppo_file_draft_begin(&draft, in_dir("draft-folder"), &error), PPO_OK);
    assert_int_equal(ppo_file_draft_publish(&draft, &error), PPO_IO);
    assert_int_equal(count_temporaries(), 0);
}

// A draft whose process died is removed by a sweep; one that lives, and other files, are not.
static void test_abandoned_drafts_are_swept(void **state)
{
    (void)state;
    ppo_error error = {0};
    ppo_file_draft draft;
    const pid_t child = fork();
    if (child == 0) {
        const bool is_begun = ppo_file_draft_begin(&draft, in_dir("film"), &error) == PPO_OK;
        _exit(is_begun ? 0 : 1);
    }
    int result = -1;
    assert_int_equal(waitpid(child, &result, 0), child);
    assert_int_equal(result, 0);
    assert_int_equal(ppo_file_draft_begin(&draft, in_dir("film"), &error), PPO_OK);
    assert_int_equal(publish(in_dir("film2.1-0.tmp"), "another's", &error), PPO_OK);
    assert_int_equal(count_temporaries(), 3);
    ppo_file_draft_sweep(in_dir("film"));
    assert_int_equal(count_temporaries(), 2);
    assert_true(ppo_file_exists(draft.temporary));
    ppo_file_draft_discard(&draft);
    ppo_file_draft_sweep(in_dir("film"));
    assert_int_equal(count_temporaries(), 1);
    assert_int_equal(unlink(in_dir("film2.1-0.tmp")), 0);
    ppo_file_draft_sweep(in_dir("none/film"));
}

static void test_make_dirs(void **state)
{
    (void)state;
    ppo_error error = {0};
    assert_int_equal(ppo_file_make_dirs(in_dir("x/y/z"), &error), PPO_OK);
    assert_int_equal(ppo_file_make_dirs(in_dir("x/y/z"), &error), PPO_OK);
    assert_int_equal(ppo_file_make_dirs(in_dir("x//y/w/"), &error), PPO_OK);
    assert_true(ppo_file_exists(in_dir("x/y/w")));
    assert_false(ppo_file_exists(in_dir("x/y/v")));
}

static int make_dir(void **state)
{
    (void)state;
    return mkdtemp(dir) ? 0 : -1;
}

static int remove_dir(void **state)
{
    char command[64];
    (void)state;
    snprintf(command, sizeof command, "rm -r %s", dir);
    return system(command);
}

// In a child whose standard descriptors are closed. Returns 0 if none of them is used.
static int open_without_standard_files(void)
{
    close(0);
    close(1);
    close(2);
    const int one = ppo_file_open(in_dir("high"), O_WRONLY | O_CREAT, 0666);
    const int two = ppo_file_open(in_dir("high"), O_RDONLY, 0);
    if (one <= 2 || two <= 2 || one == two || fcntl(one, F_GETFD) != FD_CLOEXEC)
        return 1;
    if (ppo_file_open(in_dir("nowhere"), O_RDONLY, 0) != -1)
        return 2;
    const unsigned filled = ppo_file_fill_standard();
    const int high = open("/dev/null", O_RDONLY);
    ppo_file_free_standard(filled);
    if (filled != 7 || high <= 2 || fcntl(0, F_GETFD) != -1 || fcntl(2, F_GETFD) != -1)
        return 3;
    return 0;
}

static void test_standard_descriptors_are_left_alone(void **state)
{
    int verdict;
    (void)state;
    const pid_t child = fork();
    if (child == 0)
        _exit(open_without_standard_files());
    assert_int_equal(waitpid(child, &verdict, 0), child);
    assert_int_equal(verdict, 0);
}

static void test_names_of_temporaries(void **state)
{
    (void)state;
    assert_int_equal(ppo_file_temporary_of("a.csv.12-0.tmp"), 5);
    assert_int_equal(ppo_file_temporary_of("a.csv.12-0.tmp.12-0.tmp"), 14);
    assert_int_equal(ppo_file_temporary_of("a.csv.tmp"), 0);
    assert_int_equal(ppo_file_temporary_of("a.csv.12-.tmp"), 0);
    assert_int_equal(ppo_file_temporary_of("a.csv.-3.tmp"), 0);
    assert_int_equal(ppo_file_temporary_of("a.csv.12-0.tmpx"), 0);
    assert_int_equal(ppo_file_temporary_of("12-0.tmp"), 0);
    assert_int_equal(ppo_file_temporary_of(".12-0.tmp"), 0);
    assert_int_equal(ppo_file_temporary_of(""), 0);
}

// Killed between keeping the previous file and publishing the new one: both names are one file.
static void test_keeping_twice_leaves_nothing_behind(void **state)
{
    ppo_error error = {0};
    (void)state;
    assert_int_equal(ppo_file_publish(in_dir("k"), "one", 3, &error), PPO_OK);
    assert_int_equal(link(in_dir("k"), in_dir("k.old")), 0);
    const size_t before = count_temporaries();
    assert_int_equal(ppo_file_publish_keep(in_dir("k"), in_dir("k.old"), "two", 3, &error), PPO_OK);
    assert_int_equal(count_temporaries(), before);
}

static void test_only_regular_files(void **state)
{
    ppo_error error = {0};
    char *data;
    size_t size;
    (void)state;
    assert_int_equal(mkfifo(in_dir("fifo"), 0666), 0);
    assert_int_equal(ppo_file_read_regular(&data, &size, in_dir("fifo"), 100, &error), PPO_IO);
    assert_non_null(strstr(error.message, "not a regular file"));
    assert_null(data);
    assert_int_equal(ppo_file_read_regular(&data, &size, "/dev/zero", 100, &error), PPO_IO);
    assert_int_equal(ppo_file_read_regular(&data, &size, in_dir("nowhere"), 100, &error),
                     PPO_NOT_FOUND);
    assert_int_equal(ppo_file_publish(in_dir("plain"), "one", 3, &error), PPO_OK);
    assert_int_equal(ppo_file_read_regular(&data, &size, in_dir("plain"), 100, &error), PPO_OK);
    assert_string_equal(data, "one");
    free(data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_publish_replaces),
        cmocka_unit_test(test_publish_keeps_previous),
        cmocka_unit_test(test_stale_temporary_is_stepped_over),
        cmocka_unit_test(test_missing_folder),
        cmocka_unit_test(test_path_under_a_file),
        cmocka_unit_test(test_target_is_a_folder),
        cmocka_unit_test(test_full_disk_changes_nothing),
        cmocka_unit_test(test_read_limits),
        cmocka_unit_test(test_read_large),
        cmocka_unit_test(test_read_pipe),
        cmocka_unit_test(test_drafts),
        cmocka_unit_test(test_abandoned_drafts_are_swept),
        cmocka_unit_test(test_make_dirs),
        cmocka_unit_test(test_standard_descriptors_are_left_alone),
        cmocka_unit_test(test_names_of_temporaries),
        cmocka_unit_test(test_keeping_twice_leaves_nothing_behind),
        cmocka_unit_test(test_only_regular_files),
    };
    return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
