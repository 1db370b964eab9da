// SPDX-License-Identifier: MIT
// A run directory: what it holds, and what survives kills, damage and full disks.
#include "ppo/run.h"
#include "unit/run/support/scratch.h"
#include "unit/run/support/small_task.h"

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

static const ppo_agent_load_options with_small_env = {.struct_size = sizeof with_small_env,
                                                      .env = &small_env};

#define NEVER 1e9 // seconds between checkpoints: none but the first and the last

// "<scratch>/dir/file"
static const char *inside(const char *dir, const char *file)
{
    char name[128];
    snprintf(name, sizeof name, "%s/%s", dir, file);
    return scratch_path(name);
}

static ppo_config config_in(const char *dir, double interval_s)
{
    ppo_config config = small_config(scratch_path(dir));
    config.checkpoint_interval_s = interval_s;
    return config;
}

static ppo_run *open_with(const ppo_config *config, bool restart)
{
    ppo_run *run;
    ppo_error error = {0};
    if (ppo_run_open(&run, config, &small_env, restart, &error) != PPO_OK)
        fail_msg("%s", error.message);
    return run;
}

static ppo_run *open_in(const char *dir, double interval_s)
{
    const ppo_config config = config_in(dir, interval_s);
    return open_with(&config, false);
}

static void step(ppo_run *run, int iterations)
{
    ppo_stats stats = {.struct_size = sizeof stats};
    ppo_error error = {0};
    for (int i = 0; i < iterations; i++)
        if (ppo_run_step(run, &stats, &error) != PPO_OK)
            fail_msg("%s", error.message);
}

// Runs to the end; returns the hash.
static uint64_t complete(ppo_run *run)
{
    ppo_evaluation evaluation = {.struct_size = sizeof evaluation};
    ppo_error error = {0};
    while (!ppo_trainer_done(ppo_run_trainer(run)))
        step(run, 1);
    if (ppo_run_finish(run, &evaluation, &error) != PPO_OK)
        fail_msg("%s", error.message);
    assert_int_equal(evaluation.episodes, 2);
    return ppo_trainer_hash(ppo_run_trainer(run));
}

// The uninterrupted run that others are compared with.
static uint64_t straight_hash;

static int make_straight(void **state)
{
    if (scratch_make(state) != 0)
        return -1;
    ppo_run *run = open_in("straight", NEVER);
    straight_hash = complete(run);
    ppo_run_close(run);
    return 0;
}

