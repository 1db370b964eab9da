// SPDX-License-Identifier: MIT
// Palette look-ups, pixel by pixel; and what lets them look at 128 entries only.
#include "env/atari/screen_pixels.h"
#include "ppo/atari.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum { PIXELS = 211 * PPO_ATARI_WIDTH }; // an odd number of lines

static uint8_t screen[PIXELS], grey[PIXELS + 1], rgb[3 * PIXELS];

static void fill_screen(void)
{
    for (size_t i = 0; i < PIXELS; i++) // some lines repeat
        screen[i] = (uint8_t)(i / PPO_ATARI_WIDTH % 3 == 0 ? i % 251 : i * 7 % 256);
    memcpy(screen + (size_t)10 * PPO_ATARI_WIDTH, screen + (size_t)9 * PPO_ATARI_WIDTH,
           PPO_ATARI_WIDTH);
}

static void test_grey(void **state)
{
    (void)state;
    const uint8_t *palette = ppo_atari_palette_grey();
    for (int i = 0; i < 256; i += 2)
        assert_int_equal(palette[i], palette[i + 1]);
    fill_screen();
    grey[PIXELS] = 123;
    ppo_screen_grey(grey, screen, PIXELS);
    for (size_t i = 0; i < PIXELS; i++)
        assert_int_equal(grey[i], palette[screen[i]]);
    assert_int_equal(grey[PIXELS], 123); // not past the end
}

static void test_rgb(void **state)
{
    (void)state;
    const uint32_t *palette = ppo_atari_palette_rgb();
    fill_screen();
    ppo_screen_rgb(rgb, screen, PIXELS);
    for (size_t i = 0; i < PIXELS; i++)
        assert_int_equal(rgb[3 * i] << 16 | rgb[3 * i + 1] << 8 | rgb[3 * i + 2],
                         palette[screen[i]] & 0xFFFFFF);
}

static void test_max(void **state)
{
    (void)state;
    uint8_t picture[] = {0, 255, 7, 128}, other[] = {1, 254, 7, 127};
    const uint8_t expected[] = {1, 255, 7, 128};
    ppo_screen_max(picture, other, sizeof picture);
    assert_memory_equal(picture, expected, sizeof picture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_grey),
        cmocka_unit_test(test_rgb),
        cmocka_unit_test(test_max),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
