// SPDX-License-Identifier: MIT
// Figures as text: where dots go, marks and colours, no line too long at any size.
#include "run/plot/figure.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static double rising_x[] = {0, 100}, rising_y[] = {0, 10};
static double falling_y[] = {10, 0};

static ppo_figure figure_of(const ppo_curve *curves, size_t num_curves)
{
    return (ppo_figure){
        .title = "Title",
        .subtitle = "what is shown here",
        .x_label = "steps",
        .panels = {{.curves = curves, .num_curves = num_curves, .level = (double)NAN}},
        .num_panels = 1};
}

// To be freed.
static char *write_figure(const ppo_figure *figure, unsigned columns, unsigned rows,
                          bool is_coloured)
{
    ppo_bytes text = {0};
    assert_true(ppo_figure_write(figure, &text, columns, rows, is_coloured));
    assert_true(ppo_bytes_append(&text, "", 1));
    return (char *)text.data;
}

static size_t longest_line(const char *text)
{
    size_t longest = 0, length = 0;
    for (; *text; text++) {
        length = *text == '\n' ? 0 : length + (((unsigned char)*text & 0xC0) != 0x80);
        longest = length > longest ? length : longest;
    }
    return longest;
}

static void test_one_curve(void **state)
{
    const ppo_curve curve = {.count = 2, .x = rising_x, .y = rising_y};
    const ppo_figure figure = figure_of(&curve, 1);
    (void)state;
    char *text = write_figure(&figure, 24, 4, false);
    assert_string_equal(text, "Title\n"
                              "what is shown here\n"
                              "10 ┤                ⣀⡠⠔⠒\n"
                              " 5 ┤          ⢀⣀⠤⠒⠊⠉    \n"
                              "   │     ⣀⡠⠤⠒⠉⠁         \n"
                              " 0 ┤⣀⠤⠔⠊⠉               \n"
                              "   └┬────────┬─────────┬\n"
                              "    0       50       100\n"
                              "           steps\n");
    free(text);
}

static void test_several_curves(void **state)
{
    const ppo_curve curves[] = {{.label = "up", .count = 2, .x = rising_x, .y = rising_y},
                                {.label = "down", .count = 2, .x = rising_x, .y = falling_y},
                                {.label = "alone", .count = 1, .x = rising_x, .y = falling_y}};
    ppo_figure figure = figure_of(curves, 3);
    (void)state;
    figure.panels[0].level = 5;
    strcpy(figure.panels[0].level_label, "solved at 5");
    char *text = write_figure(&figure, 40, 10, false);
    assert_non_null(strstr(text, "\n● up\n○ down\n▲ alone\n┄┄ solved at 5\n"));
    assert_non_null(strstr(text, "┄┄┄┄┄┄┄┄"));
    assert_non_null(strstr(text, "●●"));
    assert_non_null(strstr(text, "○○"));
    assert_null(strchr(text, '\x1b'));
    free(text);
    text = write_figure(&figure, 40, 10, true);
    assert_non_null(strstr(text, "\x1b[34m━━ \x1b[0mup\n"));
    assert_non_null(strstr(text, "\x1b[33m━━ \x1b[0mdown\n"));
    assert_null(strstr(text, "●"));
    free(text);
}

// One below the other on axes of their own, over one horizontal axis; a legend for the first of
// those that have the same.
static void test_panels(void **state)
{
    static double small_y[] = {-0.002, 0.001};
    const ppo_curve curves[] = {{.label = "a", .count = 2, .x = rising_x, .y = rising_y},
                                {.label = "b", .count = 2, .x = rising_x, .y = falling_y},
                                {.label = "a", .count = 2, .x = rising_x, .y = small_y},
                                {.label = "b", .count = 2, .x = rising_x, .y = small_y}};
    ppo_figure figure = figure_of(curves, 2);
    (void)state;
    figure.subtitle[0] = '\0';
    strcpy(figure.panels[0].heading, "large");
    figure.panels[1] = (ppo_panel){
        .heading = "small", .curves = curves + 2, .num_curves = 2, .level = (double)NAN};
    figure.num_panels = 2;
    char *text = write_figure(&figure, 40, 16, false);
    const char *large = strstr(text, "Title\nlarge\n● a\n○ b\n"),
               *small = strstr(text, "\nsmall\n");
    assert_non_null(large);
    assert_non_null(small);
    assert_non_null(strstr(text, " 10 ┤"));
    assert_true(strstr(text, " 10 ┤") < small && strstr(text, "0.000 ┤") > small);
    assert_true(strstr(text, "−0.002 ┤") > small);
    assert_null(strstr(small, "○ b"));
    assert_ptr_equal(strstr(text, "steps"), strstr(small, "steps"));
    size_t lines = 0;
    for (const char *at = text; *at; at++)
        lines += *at == '\n';
    assert_int_equal(lines, 1 + 3 + 8 + 1 + 8 + 3);
    free(text);
}

static void test_begins_at_0(void **state)
{
    static double late_x[] = {900, 1000};
    const ppo_curve curve = {.count = 2, .x = late_x, .y = rising_y};
    const ppo_figure figure = figure_of(&curve, 1);
    (void)state;
    assert_true(ppo_figure_x_axis(&figure, 5).low == 0.0);
}

static void test_every_size(void **state)
{
    double x[200], y[200];
    (void)state;
    for (int i = 0; i < 200; i++) {
        x[i] = 12345.0 * i;
        y[i] = 1e4 * sin(0.1 * i) - 2e3;
    }
    ppo_curve curves[12] = {{.count = 200, .x = x, .y = y}};
    memset(curves[0].label, 'a', sizeof curves[0].label - 1); // longer than the line
    for (int k = 1; k < 12; k++)
        curves[k] = (ppo_curve){.label = "more", .count = 200, .x = x, .y = y};
    ppo_figure figure = figure_of(curves, 12);
    memset(figure.title, 'b', sizeof figure.title - 1);
    for (unsigned columns = 40; columns < 200; columns += 7)
        for (unsigned rows = 10; rows < 60; rows += 11) {
            char *text = write_figure(&figure, columns, rows, false);
            assert_true(longest_line(text) <= columns);
            free(text);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_curve),  cmocka_unit_test(test_several_curves),
        cmocka_unit_test(test_panels),     cmocka_unit_test(test_begins_at_0),
        cmocka_unit_test(test_every_size),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
