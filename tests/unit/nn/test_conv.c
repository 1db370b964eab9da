// SPDX-License-Identifier: MIT
// The three products of a convolution against loops in double as its definition says, over kernels,
// strides, widths and channels, with space between rows and images; the orders of weights; a
// image alone and among others. Operands have exactly the memory that the contract asks for, and
// NaN where values must not matter.
#include "nn/conv.h"
#include "nn/tile.h"

#include "unit/nn/support/reference.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define TOLERANCE 1e-6 // of the terms' sum of magnitudes
#define MOST_MACS 1500000

// One convolution with its operands. Weights are kept in PyTorch's order, [out, in, ky, kx].
typedef struct problem {
    ppo_conv conv;
    size_t images, height, width; // of x, which the last output need not reach the end of
    size_t x_size, y_size;
    float *x, *y, *dx, *dy;
    float *weight, *bias, *forward, *backward;
} problem;

typedef struct sum {
    double value, size; // of the terms, and of their magnitudes
} sum;

static void add_product(sum *s, double a, double b)
{
    s->value += a * b;
    s->size += fabs(a * b);
}

static void check(const problem *p, const char *what, double got, sum wanted)
{
    const ppo_conv *c = &p->conv;
    if (!(fabs(got - wanted.value) <= TOLERANCE * wanted.size))
        fail_msg("%s, kernel %zu/%zu, channels %zu to %zu, outputs %zu x %zu, %zu images: %.9g, "
                 "not %.9g",
                 what, c->kernel, c->stride, c->in_channels, c->out_channels, c->out_height,
                 c->out_width, p->images, got, wanted.value);
}

static float weight_at(const problem *p, size_t o, size_t i, size_t ky, size_t kx)
{
    const size_t k = p->conv.kernel;
    return p->weight[((o * p->conv.in_channels + i) * k + ky) * k + kx];
}

// --- making --------------------------------------------------------------------------------------

// Floats from the first to the last of images [rows, columns] of `channels`, and no more.
static size_t extent(size_t images, size_t image, size_t rows, size_t row, size_t columns,
                     size_t channels)
{
    return (images - 1) * image + (rows - 1) * row + columns * channels;
}

// Random numbers in the pixels; what lies between them stays as it is.
static void fill_pixels(float *x, size_t images, size_t image, size_t rows, size_t row,
                        size_t count, ppo_random *random)
{
    for (size_t n = 0; n < images; n++)
        for (size_t r = 0; r < rows; r++)
            fill_uniform(x + n * image + r * row, count, random, -1.0, 1.0);
}

// `gap` floats between rows and twice as many between images; `rest` pixels that no output needs.
static problem make(ppo_conv conv, size_t images, size_t gap, size_t rest, ppo_random *random)
{
    problem p = {.conv = conv, .images = images};
    ppo_conv *c = &p.conv;
    const size_t needed_rows = (c->out_height - 1) * c->stride + c->kernel;
    const size_t needed_columns = (c->out_width - 1) * c->stride + c->kernel;
    const size_t weights = ppo_conv_weights(c);
    p.height = needed_rows + rest;
    p.width = needed_columns + rest;
    c->in_height = p.height;
    c->in_width = p.width;
    c->in_row = p.width * c->in_channels + gap;
    c->in_image = p.height * c->in_row + gap;
    c->out_row = c->out_width * c->out_channels + gap;
    c->out_image = c->out_height * c->out_row + gap;
    p.x_size = extent(images, c->in_image, p.height, c->in_row, p.width, c->in_channels);
    p.y_size =
        extent(images, c->out_image, c->out_height, c->out_row, c->out_width, c->out_channels);
    p.x = new_floats(p.x_size);
    p.dx = new_floats(p.x_size);
    p.y = new_floats(p.y_size);
    p.dy = new_floats(p.y_size);
    p.weight = new_floats(weights);
    p.forward = new_floats(weights);
    p.backward = new_floats(weights);
    p.bias = new_floats(c->out_channels);
    fill_pixels(p.x, images, c->in_image, needed_rows, c->in_row, needed_columns * c->in_channels,
                random);
    fill_pixels(p.dy, images, c->out_image, c->out_height, c->out_row,
                c->out_width * c->out_channels, random);
    fill_uniform(p.weight, weights, random, -1.0, 1.0);
    fill_uniform(p.bias, c->out_channels, random, -1.0, 1.0);
    ppo_conv_pack(c, p.forward, p.backward, p.weight, 0, c->out_channels);
    return p;
}

