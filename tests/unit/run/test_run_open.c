// SPDX-License-Identifier: MIT
// Opening a run among files of other people, in a program that changes its directory, and after
// failures that may pass. (What kills and damage leave is in test_run.c.)
#include "ppo/run.h"
#include "unit/run/support/scratch.h"
#include "unit/run/support/small_task.h"

#include <fenv.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static const char *inside(const char *dir, const char *file)
{
    char name[256];
    snprintf(name, sizeof name, "%s/%s", dir, file);
    return scratch_path(name);
}

static ppo_status open_in(ppo_run **run, const char *dir, bool restart, ppo_error *error)
{
    const ppo_config config = small_config(scratch_path(dir));
    return ppo_run_open(run, &config, &small_env, restart, error);
}

// Opens, makes some steps and closes.
static void train(const char *dir, int iterations)
{
    ppo_run *run;
    ppo_error error = {0};
    if (open_in(&run, dir, false, &error) != PPO_OK)
        fail_msg("%s", error.message);
    for (int i = 0; i < iterations; i++)
        assert_int_equal(ppo_run_step(run, NULL, &error), PPO_OK);
    ppo_run_close(run);
}

static void assert_text(const char *path, const char *text)
{
    size_t size;
    char *there = scratch_read(&size, path);
    assert_non_null(there);
    assert_string_equal(there, text);
    free(there);
}

static void test_files_of_others_are_kept(void **state)
{
    static const char *const names[] = {"config.yaml", "timing.csv", "progress.csv",
                                        "best.safetensors", "events.out.tfevents.ppo"};
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char dir[32];
        ppo_run *run;
        ppo_error error = {0};
        snprintf(dir, sizeof dir, "others-%zu", i);
        assert_int_equal(mkdir(scratch_path(dir), 0777), 0);
        assert_true(scratch_write(inside(dir, names[i]), "# mine\n", 7));
        assert_int_equal(open_in(&run, dir, false, &error), PPO_CORRUPT);
        assert_null(run);
        assert_non_null(strstr(error.message, names[i]));
        assert_text(inside(dir, names[i]), "# mine\n");
        assert_false(scratch_exists(inside(dir, "lock")));
        assert_false(scratch_exists(inside(dir, "checkpoint.safetensors")));
    }
}

// Whether it is refused or not, a run removes its own temporaries alone, and only once it is known
// to be the same run.
static void test_sweeps_its_own_only(void **state)
{
    ppo_run *run;
    ppo_error error = {0};
    (void)state;
    train("sweep", 1);
    assert_true(scratch_write(inside("sweep", "notes.tmp"), "x", 1));
    assert_true(scratch_write(inside("sweep", "config.yaml.1-0.tmp"), "x", 1));
    ppo_config other = small_config(scratch_path("sweep"));
    other.gamma = 0.5;
    assert_int_equal(ppo_run_open(&run, &other, &small_env, false, &error), PPO_MISMATCH);
    assert_true(scratch_exists(inside("sweep", "config.yaml.1-0.tmp")));
    train("sweep", 1);
    assert_false(scratch_exists(inside("sweep", "config.yaml.1-0.tmp")));
    assert_true(scratch_exists(inside("sweep", "notes.tmp")));
}

static void test_links_are_not_followed(void **state)
{
    static const char *const names[] = {"progress.csv", "config.yaml", "workers.log",
                                        "checkpoint.safetensors"};
    (void)state;
    assert_true(scratch_write(scratch_path("target"), "precious\n", 9));
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char dir[32];
        ppo_run *run;
        ppo_error error = {0};
        snprintf(dir, sizeof dir, "links-%zu", i);
        assert_int_equal(mkdir(scratch_path(dir), 0777), 0);
        assert_int_equal(symlink("../target", inside(dir, names[i])), 0);
        assert_int_equal(open_in(&run, dir, false, &error), PPO_IO);
        assert_int_equal(open_in(&run, dir, true, &error), PPO_IO);
        assert_non_null(strstr(error.message, "symbolic link"));
        assert_text(scratch_path("target"), "precious\n");
    }
}

// It would be waited for without an end.
static void test_fifo_is_refused(void **state)
{
    ppo_run *run;
    ppo_error error = {0};
    uint64_t hash;
    (void)state;
    assert_int_equal(mkdir(scratch_path("fifo"), 0777), 0);
    assert_int_equal(mkfifo(inside("fifo", "checkpoint.safetensors"), 0666), 0);
    assert_int_equal(open_in(&run, "fifo", false, &error), PPO_IO);
    assert_non_null(strstr(error.message, "checkpoint.safetensors"));
    assert_int_equal(ppo_checkpoint_hash(&hash, scratch_path("fifo"), &error), PPO_IO);
    assert_non_null(strstr(error.message, "not a regular file"));
}

