// SPDX-License-Identifier: MIT
// Pictures as text for a terminal: sizes that fit, mean colours, and no more text than has changed.
#include "cli/screen/mosaic.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define BLOCK "\xE2\x96\x80"

static void expect_fit(uint32_t picture_width, uint32_t picture_height, unsigned columns,
                       unsigned rows, unsigned width, unsigned height)
{
    unsigned w, h;
    cli_mosaic_fit(&w, &h, picture_width, picture_height, columns, rows);
    assert_int_equal(w, width);
    assert_int_equal(h, height);
}

static void test_fit(void **state)
{
    (void)state;
    expect_fit(600, 400, 80, 23, 69, 46); // as high as the terminal
    expect_fit(600, 400, 60, 50, 60, 40); // as wide
    expect_fit(500, 500, 80, 23, 46, 46);
    expect_fit(320, 210, 1, 1, 1, 2);
    expect_fit(4096, 1, 80, 23, 80, 2);
    expect_fit(1, 4096, 80, 23, 1, 46);
    for (unsigned columns = 1; columns < 100; columns += 3)
        for (unsigned rows = 1; rows < 60; rows += 2) {
            unsigned w, h;
            cli_mosaic_fit(&w, &h, 320, 210, columns, rows);
            assert_true(w >= 1 && w <= columns && h >= 2 && h <= 2 * rows && h % 2 == 0);
        }
}

// 4 x 4 pixels as 2 x 2: each of the terminal's is the mean of four.
static void test_means(void **state)
{
    (void)state;
    cli_mosaic m = {0};
    unsigned char rgb[4 * 4 * 3];
    for (size_t i = 0; i < sizeof rgb; i++) {
        const size_t x = i / 3 % 4, y = i / 3 / 4;
        rgb[i] = (unsigned char)(i % 3 == 0 ? (y < 2 ? 100 : 200) + 2 * (x % 2) : 10 * (x / 2));
    }
    assert_true(cli_mosaic_draw(&m, rgb, 4, 4, 2, 1));
    const char expected[] = "\x1b[0m\x1b[2J\x1b[1;1H\x1b[38;2;101;0;0m\x1b[48;2;201;0;0m" BLOCK
                            "\x1b[38;2;101;10;10m\x1b[48;2;201;10;10m" BLOCK "\x1b[0m";
    assert_int_equal(m.length, sizeof expected - 1);
    assert_memory_equal(m.text, expected, m.length);

    assert_true(cli_mosaic_draw(&m, rgb, 4, 4, 2, 1)); // nothing has changed
    assert_int_equal(m.length, strlen("\x1b[0m"));

    for (size_t y = 0; y < 4; y++) // the right half has
        for (size_t x = 2; x < 4; x++)
            memset(rgb + (y * 4 + x) * 3, 9, 3);
    const char change[] = "\x1b[1;2H\x1b[38;2;9;9;9m\x1b[48;2;9;9;9m" BLOCK "\x1b[0m";
    assert_true(cli_mosaic_draw(&m, rgb, 4, 4, 2, 1));
    assert_int_equal(m.length, sizeof change - 1);
    assert_memory_equal(m.text, change, m.length);
    cli_mosaic_release(&m);
}

static void test_blanks_where_there_are_no_blocks(void **state)
{
    (void)state;
    cli_mosaic m = {.is_ascii = true};
    const unsigned char rgb[] = {10, 20, 255, 10, 20, 255, 31, 40, 255, 31, 40, 255}; // 2 x 2
    const char expected[] = "\x1b[0m\x1b[2J\x1b[1;1H\x1b[48;2;20;30;255m  \x1b[0m";
    assert_true(cli_mosaic_draw(&m, rgb, 2, 2, 2, 1));
    assert_int_equal(m.length, sizeof expected - 1);
    assert_memory_equal(m.text, expected, m.length);
    cli_mosaic_release(&m);
    assert_true(m.is_ascii);
}

// The text fits its buffer, however many cells change; another size begins anew; the picture is in
// the middle.
static void test_capacity(void **state)
{
    (void)state;
    cli_mosaic m = {0};
    unsigned char *rgb = malloc(300 * 200 * 3);
    assert_non_null(rgb);
    for (size_t i = 0; i < 300 * 200 * 3; i++)
        rgb[i] = (unsigned char)(100 + rand() % 156);
    assert_true(cli_mosaic_draw(&m, rgb, 300, 200, 150, 50));
    assert_true(m.length < m.capacity);
    size_t blocks = 0;
    for (size_t i = 0; i + 3 <= m.length; i++)
        blocks += memcmp(m.text + i, BLOCK, 3) == 0;
    assert_int_equal(blocks, 150 * 50);
    assert_true(cli_mosaic_draw(&m, rgb, 300, 200, 100, 10));
    assert_memory_equal(m.text, "\x1b[0m\x1b[2J\x1b[1;36H", strlen("\x1b[0m\x1b[2J\x1b[1;36H"));
    cli_mosaic_release(&m);
    free(rgb);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fit),
        cmocka_unit_test(test_means),
        cmocka_unit_test(test_blanks_where_there_are_no_blocks),
        cmocka_unit_test(test_capacity),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