static void release(problem *p)
{
    float *const all[] = {p->x, p->y, p->dx, p->dy, p->weight, p->bias, p->forward, p->backward};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        free(all[i]);
}

// --- the three products --------------------------------------------------------------------------

static sum output(const problem *p, size_t n, size_t oy, size_t ox, size_t o)
{
    const ppo_conv *c = &p->conv;
    sum s = {p->bias[o], fabs((double)p->bias[o])};
    for (size_t ky = 0; ky < c->kernel; ky++)
        for (size_t kx = 0; kx < c->kernel; kx++) {
            const float *pixel = p->x + n * c->in_image + (oy * c->stride + ky) * c->in_row +
                                 (ox * c->stride + kx) * c->in_channels;
            for (size_t i = 0; i < c->in_channels; i++)
                add_product(&s, pixel[i], weight_at(p, o, i, ky, kx));
        }
    return s;
}

// Everything that is no output is as it was: NaN.
static size_t count_numbers(const float *y, size_t size)
{
    size_t numbers = 0;
    for (size_t i = 0; i < size; i++)
        numbers += isnan(y[i]) ? 0 : 1;
    return numbers;
}

static void check_forward(problem *p, int relu)
{
    const ppo_conv *c = &p->conv;
    ppo_conv_forward(c, p->y, p->x, p->forward, p->bias, p->images, relu);
    const size_t pixels = p->images * c->out_height * c->out_width;
    for (size_t i = 0; i < pixels * c->out_channels; i++) {
        const size_t o = i % c->out_channels, pixel = i / c->out_channels;
        const size_t ox = pixel % c->out_width, oy = pixel / c->out_width % c->out_height;
        const size_t n = pixel / c->out_width / c->out_height;
        sum wanted = output(p, n, oy, ox, o);
        if (relu && wanted.value < 0.0)
            wanted.value = 0.0;
        const float got = p->y[n * c->out_image + oy * c->out_row + ox * c->out_channels + o];
        check(p, "forward", got, wanted);
        assert_true(!relu || got >= 0.0f);
    }
    assert_true(count_numbers(p->y, p->y_size) == pixels * c->out_channels);
}

// The gradient of one element of x: all outputs that have read it.
static sum input_gradient(const problem *p, size_t n, size_t iy, size_t ix, size_t i)
{
    const ppo_conv *c = &p->conv;
    sum s = {0.0, 0.0};
    for (size_t ky = 0; ky < c->kernel; ky++)
        for (size_t kx = 0; kx < c->kernel; kx++) {
            if (iy < ky || ix < kx || (iy - ky) % c->stride || (ix - kx) % c->stride)
                continue;
            const size_t oy = (iy - ky) / c->stride, ox = (ix - kx) / c->stride;
            if (oy >= c->out_height || ox >= c->out_width)
                continue;
            const float *dy = p->dy + n * c->out_image + oy * c->out_row + ox * c->out_channels;
            for (size_t o = 0; o < c->out_channels; o++)
                add_product(&s, dy[o], weight_at(p, o, i, ky, kx));
        }
    return s;
}

static void check_backward_data(problem *p)
{
    const ppo_conv *c = &p->conv;
    const size_t row = p->width * c->in_channels;
    ppo_conv_backward_data(c, p->dx, p->dy, p->backward, p->images);
    for (size_t i = 0; i < p->images * p->height * row; i++) {
        const size_t n = i / row / p->height, iy = i / row % p->height, at = i % row;
        const float got = p->dx[n * c->in_image + iy * c->in_row + at];
        check(p, "backward to the data", got,
              input_gradient(p, n, iy, at / c->in_channels, at % c->in_channels));
    }
    assert_true(count_numbers(p->dx, p->x_size) == p->images * p->height * row);
}

static sum weight_gradient(const problem *p, size_t o, size_t i, size_t ky, size_t kx)
{
    const ppo_conv *c = &p->conv;
    sum s = {0.0, 0.0};
    for (size_t n = 0; n < p->images; n++)
        for (size_t oy = 0; oy < c->out_height; oy++)
            for (size_t ox = 0; ox < c->out_width; ox++)
                add_product(&s,
                            p->dy[n * c->out_image + oy * c->out_row + ox * c->out_channels + o],
                            p->x[n * c->in_image + (oy * c->stride + ky) * c->in_row +
                                 (ox * c->stride + kx) * c->in_channels + i]);
    return s;
}