static void test_program_changes_its_directory(void **state)
{
    char here[4096];
    ppo_run *run;
    ppo_error error = {0};
    (void)state;
    assert_non_null(getcwd(here, sizeof here));
    assert_int_equal(mkdir(scratch_path("one"), 0777), 0);
    assert_int_equal(mkdir(scratch_path("two"), 0777), 0);
    assert_int_equal(chdir(scratch_path("one")), 0);
    const ppo_config config = small_config("run");
    assert_int_equal(ppo_run_open(&run, &config, &small_env, false, &error), PPO_OK);
    assert_string_equal(ppo_run_dir(run), "run");
    assert_int_equal(chdir(scratch_path("two")), 0);
    while (!ppo_trainer_done(ppo_run_trainer(run)))
        assert_int_equal(ppo_run_step(run, NULL, &error), PPO_OK);
    assert_int_equal(ppo_run_finish(run, NULL, &error), PPO_OK);
    ppo_run_close(run);
    assert_false(scratch_exists(scratch_path("two/run")));
    assert_true(scratch_exists(scratch_path("one/run/checkpoint.previous.safetensors")));
    assert_true(scratch_exists(scratch_path("one/run/best.safetensors")));
    assert_int_equal(chdir(here), 0);
}

// In a child that may open one file more, which the lock takes. Returns 0 if the run is refused.
static int open_without_descriptors(void)
{
    ppo_run *run;
    ppo_error error = {0};
    const int next = dup(1);
    const struct rlimit limit = {(rlim_t)next + 1, (rlim_t)next + 1};
    close(next);
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0)
        return 1;
    return open_in(&run, "unreadable", false, &error) == PPO_IO && !run ? 0 : 2;
}

// The rounding mode of the program changes nothing, and is left as it was.
static void test_program_rounds_otherwise(void **state)
{
    static const int modes[] = {FE_TONEAREST, FE_UPWARD, FE_TOWARDZERO};
    static const char *const dirs[] = {"round-0", "round-1", "round-2"};
    uint64_t hash[3];
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        ppo_run *run;
        ppo_error error = {0};
        fesetround(modes[i]);
        ppo_status status = open_in(&run, dirs[i], false, &error);
        while (status == PPO_OK && !ppo_trainer_done(ppo_run_trainer(run)))
            status = ppo_run_step(run, NULL, &error);
        if (status == PPO_OK)
            status = ppo_run_finish(run, NULL, &error);
        hash[i] = status == PPO_OK ? ppo_trainer_hash(ppo_run_trainer(run)) : 0;
        ppo_run_close(run);
        const int mode = fegetround();
        fesetround(FE_TONEAREST);
        if (status != PPO_OK)
            fail_msg("%s", error.message);
        assert_int_equal(mode, modes[i]);
        assert_true(hash[i] == hash[0]);
        assert_true(
            scratch_same(inside(dirs[i], "progress.csv"), inside("round-0", "progress.csv")));
        assert_true(
            scratch_same(inside(dirs[i], "evaluations.csv"), inside("round-0", "evaluations.csv")));
    }
}

// A newest checkpoint that can't be read at the moment does not give way to an older one.
static void test_unreadable_is_not_given_up(void **state)
{
    int verdict;
    (void)state;
    train("unreadable", 3);
    const pid_t child = fork();
    if (child == 0)
        _exit(open_without_descriptors());
    assert_int_equal(waitpid(child, &verdict, 0), child);
    assert_int_equal(verdict, 0);
}

static void test_nothing_is_made_for_a_run_that_cannot_begin(void **state)
{
    ppo_run *run;
    ppo_error error = {0};
    ppo_config config = small_config(scratch_path("none/at/all"));
    (void)state;
    snprintf(config.env_id, sizeof config.env_id, "NoSuchThing-v0");
    assert_int_equal(ppo_run_open(&run, &config, NULL, false, &error), PPO_NOT_FOUND);
    assert_false(scratch_exists(scratch_path("none")));
    config.minibatch_size = 1000000;
    assert_int_equal(ppo_run_open(&run, &config, &small_env, false, &error), PPO_INVALID);
    assert_false(scratch_exists(scratch_path("none")));
}

// Its comments are a person's work.
static void test_config_of_a_person_is_kept(void **state)
{
    ppo_run *run;
    ppo_error error = {0};
    (void)state;
    train("person", 1);
    assert_true(scratch_write(inside("person", "config.yaml"), "seed: 3 # lucky\n", 16));
    assert_int_equal(open_in(&run, "person", false, &error), PPO_OK);
    assert_non_null(strstr(ppo_run_notice(run), "config.yaml"));
    ppo_run_close(run);
    assert_text(inside("person", "config.yaml"), "seed: 3 # lucky\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_files_of_others_are_kept),
        cmocka_unit_test(test_sweeps_its_own_only),
        cmocka_unit_test(test_links_are_not_followed),
        cmocka_unit_test(test_fifo_is_refused),
        cmocka_unit_test(test_program_changes_its_directory),
        cmocka_unit_test(test_program_rounds_otherwise),
        cmocka_unit_test(test_unreadable_is_not_given_up),
        cmocka_unit_test(test_nothing_is_made_for_a_run_that_cannot_begin),
        cmocka_unit_test(test_config_of_a_person_is_kept),
    };
    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
