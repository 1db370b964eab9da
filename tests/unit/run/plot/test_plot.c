// SPDX-License-Identifier: MIT
// Pictures of learning curves: the file's format and size, equal bytes, which runs make a curve,
// thin and empty runs, what is refused. Pixels are looked at through cairo.
#include "ppo/plot.h"
#include "ppo/ppo.h"
#include "run/directory.h"
#include "run/plot/figure.h"
#include "unit/run/support/scratch.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#ifdef PPO_HAVE_PLOT
#include <cairo.h>

static const ppo_plot_options usual = {.struct_size = sizeof usual};

// --- runs ---------------------------------------------------------------------------------------

// A run directory with `rows` below the header of these columns; `yaml` NULL: no config.yaml.
static const char *make_run(const char *name, const char *yaml, const char *rows)
{
    char text[4096];
    const char *dir = scratch_path(name);
    mkdir(dir, 0777);
    const ppo_path progress = ppo_path_in(dir, "progress.csv");
    const int size =
        snprintf(text, sizeof text, "iteration,global_step,rollout/ep_rew_mean\n%s", rows);
    assert_true(scratch_write(progress.text, text, (size_t)size));
    const ppo_path config = ppo_path_in(dir, "config.yaml");
    if (yaml)
        assert_true(scratch_write(config.text, yaml, strlen(yaml)));
    return dir;
}

#define ROWS "1,100,\n2,200,5\n3,300,20\n4,400,30.5\n"

static void draw(const char *picture, const char *const *runs, size_t num_runs,
                 const ppo_plot_options *options)
{
    ppo_error error = {0};
    if (ppo_plot_runs(picture, runs, num_runs, options, &error) != PPO_OK)
        fail_msg("%s", error.message);
}

static const char *draw_one(const char *name, const char *run)
{
    const char *picture = scratch_path(name);
    draw(picture, &run, 1, &usual);
    return picture;
}

// --- pictures -----------------------------------------------------------------------------------

typedef struct color {
    int r, g, b;
} color;

// How many pixels of a PNG are about this colour; its size must be the one given.
static size_t count_pixels(const char *path, int width, int height, color wanted)
{
    cairo_surface_t *png = cairo_image_surface_create_from_png(path);
    assert_int_equal(cairo_surface_status(png), CAIRO_STATUS_SUCCESS);
    assert_int_equal(cairo_image_surface_get_width(png), width);
    assert_int_equal(cairo_image_surface_get_height(png), height);
    size_t count = 0;
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++) {
            uint32_t pixel;
            memcpy(&pixel,
                   cairo_image_surface_get_data(png) +
                       (ptrdiff_t)y * cairo_image_surface_get_stride(png) + (ptrdiff_t)4 * x,
                   sizeof pixel);
            count += abs((int)(pixel >> 16 & 255) - wanted.r) < 4 &&
                     abs((int)(pixel >> 8 & 255) - wanted.g) < 4 &&
                     abs((int)(pixel & 255) - wanted.b) < 4;
        }
    cairo_surface_destroy(png);
    return count;
}

static const color blue = {0, 114, 178}, orange = {213, 94, 0}, white = {255, 255, 255};

static void test_png(void **state)
{
    (void)state;
    const char *run = make_run("one", "env_id: CartPole-v1\n", ROWS);
    const char *picture = draw_one("one.png", run);
    assert_true(count_pixels(picture, 1600, 1000, white) > 1000000);
    assert_true(count_pixels(picture, 1600, 1000, blue) > 2000); // a line of 4 pixels
    assert_int_equal(count_pixels(picture, 1600, 1000, orange), 0);

    const ppo_plot_options small = {
        .struct_size = sizeof small, .width = 300, .height = 200, .title = "x"};
    draw(scratch_path("small.png"), &run, 1, &small);
    assert_true(count_pixels(scratch_path("small.png"), 600, 400, blue) > 200);
}

static void test_equal_runs_give_equal_bytes(void **state)
{
    (void)state;
    const char *a = make_run("equal", "env_id: Pendulum-v1\n", ROWS);
    assert_true(scratch_same(draw_one("a.png", a), draw_one("b.png", a)));
    const char *b = make_run("other", "env_id: Pendulum-v1\n", "1,100,7\n2,200,8\n");
    assert_false(scratch_same(draw_one("a.png", a), draw_one("b.png", b)));
}

static void expect_start(const char *path, const char *start)
{
    size_t size;
    char *data = scratch_read(&size, path);
    assert_non_null(data);
    assert_true(size > strlen(start) && memcmp(data, start, strlen(start)) == 0);
    free(data);
}

static void test_formats(void **state)
{
    (void)state;
    const char *run = make_run("formats", NULL, ROWS);
    expect_start(draw_one("f.PNG", run), "\x89PNG");
    expect_start(draw_one("f.svg", run), "<?xml");
    expect_start(draw_one("f.pdf", run), "%PDF");
}

// --- curves -------------------------------------------------------------------------------------

// Runs that differ in the seed are one curve, others two.
static void test_seeds_make_one_curve(void **state)
{
    (void)state;
    const char *runs[] = {
        make_run("s1", "env_id: CartPole-v1\nseed: 1\n", ROWS),
        make_run("s2", "env_id: CartPole-v1\nseed: 2\n", "1,100,9\n2,200,10\n3,300,60\n"),
        make_run("s3", "env_id: CartPole-v1\nseed: 1\nclip_coef: 0.1\n", "1,100,1\n2,400,2\n"),
    };
    const char *picture = scratch_path("seeds.png");
    draw(picture, runs, 2, &usual);
    assert_int_equal(count_pixels(picture, 1600, 1000, orange), 0);
    draw(picture, runs, 3, &usual);
    assert_true(count_pixels(picture, 1600, 1000, orange) > 1000);
    const ppo_plot_options each = {.struct_size = sizeof each, .each = true};
    draw(picture, runs, 2, &each);
    assert_true(count_pixels(picture, 1600, 1000, orange) > 1000);
}

