// SPDX-License-Identifier: MIT
// A run directory: its name, its lock, what is refused in it and what may be removed.
#include "run/directory.h"

#include "unit/run/support/scratch.h"
#include "unit/run/support/small_task.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static const char *in_dir(const char *dir, const char *name)
{
    char text[256];
    snprintf(text, sizeof text, "%s/%s", dir, name);
    return scratch_path(text);
}

static void make_dir(const char *dir)
{
    assert_int_equal(mkdir(scratch_path(dir), 0777), 0);
}

static void write_text(const char *dir, const char *name, const char *text)
{
    assert_true(scratch_write(in_dir(dir, name), text, strlen(text)));
}

static void test_paths(void **state)
{
    char longer[2 * PATH_MAX];
    (void)state;
    assert_string_equal(ppo_path_in("a/b", "c").text, "a/b/c");
    memset(longer, 'x', sizeof longer);
    longer[sizeof longer - 1] = '\0';
    assert_true(strlen(ppo_path_of(longer).text) >
                PATH_MAX); // cut, and still refused by the system
    assert_true(ppo_is_directory(scratch_path("")));
    assert_false(ppo_is_directory(scratch_path("nowhere")));
}

static void test_name(void **state)
{
    ppo_path dir;
    ppo_error error = {0};
    ppo_config config = small_config("");
    (void)state;
    config.seed = 7;
    assert_int_equal(ppo_run_directory_name(&dir, &config, &small_env, &error), PPO_OK);
    assert_string_equal(dir.text, "runs/Walker-v0/seed-7");
    snprintf(config.env_id, sizeof config.env_id, "CartPole-v1");
    assert_int_equal(ppo_run_directory_name(&dir, &config, NULL, &error), PPO_OK);
    assert_string_equal(dir.text, "runs/CartPole-v1/seed-7");
    snprintf(config.env_id, sizeof config.env_id, "./nowhere.so");
    assert_int_equal(ppo_run_directory_name(&dir, &config, NULL, &error), PPO_NOT_FOUND);
    snprintf(config.run_dir, sizeof config.run_dir, "here");
    assert_int_equal(ppo_run_directory_name(&dir, &config, NULL, &error), PPO_OK);
    assert_string_equal(dir.text, "here");
}

static void test_lock_keeps_others_out(void **state)
{
    ppo_run_lock one, two;
    ppo_error error = {0};
    char text[32];
    size_t size;
    (void)state;
    assert_int_equal(ppo_run_directory_lock(&one, scratch_path("a/b/c"), &error), PPO_OK);
    assert_true(one.descriptor > 2 && one.is_new);
    assert_int_equal(ppo_run_directory_lock(&two, scratch_path("a/b/c"), &error), PPO_IO);
    assert_true(two.descriptor == -1);
    snprintf(text, sizeof text, "process %ld", (long)getpid());
    assert_non_null(strstr(error.message, text));
    ppo_run_directory_unlock(&one);
    assert_true(one.descriptor == -1);
    assert_int_equal(ppo_run_directory_lock(&two, scratch_path("a/b/c"), &error), PPO_OK);
    assert_false(two.is_new);
    ppo_run_directory_unlock(&two);
    char *holder = scratch_read(&size, scratch_path("a/b/c/lock"));
    assert_non_null(holder);
    assert_int_equal(strtol(holder, NULL, 10), getpid());
    free(holder);
}

// A file of a person's that is called "lock", and a symbolic link, are neither taken nor changed.
static void test_foreign_lock(void **state)
{
    static const char *const texts[] = {"my lock\n", "12 boxes\n", "-5\n"};
    ppo_run_lock lock;
    ppo_error error = {0};
    (void)state;
    make_dir("foreign");
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        size_t size;
        write_text("foreign", "lock", texts[i]);
        assert_int_equal(ppo_run_directory_lock(&lock, scratch_path("foreign"), &error), PPO_IO);
        assert_non_null(strstr(error.message, "no lock file of a run"));
        ppo_run_directory_abandon(&lock, scratch_path("foreign"));
        char *text = scratch_read(&size, in_dir("foreign", "lock"));
        assert_string_equal(text, texts[i]);
        free(text);
    }
    make_dir("link");
    write_text("link", "elsewhere", "");
    assert_int_equal(symlink("elsewhere", in_dir("link", "lock")), 0);
    assert_int_equal(ppo_run_directory_lock(&lock, scratch_path("link"), &error), PPO_IO);
    assert_non_null(strstr(error.message, "symbolic link"));
    make_dir("fifo");
    assert_int_equal(mkfifo(in_dir("fifo", "lock"), 0666), 0);
    assert_int_equal(ppo_run_directory_lock(&lock, scratch_path("fifo"), &error), PPO_IO);
}

static void test_abandon_removes_what_was_made(void **state)
{
    ppo_run_lock lock;
    ppo_error error = {0};
    (void)state;
    make_dir("there");
    assert_int_equal(ppo_run_directory_lock(&lock, scratch_path("there/x/y"), &error), PPO_OK);
    write_text("there/x/y", "workers.log", "");
    ppo_run_directory_abandon(&lock, scratch_path("there/x/y"));
    assert_true(scratch_exists(scratch_path("there")));
    assert_false(scratch_exists(scratch_path("there/x")));

    // A log that says why stays.
    assert_int_equal(ppo_run_directory_lock(&lock, scratch_path("there/x/y"), &error), PPO_OK);
    write_text("there/x/y", "workers.log", "Traceback\n");
    ppo_run_directory_abandon(&lock, scratch_path("there/x/y"));
    assert_true(scratch_exists(scratch_path("there/x/y/workers.log")));
    assert_false(scratch_exists(scratch_path("there/x/y/lock")));

    // A folder that was there before stays as it was; a begun run keeps everything.
    make_dir("mine");
    write_text("mine", "notes.txt", "x");
    assert_int_equal(ppo_run_directory_lock(&lock, scratch_path("mine"), &error), PPO_OK);
    ppo_run_directory_abandon(&lock, scratch_path("mine"));
    assert_false(scratch_exists(in_dir("mine", "lock")));
    assert_true(scratch_exists(in_dir("mine", "notes.txt")));
    assert_int_equal(ppo_run_directory_lock(&lock, scratch_path("begun/run"), &error), PPO_OK);
    write_text("begun/run", "checkpoint.safetensors", "x");
    ppo_run_directory_abandon(&lock, scratch_path("begun/run"));
    assert_true(scratch_exists(in_dir("begun/run", "lock")));
}