static sum bias_gradient(const problem *p, size_t o)
{
    const ppo_conv *c = &p->conv;
    sum s = {0.0, 0.0};
    for (size_t n = 0; n < p->images; n++)
        for (size_t oy = 0; oy < c->out_height; oy++)
            for (size_t ox = 0; ox < c->out_width; ox++)
                add_product(
                    &s, p->dy[n * c->out_image + oy * c->out_row + ox * c->out_channels + o], 1.0);
    return s;
}

// They are added to what is there.
static void check_backward_weights(problem *p, ppo_random *random)
{
    const ppo_conv *c = &p->conv;
    const size_t k = c->kernel, weights = ppo_conv_weights(c);
    float *before = new_floats(weights), *dweight = new_floats(weights);
    float *dbias = new_floats(c->out_channels), bias_before[64];
    fill_uniform(before, weights, random, -1.0, 1.0);
    fill_uniform(bias_before, c->out_channels, random, -1.0, 1.0);
    memcpy(dweight, before, weights * sizeof *dweight);
    memcpy(dbias, bias_before, c->out_channels * sizeof *dbias);
    ppo_conv_backward_weights(c, dweight, dbias, p->x, p->dy, p->images);
    for (size_t at = 0; at < weights; at++) {
        const size_t o = at % c->out_channels, i = at / c->out_channels % c->in_channels;
        const size_t tap = at / c->out_channels / c->in_channels;
        sum wanted = weight_gradient(p, o, i, tap / k, tap % k);
        add_product(&wanted, before[at], 1.0);
        check(p, "backward to the weights", dweight[at], wanted);
    }
    for (size_t o = 0; o < c->out_channels; o++) {
        sum wanted = bias_gradient(p, o);
        add_product(&wanted, bias_before[o], 1.0);
        check(p, "backward to the biases", dbias[o], wanted);
    }
    free(dbias);
    free(dweight);
    free(before);
}

static size_t draw(ppo_random *random, size_t low, size_t high)
{
    return (size_t)ppo_random_integers(random, (int64_t)low, (int64_t)high + 1);
}

static size_t one_of(ppo_random *random, const size_t *list, size_t count)
{
    return list[draw(random, 0, count - 1)];
}

// Some convolution of this kernel and output width, small enough for loops.
static problem draw_problem(size_t kernel, size_t out_width, ppo_random *random)
{
    static const size_t ins[] = {4, 12, 16, 32, 48, 64}, outs[] = {16, 32, 48, 64};
    size_t images = draw(random, 1, 5), rows = draw(random, 1, 4);
    const size_t stride = draw(random, 1, 4), gap = draw(random, 0, 1) * draw(random, 1, 33);
    const size_t rest = draw(random, 0, 2);
    ppo_conv c = {.in_channels = one_of(random, ins, 6),
                  .out_channels = one_of(random, outs, 4),
                  .kernel = kernel,
                  .stride = stride,
                  .out_width = out_width,
                  .block = 1};
    for (c.out_height = rows; ppo_conv_macs(&c) * images > MOST_MACS; c.out_height = rows) {
        if (images > 1)
            images--;
        else if (rows > 1)
            rows--;
        else
            c.in_channels = c.in_channels > 16 ? c.in_channels - 16 : 4;
    }
    return make(c, images, gap, rest, random);
}

static void test_products(void **state)
{
    (void)state;
    ppo_random random;
    ppo_random_seed(&random, 21);
    size_t with_data = 0;
    for (size_t kernel = 1; kernel <= 8; kernel++)
        for (size_t width = 1; width <= 12; width++) {
            problem p = draw_problem(kernel, width, &random);
            check_forward(&p, 0);
            check_forward(&p, 1);
            check_backward_weights(&p, &random);
            if (p.conv.in_channels % 16 == 0) {
                check_backward_data(&p);
                with_data++;
            }
            release(&p);
        }
    assert_true(with_data > 30);
}

// Every pair of channels, at a width that takes more than one block of pixels.
static void test_channels(void **state)
{
    (void)state;
    ppo_random random;
    ppo_random_seed(&random, 22);
    for (size_t in = 16; in <= 64; in += 16)
        for (size_t out = 16; out <= 64; out += 16) {
            problem p = make(ppo_conv_make(4, 15, in, out, 3, 1), 1, 0, 0, &random);
            assert_int_equal(p.conv.out_width, 13);
            check_forward(&p, 0);
            check_backward_data(&p);
            check_backward_weights(&p, &random);
            release(&p);
        }
}

// --- one image among others ----------------------------------------------------------------------