static void test_thin_runs(void **state)
{
    (void)state;
    const char *point = make_run("point", NULL, "1,100,\n2,200,5\n");
    assert_true(count_pixels(draw_one("point.png", point), 1600, 1000, blue) > 20); // a dot
    draw_one("flat.png", make_run("flat", NULL, "1,100,5\n2,200,5\n"));
    draw_one("zero.png", make_run("zero", NULL, "1,0,0\n"));
    draw_one("gaps.png", make_run("gaps", NULL, "1,100,1\n2,200,nan\n3,300,inf\n4,400,2\n"));
    draw_one("huge.png", make_run("huge", NULL, "1,100,-1e300\n2,1e18,1e300\n"));
    draw_one("torn.png", make_run("torn", NULL, "1,100,1\n2,200,2\n3,30"));
}

static void test_many_runs_and_rows(void **state)
{
    (void)state;
    enum { RUNS = 25, ROWS_OF_MANY = 5000 };
    const char *runs[RUNS];
    char name[16], *copies[RUNS];
    for (int i = 0; i < RUNS; i++) {
        snprintf(name, sizeof name, "m%d", i);
        copies[i] = strdup(make_run(name, NULL, ROWS));
        runs[i] = copies[i];
    }
    draw(scratch_path("many.png"), runs, RUNS, &usual);
    char *text = malloc(ROWS_OF_MANY * 40);
    size_t used = (size_t)sprintf(text, "global_step,rollout/ep_rew_mean\n");
    for (int i = 0; i < ROWS_OF_MANY; i++)
        used += (size_t)sprintf(text + used, "%d,%d\n", 10 * i, i % 50);
    assert_true(scratch_write(scratch_path("long.csv"), text, used));
    draw_one("long.png", scratch_path("long.csv"));
    free(text);
    for (int i = 0; i < RUNS; i++)
        free(copies[i]);
}

// --- refusals -----------------------------------------------------------------------------------

static void expect_refusal(const char *picture, const char *run, const ppo_plot_options *options,
                           ppo_status status, const char *part)
{
    ppo_error error = {0};
    assert_int_equal(ppo_plot_runs(picture, &run, 1, options, &error), status);
    if (!strstr(error.message, part))
        fail_msg("'%s' does not say '%s'", error.message, part);
}

static void test_refusals(void **state)
{
    (void)state;
    char run[600], picture[600]; // scratch paths don't live for as long
    snprintf(run, sizeof run, "%s", make_run("good", NULL, ROWS));
    snprintf(picture, sizeof picture, "%s", scratch_path("refused.png"));
    const ppo_plot_options metric = {.struct_size = sizeof metric, .metric = "rollout/ep_rew_men"},
                           time = {.struct_size = sizeof time, .x = PPO_PLOT_SECONDS};
    const ppo_plot_options tiny = {.struct_size = sizeof tiny, .width = 20};
    expect_refusal(scratch_path("a.jpg"), run, &usual, PPO_INVALID, ".png, .svg or .pdf");
    expect_refusal(picture, run, &metric, PPO_NOT_FOUND, "did you mean rollout/ep_rew_mean?");
    expect_refusal(picture, run, &time, PPO_NOT_FOUND, "time/time_elapsed");
    expect_refusal(picture, run, &tiny, PPO_INVALID, "[200, 10000]");
    expect_refusal(picture, scratch_path("nowhere"), &usual, PPO_NOT_FOUND, "nowhere");
    expect_refusal(scratch_path("nowhere/a.png"), run, &usual, PPO_IO, "nowhere/a.png");
    expect_refusal(picture, make_run("young", NULL, ""), &usual, PPO_INVALID, "no value of");
    expect_refusal(picture, make_run("nans", NULL, "1,100,\n2,200,nan\n"), &usual, PPO_INVALID,
                   "no value of");
    expect_refusal(picture, make_run("short", NULL, "1,2\n"), &usual, PPO_CORRUPT, "2 cells");
    expect_refusal(picture, make_run("words", NULL, "1,2,x\n"), &usual, PPO_CORRUPT,
                   "progress.csv:2: 'x' is not a number");
    assert_true(scratch_write(scratch_path("empty.csv"), "", 0));
    expect_refusal(picture, scratch_path("empty.csv"), &usual, PPO_CORRUPT, "is empty");
    assert_false(scratch_exists(picture));
    ppo_error error = {0};
    assert_int_equal(ppo_plot_runs(picture, NULL, 0, &usual, &error), PPO_INVALID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_png),       cmocka_unit_test(test_equal_runs_give_equal_bytes),
        cmocka_unit_test(test_formats),   cmocka_unit_test(test_seeds_make_one_curve),
        cmocka_unit_test(test_thin_runs), cmocka_unit_test(test_many_runs_and_rows),
        cmocka_unit_test(test_refusals),
    };
    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
#else
static void test_absent_curves_say_so(void **state)
{
    (void)state;
    ppo_error error = {0};
    double x = 1.0, y = 2.0;
    const ppo_curve curve = {.count = 1, .x = &x, .y = &y};
    const ppo_figure figure = {
        .panels = {{.curves = &curve, .num_curves = 1, .level = (double)NAN}},
        .num_panels = 1,
        .width = 800,
        .height = 500};
    assert_int_equal(ppo_figure_draw(&figure, scratch_path("a.png"), &error), PPO_UNSUPPORTED);
    assert_non_null(strstr(error.message, "need the module plot.so"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_absent_curves_say_so)};
    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
#endif