static void assert_like_straight(const char *dir)
{
    uint64_t hash;
    assert_int_equal(ppo_checkpoint_hash(&hash, scratch_path(dir), NULL), PPO_OK);
    assert_int_equal(hash, straight_hash);
    static const char *const names[] = {"progress.csv", "evaluations.csv", "best.safetensors",
                                        "checkpoint.safetensors"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (!scratch_same(inside(dir, names[i]), inside("straight", names[i])))
            fail_msg("%s/%s differs", dir, names[i]);
}

static size_t count_lines(const char *path)
{
    size_t size;
    size_t lines = 0;
    char *text = scratch_read(&size, path);
    assert_non_null(text);
    for (size_t i = 0; i < size; i++)
        lines += text[i] == '\n';
    free(text);
    return lines;
}

static void test_new_run_leaves_its_files(void **state)
{
    size_t size;
    (void)state;
    ppo_run *run = open_in("new", 0);
    assert_int_equal(ppo_run_origin_of(run), PPO_RUN_NEW);
    assert_string_equal(ppo_run_dir(run), scratch_path("new"));
    assert_string_equal(ppo_run_notice(run), "");
    assert_int_equal(ppo_run_last_evaluation(run)->episodes, 0);
    complete(run);
    assert_int_equal(ppo_run_last_evaluation(run)->episodes, 2);
    assert_int_equal(ppo_run_best_evaluation(run)->episodes, 2);
    ppo_run_close(run);
    assert_like_straight("new");
    assert_int_equal(count_lines(inside("new", "progress.csv")), 1 + 12);
    assert_int_equal(count_lines(inside("new", "timing.csv")), 1 + 12);
    assert_int_equal(count_lines(inside("new", "evaluations.csv")), 1 + 3);
    assert_true(scratch_exists(inside("new", "checkpoint.previous.safetensors")));
    char *yaml = scratch_read(&size, inside("new", "config.yaml"));
    assert_non_null(yaml);
    assert_non_null(strstr(yaml, "# libppo"));
    assert_non_null(strstr(yaml, "num_steps: 16"));
    free(yaml);
}

static void test_finished_run_stays(void **state)
{
    ppo_evaluation evaluation = {.struct_size = sizeof evaluation};
    ppo_error error = {0};
    (void)state;
    assert_true(scratch_copy(scratch_path("before"), inside("straight", "checkpoint.safetensors")));
    ppo_run *run = open_in("straight", NEVER);
    assert_int_equal(ppo_run_origin_of(run), PPO_RUN_FINISHED);
    assert_int_equal(ppo_run_step(run, NULL, &error), PPO_INVALID);
    for (int i = 0; i < 2; i++)
        assert_int_equal(ppo_run_finish(run, &evaluation, &error), PPO_OK);
    assert_int_equal(evaluation.episodes, 2);
    ppo_run_close(run);
    assert_true(scratch_same(scratch_path("before"), inside("straight", "checkpoint.safetensors")));
    assert_like_straight("straight");
}

// Closing without saving is what a kill leaves behind, between two instructions of the caller.
static void test_stopped_anywhere_equals_straight(void **state)
{
    (void)state;
    for (int at = 0; at <= 12; at++) {
        for (int saving = 0; saving < 2; saving++) {
            char dir[32];
            snprintf(dir, sizeof dir, "stop-%d-%d", at, saving);
            ppo_run *run = open_in(dir, saving ? 0 : NEVER);
            step(run, at);
            ppo_run_close(run);
            run = open_in(dir, saving ? 0 : NEVER);
            assert_int_equal(ppo_run_origin_of(run),
                             saving && at == 12 ? PPO_RUN_FINISHED : PPO_RUN_RESUMED);
            assert_string_equal(ppo_run_notice(run), "");
            assert_int_equal(complete(run), straight_hash);
            ppo_run_close(run);
            assert_like_straight(dir);
        }
    }
}

static void test_stopped_again_and_again(void **state)
{
    (void)state;
    bool done = false;
    for (int i = 0; !done; i++) {
        assert_true(i < 40);
        ppo_run *run = open_in("again", NEVER);
        for (int k = 0; k < 1 + i % 3 && !ppo_trainer_done(ppo_run_trainer(run)); k++)
            step(run, 1);
        if (i % 2)
            assert_int_equal(ppo_run_save(run, NULL), PPO_OK);
        done = ppo_trainer_done(ppo_run_trainer(run));
        if (done)
            complete(run);
        ppo_run_close(run);
    }
    assert_like_straight("again");
}

static void run_child(const char *dir)
{
    ppo_run *run;
    const ppo_config config = config_in(dir, 0);
    if (ppo_run_open(&run, &config, &small_env, false, NULL) != PPO_OK)
        _exit(1);
    while (!ppo_trainer_done(ppo_run_trainer(run)))
        if (ppo_run_step(run, NULL, NULL) != PPO_OK)
            _exit(2);
    _exit(ppo_run_finish(run, NULL, NULL) == PPO_OK ? 0 : 3);
}

// kill -9 at moments spread over opening, stepping and saving, until a child comes through.
// (test_kill.c kills before every system call.)
static void kill_until_done(const char *dir, int round)
{
    for (int kill_count = 0;; kill_count++) {
        int verdict;
        const pid_t child = fork();
        if (child == 0)
            run_child(dir);
        if (kill_count < 40) {
            usleep((useconds_t)(500 + (kill_count + 40 * round) * 7919 % 9000));
            kill(child, SIGKILL);
        }
        assert_int_equal(waitpid(child, &verdict, 0), child);
        if (WIFEXITED(verdict)) {
            assert_int_equal(WEXITSTATUS(verdict), 0);
            return;
        }
    }
}

static void test_killed_at_random_moments(void **state)
{
    (void)state;
    for (int round = 0; round < 5; round++) {
        char dir[32];
        snprintf(dir, sizeof dir, "killed-%d", round);
        kill_until_done(dir, round);
        assert_like_straight(dir);
    }
}

static void test_damaged_newest_uses_previous(void **state)
{
    (void)state;
    ppo_run *run = open_in("damaged", 0);
    step(run, 7);
    ppo_run_close(run);
    assert_true(scratch_damage(inside("damaged", "checkpoint.safetensors"), 6000));
    run = open_in("damaged", 0);
    assert_int_equal(ppo_run_origin_of(run), PPO_RUN_RESUMED);
    assert_non_null(strstr(ppo_run_notice(run), "damaged"));
    assert_non_null(strstr(ppo_run_notice(run), "iteration 6"));
    complete(run);
    ppo_run_close(run);
    assert_like_straight("damaged");
}

// The damaged file must not take the good one's place when the next checkpoint is written.
static void test_damaged_newest_is_not_kept(void **state)
{
    (void)state;
    ppo_run *run = open_in("rotten", 0);
    step(run, 5);
    ppo_run_close(run);
    assert_true(scratch_damage(inside("rotten", "checkpoint.safetensors"), 6000));
    assert_true(
        scratch_copy(scratch_path("good"), inside("rotten", "checkpoint.previous.safetensors")));
    run = open_in("rotten", 0);
    step(run, 1);
    assert_true(
        scratch_same(scratch_path("good"), inside("rotten", "checkpoint.previous.safetensors")));
    complete(run);
    ppo_run_close(run);
    assert_like_straight("rotten");
}

// Also where the previous checkpoint is the very first one, which a killed start would clear away.
static void test_damaged_second_checkpoint(void **state)
{
    (void)state;
    ppo_run *run = open_in("second", 0);
    step(run, 1);
    ppo_run_close(run);
    assert_true(scratch_damage(inside("second", "checkpoint.safetensors"), 6000));
    for (int i = 0; i < 2; i++) {
        run = open_in("second", 0);
        assert_non_null(strstr(ppo_run_notice(run), "iteration 0"));
        ppo_run_close(run);
    }
    run = open_in("second", 0);
    complete(run);
    ppo_run_close(run);
    assert_like_straight("second");
}

static void test_missing_newest_uses_previous(void **state)
{
    (void)state;
    ppo_run *run = open_in("missing", 0);
    step(run, 5);
    ppo_run_close(run);
    assert_int_equal(unlink(inside("missing", "checkpoint.safetensors")), 0);
    run = open_in("missing", 0);
    assert_int_equal(ppo_run_origin_of(run), PPO_RUN_RESUMED);
    complete(run);
    ppo_run_close(run);
    assert_like_straight("missing");
}

static void test_both_damaged_changes_nothing(void **state)
{
    ppo_run *run = open_in("both", 0);
    ppo_error error = {0};
    const ppo_config config = config_in("both", 0);
    (void)state;
    step(run, 3);
    ppo_run_close(run);
    assert_true(scratch_damage(inside("both", "checkpoint.safetensors"), 6000));
    assert_true(scratch_damage(inside("both", "checkpoint.previous.safetensors"), 6000));
    assert_true(scratch_copy(scratch_path("progress"), inside("both", "progress.csv")));
    assert_int_equal(ppo_run_open(&run, &config, &small_env, false, &error), PPO_CORRUPT);
    assert_null(run);
    assert_non_null(strstr(error.message, "--restart"));
    assert_true(scratch_exists(inside("both", "checkpoint.safetensors")));
    assert_true(scratch_exists(inside("both", "checkpoint.previous.safetensors")));
    assert_true(scratch_same(scratch_path("progress"), inside("both", "progress.csv")));
    run = open_with(&config, true);
    assert_int_equal(ppo_run_origin_of(run), PPO_RUN_NEW);
    complete(run);
    ppo_run_close(run);
    assert_like_straight("both");
}

static void test_other_configuration_is_refused(void **state)
{
    ppo_run *run = open_in("other", 0);
    ppo_error error = {0};
    ppo_config config = config_in("other", 0);
    (void)state;
    step(run, 5);
    ppo_run_close(run);
    config.clip_coef = 0.125;
    config.gamma = 0.5;
    assert_int_equal(ppo_run_open(&run, &config, &small_env, false, &error), PPO_MISMATCH);
    assert_non_null(strstr(error.message, "clip_coef: 0.2 there, 0.125 here"));
    assert_non_null(strstr(error.message, "gamma: 0.995 there, 0.5 here"));
    assert_non_null(strstr(error.message, "--restart"));
    run = open_in("other", 0); // not harmed
    assert_int_equal(complete(run), straight_hash);
    ppo_run_close(run);
    assert_like_straight("other");
}

static void test_restart_replaces_all(void **state)
{
    const ppo_config config = config_in("anew", NEVER);
    ppo_config older = config_in("anew", 0);
    (void)state;
    older.gamma = 0.5;
    ppo_run *run = open_with(&older, false);
    complete(run);
    ppo_run_close(run);
    run = open_with(&config, true);
    assert_int_equal(ppo_run_origin_of(run), PPO_RUN_NEW);
    assert_false(scratch_exists(inside("anew", "best.safetensors")));
    assert_false(scratch_exists(inside("anew", "checkpoint.previous.safetensors")));
    assert_int_equal(count_lines(inside("anew", "progress.csv")), 1);
    ppo_run_close(run);
    run = open_with(&config, false);
    complete(run);
    ppo_run_close(run);
    assert_like_straight("anew");
}

// Killed right after the new checkpoint, with the older run's other files still there.
static void test_restart_cut_short(void **state)
{
    ppo_config older = config_in("cut", 0);
    (void)state;
    older.gamma = 0.5;
    ppo_run *run = open_with(&older, false);
    complete(run);
    ppo_run_close(run);
    ppo_run_close(open_in("fresh", NEVER));
    assert_true(scratch_copy(inside("cut", "checkpoint.safetensors"),
                             inside("fresh", "checkpoint.safetensors")));
    run = open_in("cut", NEVER);
    assert_int_equal(ppo_run_origin_of(run), PPO_RUN_RESUMED);
    assert_false(scratch_exists(inside("cut", "best.safetensors")));
    assert_false(scratch_exists(inside("cut", "checkpoint.previous.safetensors")));
    complete(run);
    ppo_run_close(run);
    assert_like_straight("cut");
}

static void test_results_without_checkpoint_are_not_overwritten(void **state)
{
    ppo_run *run;
    ppo_error error = {0};
    const ppo_config config = config_in("left", 0);
    (void)state;
    assert_int_equal(mkdir(scratch_path("left"), 0777), 0);
    assert_true(scratch_write(inside("left", "progress.csv"), "a\n", 2));
    assert_int_equal(ppo_run_open(&run, &config, &small_env, false, &error), PPO_CORRUPT);
    assert_non_null(strstr(error.message, "progress.csv"));
    ppo_run_close(open_with(&config, true));
}

static void test_total_timesteps_may_grow(void **state)
{
    ppo_config config = config_in("longer", 0);
    (void)state;
    ppo_run *run = open_with(&config, false);
    complete(run);
    ppo_run_close(run);
    config.total_timesteps *= 2;
    run = open_with(&config, false);
    assert_int_equal(ppo_run_origin_of(run), PPO_RUN_RESUMED);
    assert_false(ppo_trainer_done(ppo_run_trainer(run)));
    complete(run);
    ppo_run_close(run);
    assert_int_equal(count_lines(inside("longer", "progress.csv")), 1 + 24);
    run = open_with(&config, false);
    assert_int_equal(ppo_run_origin_of(run), PPO_RUN_FINISHED);
    ppo_run_close(run);
}

static void test_one_run_per_directory(void **state)
{
    ppo_run *second;
    ppo_error error = {0};
    const ppo_config config = config_in("locked", 0);
    (void)state;
    ppo_run *run = open_with(&config, false);
    assert_int_equal(ppo_run_open(&second, &config, &small_env, true, &error), PPO_IO);
    assert_null(second);
    assert_non_null(strstr(error.message, "in use by another run"));
    step(run, 1);
    ppo_run_close(run);
    ppo_run_close(open_with(&config, false));
}

static void test_shortened_csv_is_reported(void **state)
{
    size_t size;
    (void)state;
    ppo_run *run = open_in("short", 0);
    step(run, 5);
    ppo_run_close(run);
    char *text = scratch_read(&size, inside("short", "progress.csv"));
    assert_non_null(text);
    assert_true(scratch_write(inside("short", "progress.csv"), text, size - 10));
    free(text);
    run = open_in("short", 0);
    assert_non_null(strstr(ppo_run_notice(run), "progress.csv"));
    assert_int_equal(count_lines(inside("short", "progress.csv")), 1 + 4);
    assert_int_equal(complete(run), straight_hash);
    ppo_run_close(run);
    assert_int_equal(count_lines(inside("short", "progress.csv")), 1 + 11);
    run = open_in("short", 0); // reported once
    assert_string_equal(ppo_run_notice(run), "");
    ppo_run_close(run);
}

static void test_torn_rows_are_dropped(void **state)
{
    (void)state;
    ppo_run *run = open_in("torn", 0);
    step(run, 5);
    ppo_run_close(run);
    FILE *file = fopen(inside("torn", "progress.csv"), "a");
    assert_non_null(file);
    fputs("6,192,\n7,22", file);
    fclose(file);
    assert_true(scratch_write(inside("torn", "checkpoint.safetensors.1-0.tmp"), "x", 1));
    run = open_in("torn", 0);
    assert_string_equal(ppo_run_notice(run), "");
    assert_false(scratch_exists(inside("torn", "checkpoint.safetensors.1-0.tmp")));
    complete(run);
    ppo_run_close(run);
    assert_like_straight("torn");
}

static void test_folder_that_cannot_be_made(void **state)
{
    ppo_run *run;
    ppo_error error = {0};
    const ppo_config config = config_in("plain/run", 0);
    (void)state;
    assert_true(scratch_write(scratch_path("plain"), "x", 1));
    assert_int_equal(ppo_run_open(&run, &config, &small_env, false, &error), PPO_IO);
    assert_non_null(strstr(error.message, "plain"));
    assert_null(run);
}

// In a child whose files may grow to `limit` bytes. Returns 0 if the run stopped with a sentence.
static int run_on_a_full_disk(rlim_t limit)
{
    ppo_run *run;
    ppo_error error = {0};
    const ppo_config config = config_in("full", 0);
    const struct rlimit size = {limit, limit};
    ppo_status status = PPO_OK;
    signal(SIGXFSZ, SIG_IGN);
    if (setrlimit(RLIMIT_FSIZE, &size) != 0)
        return 1;
    if (ppo_run_open(&run, &config, &small_env, false, &error) != PPO_OK)
        return error.status == PPO_IO && error.message[0] ? 0 : 2;
    while (status == PPO_OK && !ppo_trainer_done(ppo_run_trainer(run)))
        status = ppo_run_step(run, NULL, &error);
    return status == PPO_IO && strstr(error.message, "File too large") ? 0 : 3;
}

static void test_full_disk_then_room_again(void **state)
{
    static const rlim_t limits[] = {100, 400, 900, 1500, 2500, 4000};
    (void)state;
    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
        int verdict;
        ppo_run *run = open_in("full", 0);
        step(run, 1);
        ppo_run_close(run);
        const pid_t child = fork();
        if (child == 0)
            _exit(run_on_a_full_disk(limits[i]));
        assert_int_equal(waitpid(child, &verdict, 0), child);
        assert_int_equal(verdict, 0);
    }
    ppo_run *run = open_in("full", 0);
    assert_string_equal(ppo_run_notice(run), "");
    complete(run);
    ppo_run_close(run);
    assert_like_straight("full");
}

