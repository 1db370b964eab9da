// SPDX-License-Identifier: MIT
// Images to planes, pixel by pixel, for blocks of every size and borders.
#include "nn/image_input.h"

#include "unit/nn/support/cnn_plane.h"
#include "unit/nn/support/reference.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

typedef struct image_case {
    size_t channels, height, width, block, border;
} image_case;

static const image_case image_cases[] = {
    {4, 84, 84, 4, 0},  {1, 84, 84, 4, 0},  {3, 36, 40, 4, 0}, {12, 36, 36, 4, 0},
    {16, 40, 36, 4, 0}, {17, 36, 36, 4, 0}, {2, 39, 43, 4, 0}, {48, 36, 36, 4, 0},
    {4, 37, 38, 1, 1},  {3, 5, 7, 1, 1},    {1, 3, 3, 1, 1},   {4, 84, 84, 1, 1},
    {2, 9, 6, 2, 0},    {5, 8, 8, 2, 1},    {1, 16, 16, 1, 0}, {2, 210, 160, 4, 0},
    {4, 36, 400, 4, 0}, {1, 400, 36, 4, 0}, {3, 6, 4, 3, 2},
};

// Bytes are exact in bf16.
static void check_bf16(const image_case *c, const ppo_plane *plane, const uint8_t *image)
{
    const size_t b = c->block, size = plane->height * plane->width * plane->channels;
    ppo_bf16 *got = calloc(size, sizeof *got);
    float *values = new_floats(size);
    assert_non_null(got);
    ppo_image_to_bf16(got, plane, image, c->channels, c->height, c->width, b);
    ppo_bf16_to_floats(values, got, size);
    for (size_t i = 0; i < size; i++) {
        const size_t k = i % plane->channels, x = i / plane->channels % plane->width * b + k % b;
        const size_t y = i / plane->channels / plane->width * b + k / b % b;
        if (!(values[i] == (float)image[(k / b / b * c->height + y) * c->width + x]))
            fail_msg("%zu channels of %zu x %zu by %zu in bf16, number %zu: %g", c->channels,
                     c->height, c->width, b, i, (double)values[i]);
    }
    free(values);
    free(got);
}

static void check_image(const image_case *c, ppo_random *random)
{
    const size_t b = c->block, bytes = c->channels * c->height * c->width;
    const ppo_plane plane = plane_of(c->height / b, c->width / b, c->channels * b * b, c->border);
    float *got = new_floats(plane.size), *wanted = calloc(plane.size, sizeof *wanted);
    uint8_t *image = malloc(bytes);
    assert_true(wanted && image);
    for (size_t i = 0; i < bytes; i++)
        image[i] = (uint8_t)ppo_random_integers(random, 0, 256);
    for (size_t ch = 0; ch < c->channels; ch++)
        for (size_t y = 0; y < plane.height * b; y++)
            for (size_t x = 0; x < plane.width * b; x++)
                wanted[plane_at(&plane, y / b, x / b, (ch * b + y % b) * b + x % b)] =
                    (float)image[(ch * c->height + y) * c->width + x] * (1.0f / 255.0f);
    check_bf16(c, &plane, image);
    ppo_image_to_plane(got, &plane, image, c->channels, c->height, c->width, b);
    for (size_t i = 0; i < (c->height / b + 2 * c->border) * plane.row; i++)
        if (!(got[i] == wanted[i]))
            fail_msg("%zu channels of %zu x %zu by %zu, float %zu: %.9g, not %.9g", c->channels,
                     c->height, c->width, b, i, got[i], wanted[i]);
    free(image);
    free(wanted);
    free(got);
}

static void test_planes(void **state)
{
    (void)state;
    ppo_random random;
    ppo_random_seed(&random, 41);
    for (size_t i = 0; i < sizeof image_cases / sizeof *image_cases; i++)
        check_image(&image_cases[i], &random);
}

// Within an ulp of what PyTorch divides by 255, for every byte.
static void test_every_byte(void **state)
{
    (void)state;
    uint8_t image[256];
    float got[256];
    const ppo_plane plane = plane_of(16, 16, 1, 0);
    for (int i = 0; i < 256; i++)
        image[i] = (uint8_t)i;
    ppo_image_to_plane(got, &plane, image, 1, 16, 16, 1);
    assert_true(got[0] == 0.0f && got[255] == 1.0f);
    for (int i = 0; i < 256; i++)
        assert_true(fabs(got[i] - i / 255.0) <= 6e-8 * 2.0 * (i / 255.0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_planes),
                                       cmocka_unit_test(test_every_byte)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
