// SPDX-License-Identifier: MIT
// Palettes: exact up to 256 colours, near past that, made anew where a picture needs it; and the
// planes of video.
#include "run/film/film_colours.h"

#include "ppo/random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { SIDE = 64, PIXELS = SIDE * SIDE };

static unsigned char rgb[3 * PIXELS];
static uint8_t indices[PIXELS];

// Pixel i has the colour (i * step) % count of a range that begins at `first`.
static void paint_range(uint32_t first, uint32_t count)
{
    for (uint32_t i = 0; i < PIXELS; i++) {
        const uint32_t colour = first + i % count;
        rgb[3 * i] = (unsigned char)(colour >> 16);
        rgb[3 * i + 1] = (unsigned char)(colour >> 8);
        rgb[3 * i + 2] = (unsigned char)colour;
    }
}

static void paint_gradient(void)
{
    for (int i = 0; i < PIXELS; i++) {
        rgb[3 * i] = (unsigned char)(i % SIDE * 4);
        rgb[3 * i + 1] = (unsigned char)(i / SIDE * 4);
        rgb[3 * i + 2] = (unsigned char)(255 - i % SIDE * 2);
    }
}

// The largest difference of a channel after a round through the palette.
static int error_of(ppo_palette *p)
{
    int worst = 0;
    assert_true(ppo_palette_index(p, indices, SIDE, rgb, SIDE, SIDE));
    for (int i = 0; i < PIXELS; i++)
        for (int k = 0; k < 3; k++) {
            const int got = (int)(ppo_palette_colours(p)[indices[i]] >> (16 - 8 * k) & 255);
            const int error = abs(got - rgb[3 * i + k]);
            worst = error > worst ? error : worst;
        }
    return worst;
}

static void test_256_colours_are_exact(void **state)
{
    (void)state;
    ppo_palette *p = ppo_palette_create();
    paint_range(0x102030, 100);
    assert_int_equal(error_of(p), 0);
    const uint8_t before = indices[17];
    paint_range(0x880000, 156);
    assert_int_equal(error_of(p), 0);
    paint_range(0x102030, 100); // still there, at the same places
    assert_int_equal(error_of(p), 0);
    assert_int_equal(indices[17], before);
    ppo_palette_destroy(p);
}

static void test_many_colours_are_near(void **state)
{
    (void)state;
    ppo_palette *p = ppo_palette_create();
    paint_gradient(); // 4096 colours in a square of 256 x 256 x 128
    assert_in_range(error_of(p), 1, 20);
    assert_true(ppo_palette_learn(p, rgb, PIXELS));
    assert_in_range(error_of(p), 1, 20);
    ppo_palette_destroy(p);
}

// A full palette takes what is near as it is, and gives way to what is far.
static void test_palette_gives_way(void **state)
{
    (void)state;
    ppo_palette *p = ppo_palette_create();
    paint_range(0x000000, 256);
    assert_int_equal(error_of(p), 0);
    paint_range(0x010100, 256); // a shade off
    assert_in_range(error_of(p), 1, 1);
    paint_range(0xFF8000, 200);
    assert_int_equal(error_of(p), 0);
    ppo_palette_destroy(p);
}

static void test_more_colours_than_the_table_holds(void **state)
{
    (void)state;
    ppo_palette *p = ppo_palette_create();
    for (uint32_t first = 0; first < 40; first++) {
        paint_range(first * PIXELS, PIXELS);
        error_of(p);
    }
    paint_range(0x400000, 2);
    assert_true(ppo_palette_learn(p, rgb, PIXELS));
    assert_int_equal(error_of(p), 0);
    ppo_palette_destroy(p);
}

static void test_given_colours_come_first(void **state)
{
    (void)state;
    ppo_palette *p = ppo_palette_create();
    ppo_palette_add(p, 0x112233);
    ppo_palette_add(p, 0x445566);
    ppo_palette_add(p, 0x112233);
    paint_range(0x112233, 1);
    assert_int_equal(error_of(p), 0);
    assert_int_equal(indices[0], 0);
    paint_range(0x778899, 1);
    assert_int_equal(error_of(p), 0);
    assert_int_equal(indices[0], 2);
    ppo_palette_destroy(p);
}

static void test_planes(void **state)
{
    (void)state;
    // Red, green / blue, white: one pixel each, three columns so that the last is repeated.
    static const unsigned char picture[] = {255, 0, 0,   0,   255, 0,   0, 0, 0,
                                            0,   0, 255, 255, 255, 255, 0, 0, 0};
    uint8_t y[4 * 4], u[2 * 2], v[2 * 2];
    uint8_t *const plane[3] = {y, u, v};
    const size_t pitch[3] = {4, 2, 2};
    assert_int_equal(ppo_film_even(3), 4);
    assert_int_equal(ppo_film_even(4), 4);
    ppo_film_yuv(plane, pitch, picture, 3, 2, 1);
    static const uint8_t brightness[] = {82, 145, 16, 16, 41, 235, 16, 16};
    for (size_t i = 0; i < 8; i++)
        assert_in_range(y[i], brightness[i] - 1, brightness[i] + 1);
    assert_in_range(u[1], 127, 129); // black
    assert_in_range(v[1], 127, 129);

    ppo_film_yuv(plane, pitch, picture, 2, 2, 2); // as 2 x 2 of another picture, doubled
    assert_in_range(u[0], 89, 91);                // red alone
    assert_in_range(v[0], 239, 241);
    assert_in_range(u[1], 53, 55); // green
    assert_in_range(v[1], 33, 35);
}

// A GIF encoder may merge equal colours of a palette, and then pixels of the later ones lose
// theirs.
static void test_palette_has_each_colour_once(void **state)
{
    (void)state;
    ppo_random random;
    ppo_random_seed(&random, 1);
    for (int picture = 0; picture < 30; picture++) {
        ppo_palette *p = ppo_palette_create();
        assert_non_null(p);
        for (int i = 0; i < PIXELS * 3; i++) // a small dense cube: means of neighbours coincide
            rgb[i] = (unsigned char)(40 + ppo_random_integers(&random, 0, 8 + picture % 3) *
                                              ppo_random_integers(&random, 0, 2));
        assert_true(ppo_palette_learn(p, rgb, PIXELS));
        assert_true(ppo_palette_index(p, indices, SIDE, rgb, SIDE, SIDE));
        const uint32_t *colour = ppo_palette_colours(p);
        for (int i = 0; i < PIXELS; i++)
            for (int k = 0; k < indices[i]; k++)
                if (colour[k] == colour[indices[i]])
                    fail_msg("picture %d: colours %d and %d are both %06x", picture, k, indices[i],
                             (unsigned)colour[k]);
        ppo_palette_destroy(p);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_256_colours_are_exact),
        cmocka_unit_test(test_many_colours_are_near),
        cmocka_unit_test(test_palette_gives_way),
        cmocka_unit_test(test_more_colours_than_the_table_holds),
        cmocka_unit_test(test_given_colours_come_first),
        cmocka_unit_test(test_planes),
        cmocka_unit_test(test_palette_has_each_colour_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