// An evaluation whose best agent could not be written is made up for: by the same process before it
// goes on, or by the one that resumes the run.
static void test_due_evaluation_is_not_forgotten(void **state)
{
    (void)state;
    for (int reopens = 0; reopens < 2; reopens++) {
        const char *dir = reopens ? "due-later" : "due";
        ppo_error error = {0};
        ppo_run *run = open_in(dir, NEVER);
        step(run, 3);
        assert_int_equal(mkdir(inside(dir, "best.safetensors"), 0777), 0); // in its place
        assert_int_equal(ppo_run_step(run, NULL, &error), PPO_IO);
        assert_non_null(strstr(error.message, "best.safetensors"));
        assert_int_equal(ppo_run_step(run, NULL, &error), PPO_IO); // still: nothing is skipped
        assert_int_equal(rmdir(inside(dir, "best.safetensors")), 0);
        assert_int_equal(ppo_run_save(run, &error), PPO_OK);
        if (reopens) {
            ppo_run_close(run);
            run = open_in(dir, NEVER);
        }
        complete(run);
        ppo_run_close(run);
        assert_like_straight(dir);
    }
}

static uint64_t hash_of_agent_in(const char *dir)
{
    ppo_agent *agent;
    ppo_error error = {0};
    if (ppo_agent_load(&agent, scratch_path(dir), &with_small_env, &error) != PPO_OK)
        fail_msg("%s", error.message);
    const uint64_t hash = ppo_agent_hash(agent);
    ppo_agent_destroy(agent);
    return hash;
}

