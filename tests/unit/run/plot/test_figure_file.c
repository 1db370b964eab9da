// SPDX-License-Identifier: MIT
// Figures as files: the format follows the name, the file is published whole, failures name it.
#include "run/plot/figure.h"

#include "unit/run/support/scratch.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static ppo_status draw(const char *name, ppo_error *error)
{
    static double x[] = {1, 2, 3}, y[] = {1, 4, 2};
    const ppo_curve curve = {.label = "a", .count = 3, .x = x, .y = y};
    const ppo_figure figure = {
        .title = "title",
        .subtitle = "subtitle",
        .x_label = "x",
        .panels = {{.curves = &curve, .num_curves = 1, .level = (double)NAN}},
        .num_panels = 1,
        .width = 300,
        .height = 200};
    return ppo_figure_draw(&figure, scratch_path(name), error);
}

static bool can_draw(void)
{
    char text[512];
    ppo_plot_describe(text, sizeof text);
    return strncmp(text, "absent", 6) != 0;
}

static void test_formats(void **state)
{
    static const struct {
        const char *name, *beginning;
    } rows[] = {
        {"a.png", "\x89PNG\r\n"}, {"a.svg", "<?xml"}, {"a.pdf", "%PDF-"}, {"B.PNG", "\x89PNG"}};
    (void)state;
    if (!can_draw())
        skip();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        size_t size;
        ppo_error error = {0};
        if (draw(rows[i].name, &error) != PPO_OK)
            fail_msg("%s", error.message);
        char *data = scratch_read(&size, scratch_path(rows[i].name));
        assert_non_null(data);
        assert_true(size > 500);
        assert_memory_equal(data, rows[i].beginning, strlen(rows[i].beginning));
        free(data);
    }
    assert_int_equal(draw("again.png", NULL), PPO_OK);
    assert_true(scratch_same(scratch_path("a.png"), scratch_path("again.png")));
}

static void test_refusals(void **state)
{
    static const char *const names[] = {"a", "a.jpg", "png", ".pn"};
    ppo_error error = {0};
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        assert_int_equal(ppo_figure_check(names[i], &error), PPO_INVALID);
        assert_non_null(strstr(error.message, names[i]));
        assert_non_null(strstr(error.message, ".png, .svg or .pdf"));
        assert_int_equal(draw(names[i], &error), PPO_INVALID);
        assert_false(scratch_exists(scratch_path(names[i])));
    }
    assert_int_equal(ppo_figure_check("a.svg", &error), PPO_OK);
    if (!can_draw())
        skip();
    assert_int_equal(draw("no/such/folder.png", &error), PPO_IO);
    assert_non_null(strstr(error.message, "folder.png"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_formats),
        cmocka_unit_test(test_refusals),
    };
    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
