// SPDX-License-Identifier: MIT
// Films that a run makes: when, under which names, once each, and which files are removed with
// them.
#include "ppo/run.h"
#include "run/film/film.h"
#include "unit/run/support/scratch.h"
#include "unit/run/support/small_task.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static void draw(const void *self, unsigned char *rgb)
{
    (void)self;
    memset(rgb, 90, 3 * 4 * 4);
}

static bool can_film(void)
{
    char text[512];
    ppo_film_describe(text, sizeof text);
    return strncmp(text, "absent", 6) != 0;
}

static const char *inside(const char *dir, const char *name)
{
    char text[256];
    snprintf(text, sizeof text, "%s/videos/%s", dir, name);
    return scratch_path(text);
}

// A film passes every 100th step; an iteration has 32.
static ppo_run *open_in(const char *dir, bool restart)
{
    ppo_env_class env = small_env;
    static ppo_env_class kept;
    ppo_run *run;
    ppo_error error = {0};
    ppo_config config = small_config(scratch_path(dir));
    config.video_every = 100;
    config.video_steps = 3;
    config.checkpoint_interval_s = 1e9;
    env.render = draw;
    env.render_width = env.render_height = 4;
    kept = env; // outlives the run
    if (ppo_run_open(&run, &config, &kept, restart, &error) != PPO_OK)
        fail_msg("%s", error.message);
    return run;
}

static void step(ppo_run *run, int iterations)
{
    ppo_error error = {0};
    for (int i = 0; i < iterations; i++)
        if (ppo_run_step(run, NULL, &error) != PPO_OK)
            fail_msg("%s", error.message);
}

static size_t count_files(const char *dir)
{
    size_t count = 0;
    const struct dirent *entry;
    DIR *folder = opendir(scratch_path(dir));
    assert_non_null(folder);
    while ((entry = readdir(folder)))
        count += entry->d_name[0] != '.';
    closedir(folder);
    return count;
}

static void test_films_when_due(void **state)
{
    ppo_error error = {0};
    (void)state;
    if (!can_film())
        skip();
    ppo_run *run = open_in("due", false);
    step(run, 3);
    assert_string_equal(ppo_run_last_film(run), "");
    step(run, 1); // step 128 is the first past 100
    assert_true(scratch_exists(inside("due", "step-000000128.gif")));
    assert_string_equal(ppo_run_last_film(run), inside("due", "step-000000128.gif"));
    step(run, 8);
    assert_int_equal(ppo_run_finish(run, NULL, &error), PPO_OK);
    assert_int_equal(ppo_run_finish(run, NULL, &error), PPO_OK); // once
    ppo_run_close(run);
    assert_true(scratch_exists(inside("due", "step-000000224.gif")));
    assert_true(scratch_exists(inside("due", "step-000000320.gif")));
    assert_true(scratch_exists(inside("due", "step-000000384.gif"))); // the end
    assert_int_equal(count_files("due/videos"), 4);
}

// A film that was made after the last checkpoint is whole, and is not made again.
static void test_film_is_kept_after_a_kill(void **state)
{
    struct stat before, after;
    (void)state;
    if (!can_film())
        skip();
    ppo_run *run = open_in("kill", false);
    step(run, 4);
    ppo_run_close(run); // without a checkpoint, but for the first
    assert_int_equal(stat(inside("kill", "step-000000128.gif"), &before), 0);
    run = open_in("kill", false);
    // A run at iteration 0 begins anew, so its films have gone.
    assert_false(scratch_exists(inside("kill", "step-000000128.gif")));
    step(run, 3);
    assert_int_equal(ppo_run_save(run, NULL), PPO_OK);
    step(run, 1);
    ppo_run_close(run);
    assert_int_equal(stat(inside("kill", "step-000000128.gif"), &before), 0);
    run = open_in("kill", false);
    step(run, 1);
    assert_int_equal(stat(inside("kill", "step-000000128.gif"), &after), 0);
    assert_true(before.st_ino == after.st_ino);
    ppo_run_close(run);
}

// A film that could not be made is made before the next iteration.
static void test_due_film_is_not_forgotten(void **state)
{
    ppo_error error = {0};
    (void)state;
    if (!can_film())
        skip();
    ppo_run *run = open_in("fail", false);
    step(run, 3);
    assert_true(scratch_write(scratch_path("fail/videos"), "x", 1)); // in the folder's place
    assert_int_equal(ppo_run_step(run, NULL, &error), PPO_IO);
    assert_int_equal(unlink(scratch_path("fail/videos")), 0);
    assert_int_equal(ppo_run_save(run, &error), PPO_OK);
    ppo_run_close(run);
    run = open_in("fail", false);
    step(run, 1);
    assert_true(scratch_exists(inside("fail", "step-000000128.gif")));
    ppo_run_close(run);
}

static void test_only_its_films_are_removed(void **state)
{
    static const char *const others[] = {
        "holiday.gif", "step-by-step.gif",    "step-12.avi",    "step-.gif",
        "notes.tmp",   "holiday.gif.1-0.tmp", "step-1.gif.tmp", "step-12.gif.bak"};
    (void)state;
    if (!can_film())
        skip();
    ppo_run *run = open_in("mine", false);
    step(run, 4);
    assert_int_equal(ppo_run_save(run, NULL), PPO_OK);
    ppo_run_close(run);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        assert_true(scratch_write(inside("mine", others[i]), "x", 1));
    assert_true(scratch_write(inside("mine", "step-000000224.gif.7-0.tmp"), "x", 1));
    ppo_run_close(open_in("mine", false));
    assert_false(scratch_exists(inside("mine", "step-000000224.gif.7-0.tmp")));
    assert_true(scratch_exists(inside("mine", "step-000000128.gif")));
    ppo_run_close(open_in("mine", true));
    assert_false(scratch_exists(inside("mine", "step-000000128.gif")));
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (!scratch_exists(inside("mine", others[i])))
            fail_msg("%s was removed", others[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_films_when_due),
        cmocka_unit_test(test_film_is_kept_after_a_kill),
        cmocka_unit_test(test_due_film_is_not_forgotten),
        cmocka_unit_test(test_only_its_films_are_removed),
    };
    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