static void test_agent_from_directory(void **state)
{
    uint64_t best;
    ppo_agent *agent;
    (void)state;
    ppo_run *run = open_in("agent", 0);
    complete(run);
    ppo_run_close(run);
    assert_int_equal(ppo_checkpoint_hash(&best, inside("agent", "best.safetensors"), NULL), PPO_OK);
    assert_int_equal(hash_of_agent_in("agent"), best);
    assert_int_equal(unlink(inside("agent", "best.safetensors")), 0);
    assert_int_equal(hash_of_agent_in("agent"), straight_hash);
    assert_true(scratch_damage(inside("agent", "checkpoint.safetensors"), 6000));
    hash_of_agent_in("agent");
    assert_int_equal(mkdir(scratch_path("empty"), 0777), 0);
    assert_int_equal(ppo_agent_load(&agent, scratch_path("empty"), &with_small_env, NULL),
                     PPO_NOT_FOUND);
    assert_null(agent);
}

static void test_finish_needs_a_finished_run(void **state)
{
    ppo_error error = {0};
    (void)state;
    ppo_run *run = open_in("early", NEVER);
    step(run, 1);
    assert_int_equal(ppo_run_finish(run, NULL, &error), PPO_INVALID);
    ppo_run_close(run);
    ppo_run_close(NULL);
}