static void test_check(void **state)
{
    static const char *const names[] = {
        "checkpoint.safetensors",  "best.safetensors", "timing.csv", "config.yaml",
        "events.out.tfevents.ppo", "workers.log"};
    ppo_error error = {0};
    (void)state;
    make_dir("check");
    write_text("check", "elsewhere", "x");
    assert_int_equal(ppo_run_directory_check(scratch_path("check"), &error), PPO_OK);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        write_text("check", names[i], "x");
        assert_int_equal(ppo_run_directory_check(scratch_path("check"), &error), PPO_OK);
        assert_int_equal(unlink(in_dir("check", names[i])), 0);
        assert_int_equal(symlink("elsewhere", in_dir("check", names[i])), 0);
        assert_int_equal(ppo_run_directory_check(scratch_path("check"), &error), PPO_IO);
        assert_non_null(strstr(error.message, names[i]));
        assert_non_null(strstr(error.message, "symbolic link"));
        assert_int_equal(unlink(in_dir("check", names[i])), 0);
        assert_int_equal(mkfifo(in_dir("check", names[i]), 0666), 0);
        assert_int_equal(ppo_run_directory_check(scratch_path("check"), &error), PPO_IO);
        assert_int_equal(unlink(in_dir("check", names[i])), 0);
    }
    make_dir("check/videos");
    assert_int_equal(ppo_run_directory_check(scratch_path("check"), &error), PPO_OK);
    assert_int_equal(rmdir(scratch_path("check/videos")), 0);
    assert_int_equal(symlink("/tmp", in_dir("check", "videos")), 0);
    assert_int_equal(ppo_run_directory_check(scratch_path("check"), &error), PPO_IO);
}

static void test_config(void **state)
{
    ppo_error error = {0};
    ppo_config config = small_config("");
    (void)state;
    make_dir("config");
    assert_int_equal(ppo_run_directory_config(&config, scratch_path("config"), &error),
                     PPO_NOT_FOUND);
    write_text("config", "config.yaml", "num_envs: 3\n");
    assert_int_equal(ppo_run_directory_config(&config, scratch_path("config"), &error), PPO_OK);
    assert_int_equal(config.num_envs, 3);
    assert_int_equal(unlink(in_dir("config", "config.yaml")), 0);
    assert_int_equal(mkfifo(in_dir("config", "config.yaml"), 0666), 0);
    assert_int_equal(ppo_run_directory_config(&config, scratch_path("config"), &error), PPO_IO);
}

static void test_results(void **state)
{
    (void)state;
    make_dir("results");
    write_text("results", "lock", "");
    write_text("results", "workers.log", "x");
    write_text("results", "notes.txt", "x");
    assert_null(ppo_run_directory_results(scratch_path("results")));
    write_text("results", "timing.csv", "");
    assert_string_equal(ppo_run_directory_results(scratch_path("results")), "timing.csv");
    write_text("results", "config.yaml", "");
    assert_int_equal(unlink(in_dir("results", "timing.csv")), 0);
    assert_string_equal(ppo_run_directory_results(scratch_path("results")), "config.yaml");
}

static void test_sweep(void **state)
{
    static const char *const ours[] = {"checkpoint.safetensors.12-0.tmp", "config.yaml.9-99.tmp",
                                       "checkpoint.previous.safetensors.3-1.tmp",
                                       "best.safetensors.1-0.tmp", "curve.png.77-0.tmp"};
    static const char *const others[] = {"notes.tmp",
                                         "notes.12-0.tmp",
                                         "checkpoint.safetensors.tmp",
                                         "config.yaml.tmp",
                                         "config.yaml.1.tmp",
                                         "config.yaml.a-0.tmp",
                                         "config.yaml.1-0.tmpx",
                                         "xconfig.yaml.1-0.tmp",
                                         "checkpoint.safetensors",
                                         ".tmp",
                                         "config.yaml.1-.tmp",
                                         "config.1-0.tmp",
                                         "1-0.tmp"};
    (void)state;
    make_dir("sweep");
    for (size_t i = 0; i < sizeof ours / sizeof *ours; i++)
        write_text("sweep", ours[i], "x");
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        write_text("sweep", others[i], "x");
    ppo_run_directory_sweep(scratch_path("sweep"));
    for (size_t i = 0; i < sizeof ours / sizeof *ours; i++)
        if (scratch_exists(in_dir("sweep", ours[i])))
            fail_msg("%s was left", ours[i]);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (!scratch_exists(in_dir("sweep", others[i])))
            fail_msg("%s was removed", others[i]);
    ppo_run_directory_sweep(scratch_path("nowhere"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_paths),
        cmocka_unit_test(test_name),
        cmocka_unit_test(test_lock_keeps_others_out),
        cmocka_unit_test(test_foreign_lock),
        cmocka_unit_test(test_abandon_removes_what_was_made),
        cmocka_unit_test(test_check),
        cmocka_unit_test(test_config),
        cmocka_unit_test(test_results),
        cmocka_unit_test(test_sweep),
    };
    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