static void check_alone(problem *p, size_t n)
{
    const ppo_conv *c = &p->conv;
    const size_t y_size = extent(1, 0, c->out_height, c->out_row, c->out_width, c->out_channels);
    const size_t x_size = extent(1, 0, p->height, c->in_row, p->width, c->in_channels);
    float *y = new_floats(y_size), *dx = new_floats(x_size);
    ppo_conv_forward(c, y, p->x + n * c->in_image, p->forward, p->bias, 1, 0);
    ppo_conv_backward_data(c, dx, p->dy + n * c->out_image, p->backward, 1);
    assert_memory_equal(y, p->y + n * c->out_image, y_size * sizeof *y);
    assert_memory_equal(dx, p->dx + n * c->in_image, x_size * sizeof *dx);
    free(dx);
    free(y);
}

static void test_images_alone(void **state)
{
    (void)state;
    static const size_t kernels[] = {1, 2, 3, 4, 5, 8};
    ppo_random random;
    ppo_random_seed(&random, 23);
    for (size_t i = 0; i < sizeof kernels / sizeof *kernels; i++) {
        const size_t stride = (kernels[i] + 1) / 2;
        problem p = make(ppo_conv_make(11, 12, 16, 32, kernels[i], stride), 5, 0, 0, &random);
        ppo_conv_forward(&p.conv, p.y, p.x, p.forward, p.bias, p.images, 0);
        ppo_conv_backward_data(&p.conv, p.dx, p.dy, p.backward, p.images);
        for (size_t n = 0; n < p.images; n++)
            check_alone(&p, n);
        release(&p);
    }
}

// Kernel rows whose weights are too many for one piece of a sum.
static void test_long_kernel_rows(void **state)
{
    (void)state;
    ppo_random random;
    ppo_random_seed(&random, 25);
    problem p = make(ppo_conv_make(7, 7, 64, 64, 5, 1), 1, 0, 0, &random);
    check_forward(&p, 1);
    release(&p);
}

// Rows of more pixels than are listed at once, whose parts meet where kernels overlap.
static void test_wide_rows(void **state)
{
    (void)state;
    ppo_random random;
    ppo_random_seed(&random, 24);
    for (size_t stride = 1; stride <= 3; stride++) {
        problem p = make(ppo_conv_make(5, 300, 16, 16, 3, stride), 2, 5, 1, &random);
        check_forward(&p, 0);
        check_backward_data(&p);
        check_backward_weights(&p, &random);
        for (size_t n = 0; n < p.images; n++)
            check_alone(&p, n);
        release(&p);
    }
}

// --- the order of weights ------------------------------------------------------------------------

// PyTorch's weights of a kernel `block` times as wide: w[o, c, ky block + dy, kx block + dx].
static size_t torch_place(const ppo_conv *c, size_t o, size_t channel, size_t ky, size_t kx)
{
    const size_t b = c->block, width = c->kernel * b;
    const size_t colour = channel / (b * b), dy = channel / b % b, dx = channel % b;
    return ((o * (c->in_channels / (b * b)) + colour) * width + ky * b + dy) * width + kx * b + dx;
}

// Where [row, column] of a matrix is whose strips of columns lie one behind the other.
static size_t place_in_strips(size_t rows, size_t columns, size_t row, size_t column)
{
    size_t first = 0, width = ppo_tile_width(columns);
    for (; column >= first + width; width = ppo_tile_width(columns - first))
        first += width;
    const size_t left = columns - first;
    return first * rows + row * (width < left ? width : left) + column - first;
}

static void check_order(const ppo_conv *c, size_t first, size_t last, ppo_random *random)
{
    const size_t weights = ppo_conv_weights(c), k = c->kernel, in = c->in_channels;
    const size_t out = c->out_channels, inputs = k * k * in, outputs = k * k * out;
    float *weight = new_floats(weights), *forward = new_floats(weights);
    float *backward = new_floats(weights), *only_forward = new_floats(weights);
    float *rows = new_floats(weights), *again = new_floats(weights);
    fill_uniform(weight, weights, random, -1.0, 1.0);
    ppo_conv_pack(c, forward, backward, weight, first, last);
    ppo_conv_pack(c, only_forward, NULL, weight, first, last);
    ppo_conv_order(c, rows, weight, first, last);
    assert_memory_equal(only_forward, forward, weights * sizeof *forward);
    for (size_t at = 0; at < weights; at++) {
        const size_t o = at % out, i = at / out % in, tap = at / out / in;
        const size_t turned = tap % k * k + tap / k;
        const float wanted = weight[torch_place(c, o, i, tap / k, tap % k)];
        const float got[] = {rows[at], forward[place_in_strips(inputs, out, at / out, o)],
                             backward[place_in_strips(outputs, in, turned * out + o, i)]};
        for (size_t n = 0; n < sizeof got / sizeof *got; n++)
            assert_true(o >= first && o < last ? got[n] == wanted : isnan(got[n]));
    }
    ppo_conv_order(c, rows, weight, 0, out);
    ppo_conv_unpack(c, again, rows, 0, inputs / 2);
    assert_true(count_numbers(again, weights) == inputs / 2 * out);
    ppo_conv_unpack(c, again, rows, inputs / 2, inputs);
    assert_memory_equal(again, weight, weights * sizeof *weight);
    free(again);
    free(rows);
    free(only_forward);
    free(backward);
    free(forward);
    free(weight);
}

