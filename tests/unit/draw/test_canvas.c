// SPDX-License-Identifier: MIT
// Drawing: shapes, colours and the camera, pixel by pixel where no anti-aliasing is involved; one
// canvas over another picture; and all edges of a picture written.
#include "draw/canvas.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#ifdef PPO_HAVE_CANVAS

enum { WIDTH = 40, HEIGHT = 20 };
static unsigned char rgb[HEIGHT * WIDTH * 3];

static uint32_t pixel(int column, int row)
{
    const unsigned char *p = rgb + 3 * (row * WIDTH + column);
    return (uint32_t)p[0] << 16 | (uint32_t)p[1] << 8 | p[2];
}

static void test_background_fills_the_picture(void **state)
{
    ppo_canvas canvas;
    (void)state;
    memset(rgb, 0xA5, sizeof rgb);
    ppo_canvas_open(&canvas, rgb, WIDTH, HEIGHT, 0x123456);
    ppo_canvas_close(&canvas);
    for (int y = 0; y < HEIGHT; y++)
        for (int x = 0; x < WIDTH; x++)
            assert_int_equal(pixel(x, y), 0x123456);
}

// Without a camera the unit is the pixel and (0, 0) the bottom left corner.
static void test_a_box_in_pixels(void **state)
{
    ppo_canvas canvas;
    (void)state;
    ppo_canvas_open(&canvas, rgb, WIDTH, HEIGHT, 0xFFFFFF);
    ppo_canvas_box(&canvas, 2.0, 3.0, 5.0, 7.0, PPO_FILL(0xFF8001));
    ppo_canvas_close(&canvas);
    for (int y = 0; y < HEIGHT; y++)
        for (int x = 0; x < WIDTH; x++) {
            const bool inside = x >= 2 && x < 5 && y >= HEIGHT - 7 && y < HEIGHT - 3;
            assert_int_equal(pixel(x, y), inside ? 0xFF8001 : 0xFFFFFF);
        }
}

// A square world in a picture twice as wide: shown whole and centred, with more on both sides.
static void test_the_camera(void **state)
{
    double left, bottom, right, top;
    ppo_canvas canvas;
    (void)state;
    ppo_canvas_open(&canvas, rgb, WIDTH, HEIGHT, 0x000000);
    ppo_canvas_look(&canvas, -1.0, -1.0, 1.0, 1.0);
    ppo_canvas_edges(&canvas, &left, &bottom, &right, &top);
    assert_true(fabs(left + 2.0) < 1e-9 && fabs(right - 2.0) < 1e-9);
    assert_true(fabs(bottom + 1.0) < 1e-9 && fabs(top - 1.0) < 1e-9);
    assert_true(fabs(ppo_canvas_scale(&canvas) - 10.0) < 1e-9);
    ppo_canvas_box(&canvas, 0.0, 0.0, 1.0, 1.0, PPO_FILL(0x00FF00)); // the upper right quarter
    ppo_canvas_close(&canvas);
    assert_int_equal(pixel(20, 9), 0x00FF00);
    assert_int_equal(pixel(29, 0), 0x00FF00);
    assert_int_equal(pixel(30, 0), 0x000000);
    assert_int_equal(pixel(19, 9), 0x000000);
    assert_int_equal(pixel(20, 10), 0x000000);
}

static void test_pushes_nest(void **state)
{
    ppo_canvas canvas;
    (void)state;
    ppo_canvas_open(&canvas, rgb, WIDTH, HEIGHT, 0xFFFFFF);
    ppo_canvas_push(&canvas, 10.0, 10.0, M_PI / 2.0); // x now points up
    ppo_canvas_push(&canvas, 4.0, 0.0, 0.0);          // 4 up: at (10, 14)
    ppo_canvas_box(&canvas, 0.0, -3.0, 2.0, 0.0, PPO_FILL(0x0000FF));
    ppo_canvas_pop(&canvas);
    ppo_canvas_pop(&canvas);
    ppo_canvas_box(&canvas, 0.0, 0.0, 1.0, 1.0, PPO_FILL(0xFF0000));
    ppo_canvas_close(&canvas);
    assert_int_equal(pixel(11, HEIGHT - 1 - 15), 0x0000FF);
    assert_int_equal(pixel(9, HEIGHT - 1 - 15), 0xFFFFFF);
    assert_int_equal(pixel(11, HEIGHT - 1 - 13), 0xFFFFFF);
    assert_int_equal(pixel(0, HEIGHT - 1), 0xFF0000);
}

