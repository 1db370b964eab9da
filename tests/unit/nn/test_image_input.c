// SPDX-License-Identifier: MIT
// Pictures to planes, pixel by pixel, for squares of every size and borders; maxima and where their
// gradient goes, ties included, against loops.
#include "nn/image_input.h"

#include "unit/nn/support/reference.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static ppo_plane plane_of(size_t height, size_t width, size_t channels, size_t border)
{
    ppo_plane plane = {.height = height, .width = width, .channels = channels, .border = border};
    plane.row = (width + 2 * border) * channels;
    plane.inside = border * (plane.row + channels);
    plane.size = ppo_param_align((height + 2 * border) * plane.row);
    return plane;
}

static size_t place(const ppo_plane *plane, size_t row, size_t column, size_t channel)
{
    return plane->inside + row * plane->row + column * plane->channels + channel;
}

// --- bytes to floats -----------------------------------------------------------------------------

typedef struct picture_case {
    size_t channels, height, width, block, border;
} picture_case;

static const picture_case picture_cases[] = {
    {4, 84, 84, 4, 0},  {1, 84, 84, 4, 0},  {3, 36, 40, 4, 0}, {12, 36, 36, 4, 0},
    {16, 40, 36, 4, 0}, {17, 36, 36, 4, 0}, {2, 39, 43, 4, 0}, {48, 36, 36, 4, 0},
    {4, 37, 38, 1, 1},  {3, 5, 7, 1, 1},    {1, 3, 3, 1, 1},   {4, 84, 84, 1, 1},
    {2, 9, 6, 2, 0},    {5, 8, 8, 2, 1},    {1, 16, 16, 1, 0}, {2, 210, 160, 4, 0},
    {4, 36, 400, 4, 0}, {1, 400, 36, 4, 0}, {3, 6, 4, 3, 2},
};

// Bytes are exact in bf16.
static void check_bf16(const picture_case *c, const ppo_plane *plane, const uint8_t *picture)
{
    const size_t b = c->block, size = plane->height * plane->width * plane->channels;
    ppo_bf16 *got = calloc(size, sizeof *got);
    float *values = new_floats(size);
    assert_non_null(got);
    ppo_picture_to_bf16(got, plane, picture, c->channels, c->height, c->width, b);
    ppo_bf16_to_floats(values, got, size);
    for (size_t i = 0; i < size; i++) {
        const size_t k = i % plane->channels, x = i / plane->channels % plane->width * b + k % b;
        const size_t y = i / plane->channels / plane->width * b + k / b % b;
        if (!(values[i] == (float)picture[(k / b / b * c->height + y) * c->width + x]))
            fail_msg("%zu channels of %zu x %zu by %zu in bf16, number %zu: %g", c->channels,
                     c->height, c->width, b, i, (double)values[i]);
    }
    free(values);
    free(got);
}

static void check_picture(const picture_case *c, ppo_random *random)
{
    const size_t b = c->block, bytes = c->channels * c->height * c->width;
    const ppo_plane plane = plane_of(c->height / b, c->width / b, c->channels * b * b, c->border);
    float *got = new_floats(plane.size), *wanted = calloc(plane.size, sizeof *wanted);
    uint8_t *picture = malloc(bytes);
    assert_true(wanted && picture);
    for (size_t i = 0; i < bytes; i++)
        picture[i] = (uint8_t)ppo_random_integers(random, 0, 256);
    for (size_t ch = 0; ch < c->channels; ch++)
        for (size_t y = 0; y < plane.height * b; y++)
            for (size_t x = 0; x < plane.width * b; x++)
                wanted[place(&plane, y / b, x / b, (ch * b + y % b) * b + x % b)] =
                    (float)picture[(ch * c->height + y) * c->width + x] * (1.0f / 255.0f);
    check_bf16(c, &plane, picture);
    ppo_picture_to_plane(got, &plane, picture, c->channels, c->height, c->width, b);
    for (size_t i = 0; i < (c->height / b + 2 * c->border) * plane.row; i++)
        if (!(got[i] == wanted[i]))
            fail_msg("%zu channels of %zu x %zu by %zu, float %zu: %.9g, not %.9g", c->channels,
                     c->height, c->width, b, i, got[i], wanted[i]);
    free(picture);
    free(wanted);
    free(got);
}

static void test_planes(void **state)
{
    (void)state;
    ppo_random random;
    ppo_random_seed(&random, 41);
    for (size_t i = 0; i < sizeof picture_cases / sizeof *picture_cases; i++)
        check_picture(&picture_cases[i], &random);
}

// Within an ulp of what PyTorch divides by 255, for every byte.
static void test_every_byte(void **state)
{
    (void)state;
    uint8_t picture[256];
    float got[256];
    const ppo_plane plane = plane_of(16, 16, 1, 0);
    for (int i = 0; i < 256; i++)
        picture[i] = (uint8_t)i;
    ppo_picture_to_plane(got, &plane, picture, 1, 16, 16, 1);
    assert_true(got[0] == 0.0f && got[255] == 1.0f);
    for (int i = 0; i < 256; i++)
        assert_true(fabs(got[i] - i / 255.0) <= 6e-8 * 2.0 * (i / 255.0));
}

