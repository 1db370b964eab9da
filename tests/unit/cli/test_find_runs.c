// SPDX-License-Identifier: MIT
// Run directories are found below a folder, numbers in order, without following links; folders in a
// list of names are replaced by the runs below them.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "cli/find_runs.h"

static char folder[] = "/tmp/ppo-find-XXXXXX", before[4096];

static void make(const char *dir, const char *name)
{
    char path[256];
    if (name) {
        snprintf(path, sizeof path, "%s/%s", dir, name);
        FILE *file = fopen(path, "w");
        assert_non_null(file);
        fclose(file);
    } else {
        assert_int_equal(mkdir(dir, 0700), 0);
    }
}

static void make_run(const char *dir)
{
    make(dir, NULL);
    make(dir, "config.yaml");
    make(dir, "progress.csv");
}

static int set_up(void **state)
{
    (void)state;
    if (!getcwd(before, sizeof before) || !mkdtemp(folder) || chdir(folder))
        return 1;
    make("runs", NULL);
    make("runs/E", NULL);
    make_run("runs/E/seed-10");
    make_run("runs/E/seed-2");
    make("runs/E/seed-2/videos", NULL);
    make("runs/empty", NULL);
    make("runs/settings", NULL);
    make("runs/settings", "config.yaml"); // of somebody's own
    make("runs/.hidden", NULL);
    make_run("runs/.hidden/seed-1");
    make_run("other");
    return symlink("../other", "runs/link");
}

static int tear_down(void **state)
{
    (void)state;
    char command[64];
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return chdir(before) || system(command);
}

static void expect(cli_runs *runs, const char *const *wanted, size_t count)
{
    assert_int_equal(runs->count, count);
    for (size_t i = 0; i < count; i++)
        assert_string_equal(runs->path[i], wanted[i]);
    cli_runs_release(runs);
}

static void below_a_folder(void **state)
{
    (void)state;
    static const char *const both[] = {"runs/E/seed-2", "runs/E/seed-10"};
    cli_runs runs;
    assert_int_equal(cli_runs_find(&runs, "runs//", NULL), PPO_OK);
    expect(&runs, both, 2);
    assert_int_equal(cli_runs_find(&runs, "runs/E/seed-2", NULL), PPO_OK);
    expect(&runs, both, 1);
    assert_int_equal(cli_runs_find(&runs, "nowhere", NULL), PPO_OK);
    expect(&runs, NULL, 0);
    assert_true(cli_is_run("runs/link"));
    assert_false(cli_is_run("runs/settings"));
}

static void in_a_list(void **state)
{
    (void)state;
    static const char *const given[] = {"other", "runs", "nowhere"};
    static const char *const wanted[] = {"other", "runs/E/seed-2", "runs/E/seed-10", "nowhere"};
    cli_runs runs;
    assert_int_equal(cli_runs_expand(&runs, given, 3, NULL), PPO_OK);
    expect(&runs, wanted, 4);
}

static void expect_message(const char *name, const char *part)
{
    ppo_error error = {.status = PPO_NOT_FOUND, .message = "as it was"};
    cli_explain_no_run(name, &error);
    if (!strstr(error.message, part))
        fail_msg("%s: '%s' lacks '%s'", name, error.message, part);
}

static void messages(void **state)
{
    (void)state;
    expect_message("runs", "runs below it: runs/E/seed-2, runs/E/seed-10");
    expect_message("cartpole-V1", "ppo train CartPole-v1");
    expect_message("nowhere", "as it was");
    expect_message("other", "as it was"); // it is a run: something else was not found
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(below_a_folder),
        cmocka_unit_test(in_a_list),
        cmocka_unit_test(messages),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