static void test_default_directory(void **state)
{
    char here[4096];
    (void)state;
    assert_non_null(getcwd(here, sizeof here));
    assert_int_equal(chdir(scratch_path("")), 0);
    const ppo_config config = small_config("");
    ppo_run *run = open_with(&config, false);
    assert_string_equal(ppo_run_dir(run), "runs/Walker-v0/seed-3");
    assert_true(scratch_exists("runs/Walker-v0/seed-3/checkpoint.safetensors"));
    ppo_run_close(run);
    assert_int_equal(chdir(here), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_new_run_leaves_its_files),
        cmocka_unit_test(test_finished_run_stays),
        cmocka_unit_test(test_stopped_anywhere_equals_straight),
        cmocka_unit_test(test_stopped_again_and_again),
        cmocka_unit_test(test_killed_at_random_moments),
        cmocka_unit_test(test_damaged_newest_uses_previous),
        cmocka_unit_test(test_damaged_newest_is_not_kept),
        cmocka_unit_test(test_damaged_second_checkpoint),
        cmocka_unit_test(test_missing_newest_uses_previous),
        cmocka_unit_test(test_both_damaged_changes_nothing),
        cmocka_unit_test(test_other_configuration_is_refused),
        cmocka_unit_test(test_restart_replaces_all),
        cmocka_unit_test(test_restart_cut_short),
        cmocka_unit_test(test_results_without_checkpoint_are_not_overwritten),
        cmocka_unit_test(test_total_timesteps_may_grow),
        cmocka_unit_test(test_one_run_per_directory),
        cmocka_unit_test(test_shortened_csv_is_reported),
        cmocka_unit_test(test_torn_rows_are_dropped),
        cmocka_unit_test(test_folder_that_cannot_be_made),
        cmocka_unit_test(test_full_disk_then_room_again),
        cmocka_unit_test(test_due_evaluation_is_not_forgotten),
        cmocka_unit_test(test_agent_from_directory),
        cmocka_unit_test(test_finish_needs_a_finished_run),
        cmocka_unit_test(test_default_directory),
    };
    return cmocka_run_group_tests(tests, make_straight, scratch_remove);
}
