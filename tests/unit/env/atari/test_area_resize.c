// SPDX-License-Identifier: MIT
// The area resize against the rule written down once more, and its integer form against its float
// form where they are most likely to part: at exact halves.
#include "env/atari/area_resize.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static uint32_t noise = 1;

static uint32_t draw(void)
{
    noise = noise * 1664525u + 1013904223u;
    return noise >> 16;
}

// --- the naive reference: OpenCV's INTER_AREA, one output after the other ------------------------

typedef struct reference_tap {
    int at;
    float weight;
} reference_tap;

static int reference_taps(reference_tap *taps, int d, int n, int outputs)
{
    const double s = (double)n / outputs, f1 = d * s, f2 = f1 + s, cw = fmin(s, n - f1);
    int a = (int)ceil(f1), b = (int)floor(f2), count = 0;
    b = b < n - 1 ? b : n - 1;
    a = a < b ? a : b;
    if (a - f1 > 1e-3)
        taps[count++] = (reference_tap){a - 1, (float)((a - f1) / cw)};
    for (int i = a; i < b; i++)
        taps[count++] = (reference_tap){i, (float)(1.0 / cw)};
    if (f2 - b > 1e-3)
        taps[count++] = (reference_tap){b, (float)(fmin(fmin(f2 - b, 1.0), cw) / cw)};
    return count;
}

static uint8_t reference_pixel(const ppo_area_shape *shape, const uint8_t *in, int y, int x,
                               int channel)
{
    reference_tap ty[256], tx[256];
    const int ny = reference_taps(ty, y, (int)shape->height, (int)shape->size);
    const int nx = reference_taps(tx, x, (int)shape->width, (int)shape->size);
    volatile float sum = 0.0f; // each operation rounded
    for (int i = 0; i < ny; i++) {
        volatile float line = 0.0f, part;
        for (int k = 0; k < nx; k++) {
            const size_t at =
                ((size_t)ty[i].at * shape->width + (size_t)tx[k].at) * shape->channels;
            part = (float)in[at + (size_t)channel] * tx[k].weight;
            line = line + part;
        }
        part = ty[i].weight * line;
        sum = sum + part;
    }
    return (uint8_t)nearbyintf(sum);
}

static void compare(const ppo_area *area, const ppo_area_shape *shape, const uint8_t *in)
{
    uint8_t *out = malloc((size_t)shape->size * shape->size * shape->channels);
    const uint8_t *pixel = out;
    ppo_area_resize(area, out, in);
    for (int y = 0; y < (int)shape->size; y++)
        for (int x = 0; x < (int)shape->size; x++)
            for (int c = 0; c < (int)shape->channels; c++)
                if (*pixel++ != reference_pixel(shape, in, y, x, c))
                    fail_msg("%u x %u to %u: output %d, %d, channel %d differs", shape->height,
                             shape->width, shape->size, y, x, c);
    free(out);
}

static void compare_pictures(ppo_area_shape shape, int pictures)
{
    ppo_area *area;
    const size_t bytes = (size_t)shape.height * shape.width * shape.channels;
    uint8_t *in = malloc(bytes);
    assert_int_equal(ppo_area_create(&area, &shape, NULL), PPO_OK);
    for (int i = 0; i < pictures; i++) {
        for (size_t k = 0; k < bytes; k++) // noise, few shades, and lines that repeat
            in[k] = i % 3 == 0   ? (uint8_t)draw()
                    : i % 3 == 1 ? (uint8_t)(50 * (draw() % 5))
                    : k < 3 * (size_t)shape.width * shape.channels
                        ? (uint8_t)(100 * (draw() % 3))
                        : in[k - 3 * (size_t)shape.width * shape.channels];
        compare(area, &shape, in);
    }
    free(in);
    ppo_area_destroy(area);
}

static void test_usual_shape(void **state)
{
    (void)state;
    compare_pictures((ppo_area_shape){210, 160, 1, 84}, 30);
}

static void test_other_shapes(void **state)
{
    (void)state;
    compare_pictures((ppo_area_shape){210, 160, 3, 84}, 3);
    compare_pictures((ppo_area_shape){250, 160, 1, 84}, 3);
    compare_pictures((ppo_area_shape){210, 160, 1, 96}, 3);
    compare_pictures((ppo_area_shape){210, 160, 1, 64}, 3);
    compare_pictures((ppo_area_shape){210, 160, 1, 160}, 3);
    compare_pictures((ppo_area_shape){214, 160, 1, 42}, 3);
    compare_pictures((ppo_area_shape){210, 160, 3, 1}, 3);
}

// Pictures whose averages are exact halves everywhere: 200ths that add up to 100 over a multiple.
static void test_halves(void **state)
{
    (void)state;
    const ppo_area_shape shape = {210, 160, 1, 84};
    uint8_t *in = malloc(210 * 160);
    ppo_area *area;
    assert_int_equal(ppo_area_create(&area, &shape, NULL), PPO_OK);
    for (int i = 0; i < 20; i++) {
        // Two of five lines one brighter on the left, three on the right half: 0.4, 0.6, 0.5 mixes.
        for (size_t y = 0; y < 210; y++)
            for (size_t x = 0; x < 160; x++)
                in[y * 160 + x] =
                    (uint8_t)(2 * i + (int)((x * 20 / 160 + y) % 2) + 2 * (int)(draw() % 2));
        compare(area, &shape, in);
    }
    free(in);
    ppo_area_destroy(area);
}

static void test_refusals(void **state)
{
    (void)state;
    ppo_area *area;
    ppo_error error;
    assert_int_equal(ppo_area_create(&area, &(ppo_area_shape){210, 160, 1, 0}, &error),
                     PPO_INVALID);
    assert_int_equal(ppo_area_create(&area, &(ppo_area_shape){210, 160, 1, 161}, &error),
                     PPO_INVALID);
    assert_non_null(strstr(error.message, "161"));
    assert_null(area);
    ppo_area_destroy(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_usual_shape),
        cmocka_unit_test(test_other_shapes),
        cmocka_unit_test(test_halves),
        cmocka_unit_test(test_refusals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
