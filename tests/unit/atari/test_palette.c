// SPDX-License-Identifier: MIT
// The palette: known colours, and greys by the floating-point formula.
#include "ppo/atari.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void test_colours(void **state)
{
    (void)state;
    const uint32_t *rgb = ppo_atari_palette_rgb();
    assert_int_equal(rgb[0x00], 0x000000);
    assert_int_equal(rgb[0x0E], 0xECECEC);
    assert_int_equal(rgb[0x44], 0xB83232);
    assert_int_equal(rgb[0xFE], 0xFCE070);
}

static void test_greys(void **state)
{
    (void)state;
    const uint32_t *rgb = ppo_atari_palette_rgb();
    const uint8_t *grey = ppo_atari_palette_grey();
    for (int i = 0; i < 256; i += 2) {
        const double r = rgb[i] >> 16, g = rgb[i] >> 8 & 255, b = rgb[i] & 255;
        assert_int_equal(grey[i], (int)floor(0.2989 * r + 0.5870 * g + 0.1140 * b + 0.5));
        assert_int_equal(grey[i + 1], grey[i]);
        assert_int_equal(rgb[i + 1], grey[i] * 0x010101u);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_colours),
        cmocka_unit_test(test_greys),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
