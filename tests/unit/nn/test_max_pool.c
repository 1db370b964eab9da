// SPDX-License-Identifier: MIT
// Max pooling and where its gradient goes, ties included, against loops.
#include "nn/max_pool.h"

#include "unit/nn/support/cnn_plane.h"
#include "unit/nn/support/reference.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

// One pooled plane. Few values, so that there are ties; borders hold NaN, which must not be read.
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
        const size_t at = plane_at(&p.in, i / channels / width, i / channels % width, i % channels);
        p.x[at] = values ? (float)ppo_random_integers(random, 0, values) - 2.0f
                         : (float)ppo_random_uniform(random, -3.0, -1.0);
        p.dx[at] = 0.0f;
    }
    for (size_t i = 0; i < p.out.height * p.out.width * channels; i++)
        p.dy[plane_at(&p.out, i / channels / p.out.width, i / channels % p.out.width,
                      i % channels)] = (float)ppo_random_uniform(random, -1.0, 1.0);
    return p;
}

static void release_pool(pool *p)
{
    free(p->x);
    free(p->y);
    free(p->dx);
    free(p->dy);
}

// The first pixel in reading order with the largest value of the 3 x 3 around (2 oy, 2 ox).
static size_t argmax(const pool *p, size_t oy, size_t ox, size_t channel)
{
    size_t best = SIZE_MAX;
    for (size_t ky = 0; ky < 3; ky++)
        for (size_t kx = 0; kx < 3; kx++) {
            const size_t row = 2 * oy + ky, column = 2 * ox + kx; // both one too large
            if (row < 1 || row > p->in.height || column < 1 || column > p->in.width)
                continue;
            const size_t at = plane_at(&p->in, row - 1, column - 1, channel);
            best = best == SIZE_MAX || p->x[at] > p->x[best] ? at : best;
        }
    return best;
}

static void check_pool(pool *p)
{
    double *dx = new_doubles(NULL, p->in.size);
    ppo_max_pool_forward(p->y, &p->out, p->x, &p->in);
    ppo_max_pool_backward(p->dx, p->x, &p->in, p->dy, p->y, &p->out);
    for (size_t oy = 0; oy < p->out.height; oy++)
        for (size_t ox = 0; ox < p->out.width; ox++)
            for (size_t c = 0; c < p->out.channels; c++) {
                const size_t from = argmax(p, oy, ox, c), to = plane_at(&p->out, oy, ox, c);
                assert_true(p->y[to] == p->x[from]);
                dx[from] += p->dy[to];
            }
    for (size_t i = 0; i < p->in.height * p->in.width * p->in.channels; i++) {
        const size_t c = i % p->in.channels, pixel = i / p->in.channels;
        const size_t at = plane_at(&p->in, pixel / p->in.width, pixel % p->in.width, c);
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

static void test_pooling(void **state)
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
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_pooling)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
