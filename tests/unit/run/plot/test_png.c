// SPDX-License-Identifier: MIT
// Pictures written as PNG are read back pixel by pixel.
#include "run/plot/png.h"

#include <png.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void check(const uint32_t *pixels, uint32_t width, uint32_t height, size_t pitch)
{
    ppo_bytes png = {0};
    assert_true(ppo_bytes_append(&png, "before", 6));
    assert_true(ppo_png_append(&png, pixels, width, height, pitch));
    assert_memory_equal(png.data, "before", 6);

    png_image image = {.version = PNG_IMAGE_VERSION};
    assert_true(png_image_begin_read_from_memory(&image, png.data + 6, png.size - 6));
    assert_int_equal(image.width, width);
    assert_int_equal(image.height, height);
    assert_int_equal(image.format, PNG_FORMAT_RGB);
    unsigned char *rgb = malloc(PNG_IMAGE_SIZE(image));
    assert_true(png_image_finish_read(&image, NULL, rgb, 0, NULL));
    for (uint32_t y = 0; y < height; y++)
        for (uint32_t i = 0; i < 3 * width; i++)
            assert_int_equal(rgb[y * 3 * width + i],
                             pixels[y * pitch + i / 3] >> (16 - 8 * (i % 3)) & 0xFF);
    free(rgb);
    ppo_bytes_release(&png);
}

static void test_flat(void **state)
{
    (void)state;
    static uint32_t pixels[400 * 30]; // the upper byte is not part of a pixel
    for (size_t i = 0; i < 400 * 30; i++)
        pixels[i] = 0xFFFFFF | (uint32_t)i << 24;
    for (uint32_t width = 1; width <= 400; width += 1 + width / 9)
        check(pixels, width, 30, 400);
}

static void test_noise(void **state)
{
    (void)state;
    static uint32_t pixels[64 * 50];
    uint32_t random = 3;
    for (size_t i = 0; i < 64 * 50; i++) {
        random = random * 1664525u + 1013904223u;
        pixels[i] = random >> 8;
    }
    check(pixels, 64, 50, 64);
    check(pixels, 1, 50, 64);
    check(pixels, 63, 1, 64);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_flat), cmocka_unit_test(test_noise)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