// --- maxima --------------------------------------------------------------------------------------

// One pooled plane. Few values, so that there are ties; borders hold what must not be looked at.
typedef struct pool {
    ppo_plane in, out;
    float *x, *y, *dx, *dy;
} pool;

static pool make_pool(size_t height, size_t width, size_t channels, size_t in_border,
                      size_t out_border, int values, ppo_random *random)
{
    pool p = {.in = plane_of(height, width, channels, in_border),
              .out = plane_of((height + 1) / 2, (width + 1) / 2, channels, out_border)};
    p.x = new_floats(p.in.size);
    p.dx = new_floats(p.in.size);
    p.y = new_floats(p.out.size);
    p.dy = new_floats(p.out.size);
    for (size_t i = 0; i < height * width * channels; i++) {
        const size_t at = place(&p.in, i / channels / width, i / channels % width, i % channels);
        p.x[at] = values ? (float)ppo_random_integers(random, 0, values) - 2.0f
                         : (float)ppo_random_uniform(random, -3.0, -1.0);
        p.dx[at] = 0.0f;
    }
    for (size_t i = 0; i < p.out.height * p.out.width * channels; i++)
        p.dy[place(&p.out, i / channels / p.out.width, i / channels % p.out.width, i % channels)] =
            (float)ppo_random_uniform(random, -1.0, 1.0);
    return p;
}

static void release_pool(pool *p)
{
    free(p->x);
    free(p->y);
    free(p->dx);
    free(p->dy);
}

// The first pixel in reading order that has the maximum of the 3 x 3 around (2 oy, 2 ox).
static size_t place_of_maximum(const pool *p, size_t oy, size_t ox, size_t channel)
{
    size_t best = SIZE_MAX;
    for (size_t ky = 0; ky < 3; ky++)
        for (size_t kx = 0; kx < 3; kx++) {
            const size_t row = 2 * oy + ky, column = 2 * ox + kx; // both one too large
            if (row < 1 || row > p->in.height || column < 1 || column > p->in.width)
                continue;
            const size_t at = place(&p->in, row - 1, column - 1, channel);
            best = best == SIZE_MAX || p->x[at] > p->x[best] ? at : best;
        }
    return best;
}

static void check_pool(pool *p)
{
    double *dx = new_doubles(NULL, p->in.size);
    ppo_picture_pool(p->y, &p->out, p->x, &p->in);
    ppo_picture_pool_back(p->dx, p->x, &p->in, p->dy, p->y, &p->out);
    for (size_t oy = 0; oy < p->out.height; oy++)
        for (size_t ox = 0; ox < p->out.width; ox++)
            for (size_t c = 0; c < p->out.channels; c++) {
                const size_t from = place_of_maximum(p, oy, ox, c), to = place(&p->out, oy, ox, c);
                assert_true(p->y[to] == p->x[from]);
                dx[from] += p->dy[to];
            }
    for (size_t i = 0; i < p->in.height * p->in.width * p->in.channels; i++) {
        const size_t c = i % p->in.channels, pixel = i / p->in.channels;
        const size_t at = place(&p->in, pixel / p->in.width, pixel % p->in.width, c);
        if (!(fabs(p->dx[at] - dx[at]) <= 1e-6))
            fail_msg("%zu x %zu, pixel %zu, channel %zu: %.9g, not %.9g", p->in.height, p->in.width,
                     pixel, c, p->dx[at], dx[at]);
    }
    free(dx);
}

// Borders stay as they were, which is NaN here.
static void check_borders(const pool *p)
{
    size_t numbers = 0, inside = 0;
    for (size_t i = 0; i < p->out.size; i++)
        numbers += isnan(p->y[i]) ? 0 : 1;
    for (size_t i = 0; i < p->in.size; i++)
        inside += isnan(p->dx[i]) ? 0 : 1;
    assert_int_equal(numbers, p->out.height * p->out.width * p->out.channels);
    assert_int_equal(inside, p->in.height * p->in.width * p->in.channels);
}

static void test_maxima(void **state)
{
    (void)state;
    static const size_t sizes[] = {1, 2, 3, 4, 7, 11, 42};
    ppo_random random;
    ppo_random_seed(&random, 42);
    for (size_t i = 0; i < 7 * 7; i++)
        for (int values = 0; values <= 4; values += 2) {
            pool p = make_pool(sizes[i % 7], sizes[i / 7], i % 2 ? 16 : 32, i % 3 == 0, i % 5 != 0,
                               values, &random);
            check_pool(&p);
            check_borders(&p);
            release_pool(&p);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_planes),
                                       cmocka_unit_test(test_every_byte),
                                       cmocka_unit_test(test_maxima)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