static void test_drawing_over_a_picture(void **state)
{
    ppo_canvas canvas;
    (void)state;
    for (size_t i = 0; i < sizeof rgb; i++)
        rgb[i] = (unsigned char)i;
    const uint32_t kept = pixel(3, 3);
    ppo_canvas_open_over(&canvas, rgb, WIDTH, HEIGHT);
    ppo_canvas_box(&canvas, 10.0, 10.0, 12.0, 12.0, PPO_FILL(0x010203));
    ppo_canvas_close(&canvas);
    assert_int_equal(pixel(3, 3), kept);
    assert_int_equal(pixel(10, HEIGHT - 1 - 10), 0x010203);
}

static void test_paint(void **state)
{
    const ppo_paint both = {.fill = 0x00FF00, .stroke = 0xFF0000, .width = 2.0};
    ppo_canvas canvas;
    (void)state;
    ppo_canvas_open(&canvas, rgb, WIDTH, HEIGHT, 0xFFFFFF);
    ppo_canvas_box(&canvas, 5.0, 5.0, 15.0, 15.0, both);
    ppo_canvas_circle(&canvas, 30.0, 10.0, 5.0, PPO_STROKE(0x0000FF, 2.0));
    ppo_canvas_close(&canvas);
    assert_int_equal(pixel(10, 10), 0x00FF00);
    assert_int_equal(pixel(4, 10), 0xFF0000);  // half of the outline lies outside
    assert_int_equal(pixel(5, 10), 0xFF0000);  // and half inside
    assert_int_equal(pixel(30, 10), 0xFFFFFF); // not filled
    assert_int_not_equal(pixel(25, 10), 0xFFFFFF);
}

static void test_text(void **state)
{
    ppo_canvas canvas;
    (void)state;
    ppo_canvas_open(&canvas, rgb, WIDTH, HEIGHT, 0xFFFFFF);
    assert_true(ppo_canvas_text_width(&canvas, "", 12.0) == 0.0);
    ppo_canvas_text(&canvas, "8", 4.0, 4.0, 12.0, 0x000000);
    const double one = ppo_canvas_text_width(&canvas, "8", 12.0);
    assert_true(ppo_canvas_text_width(&canvas, "88", 12.0) > one);
    ppo_canvas_close(&canvas);
    if (one == 0.0)
        skip(); // no font on this machine
    size_t dark = 0;
    for (int y = 0; y < HEIGHT; y++)
        for (int x = 0; x < WIDTH; x++)
            dark += pixel(x, y) != 0xFFFFFF;
    assert_true(dark > 10);
    assert_int_equal(pixel(10, HEIGHT - 1), 0xFFFFFF); // below the baseline
}

static int setup(void **state)
{
    ppo_error error = {0};
    (void)state;
    if (ppo_canvas_check(&error) == PPO_OK)
        return 0;
    print_error("%s\n", error.message);
    return -1;
}

#else

// A build that can't draw says so, and its pictures have the background's colour.
static void test_without_cairo(void **state)
{
    unsigned char rgb[2 * 2 * 3];
    ppo_canvas canvas;
    ppo_error error = {0};
    (void)state;
    assert_int_equal(ppo_canvas_check(&error), PPO_UNSUPPORTED);
    assert_true(error.message[0] != '\0');
    ppo_canvas_open(&canvas, rgb, 2, 2, 0x123456);
    ppo_canvas_box(&canvas, 0.0, 0.0, 2.0, 2.0, PPO_FILL(0xFFFFFF));
    ppo_canvas_close(&canvas);
    assert_true(rgb[0] == 0x12 && rgb[1] == 0x34 && rgb[2] == 0x56);
}

#endif

int main(void)
{
#ifdef PPO_HAVE_CANVAS
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_background_fills_the_picture),
        cmocka_unit_test(test_a_box_in_pixels),
        cmocka_unit_test(test_the_camera),
        cmocka_unit_test(test_pushes_nest),
        cmocka_unit_test(test_drawing_over_a_picture),
        cmocka_unit_test(test_paint),
        cmocka_unit_test(test_text),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
#else
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_without_cairo)};
    return cmocka_run_group_tests(tests, NULL, NULL);
#endif
}