static void test_order(void **state)
{
    (void)state;
    static const ppo_conv convs[] = {
        {.in_channels = 16, .out_channels = 32, .kernel = 3, .block = 1},
        {.in_channels = 4, .out_channels = 16, .kernel = 8, .block = 1},
        {.in_channels = 12, .out_channels = 48, .kernel = 2, .block = 2},
        {.in_channels = 64, .out_channels = 32, .kernel = 2, .block = 4},
        {.in_channels = 48, .out_channels = 64, .kernel = 1, .block = 4},
        {.in_channels = 16, .out_channels = 16, .kernel = 3, .block = 4},
    };
    ppo_random random;
    ppo_random_seed(&random, 24);
    for (size_t i = 0; i < sizeof convs / sizeof *convs; i++) {
        check_order(&convs[i], 0, convs[i].out_channels, &random);
        check_order(&convs[i], 3, 11, &random);
        check_order(&convs[i], 15, 16, &random);
    }
}

// A convolution over squares of pixels is that of a wider kernel over the pixels.
static void check_squares(size_t colours, size_t block, size_t kernel, ppo_random *random)
{
    enum { OUT = 32, PIXELS = 16 };
    const size_t squares = PIXELS / block, wide = kernel * block;
    const ppo_conv plain = ppo_conv_make(PIXELS, PIXELS, colours, OUT, wide, block);
    ppo_conv blocked = ppo_conv_make(squares, squares, colours * block * block, OUT, kernel, 1);
    blocked.block = block;
    problem p = make(plain, 1, 0, 0, random);
    const size_t outputs = p.conv.out_height * p.conv.out_width * OUT;
    float *x = new_floats(p.x_size), *y = new_floats(outputs);
    float *forward = new_floats(ppo_conv_weights(&plain));
    for (size_t i = 0; i < p.x_size; i++) {
        const size_t c = i % colours, column = i / colours % PIXELS, row = i / colours / PIXELS;
        const size_t square = row / block * squares + column / block;
        const size_t channel = (c * block + row % block) * block + column % block;
        x[square * blocked.in_channels + channel] = p.x[i];
    }
    ppo_conv_pack(&blocked, forward, NULL, p.weight, 0, OUT);
    ppo_conv_forward(&blocked, y, x, forward, p.bias, 1, 0);
    for (size_t i = 0; i < outputs; i++)
        check(&p, "squares", y[i],
              output(&p, 0, i / OUT / p.conv.out_width, i / OUT % p.conv.out_width, i % OUT));
    free(forward);
    free(y);
    free(x);
    release(&p);
}

static void test_squares(void **state)
{
    (void)state;
    ppo_random random;
    ppo_random_seed(&random, 25);
    check_squares(4, 4, 2, &random);
    check_squares(3, 4, 1, &random);
    check_squares(1, 2, 3, &random);
}

static void test_counting(void **state)
{
    (void)state;
    const ppo_conv c = ppo_conv_make(21, 21, 64, 32, 2, 1);
    assert_int_equal(c.out_height, 20);
    assert_int_equal(c.out_width, 20);
    assert_int_equal(ppo_conv_weights(&c), 2 * 2 * 64 * 32);
    assert_int_equal(ppo_conv_macs(&c), 400 * 2 * 2 * 64 * 32);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_products),     cmocka_unit_test(test_channels),
        cmocka_unit_test(test_images_alone), cmocka_unit_test(test_long_kernel_rows),
        cmocka_unit_test(test_wide_rows),    cmocka_unit_test(test_order),
        cmocka_unit_test(test_squares),      cmocka_unit_test(test_counting)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
