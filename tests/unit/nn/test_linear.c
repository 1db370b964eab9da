// SPDX-License-Identifier: MIT
// The large linear layer against loops in double, strip by strip; packed weights give the bits of
// plain ones; a row's result does not depend on the others. Operands have exactly the memory that
// the contract asks for.
#include "nn/linear.h"
#include "nn/simd.h"

#include "unit/nn/support/reference.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define TOLERANCE 1e-6 // of the terms' sum of magnitudes

static const size_t row_counts[] = {1, 2, 7, 64, 65, 130};
static const ppo_linear layers[] = {
    {.in = 16, .out = 16},   {.in = 48, .out = 64},   {.in = 64, .out = 80},
    {.in = 128, .out = 32},  {.in = 144, .out = 256}, {.in = 320, .out = 112},
    {.in = 3136, .out = 16},
};
#define NUM_ROW_COUNTS (sizeof row_counts / sizeof *row_counts)
#define NUM_LAYERS     (sizeof layers / sizeof *layers)

// One layer with its operands, all outputs NaN.
typedef struct problem {
    const ppo_linear *layer;
    size_t rows;
    float *x, *y, *dx, *dy; // x as a ReLU leaves it: half of it zeros
    float *transposed;      // dy, by ppo_linear_transpose
    float *weight, *bias, *dweight, *dbias, *working;
} problem;

static problem make(const ppo_linear *layer, size_t rows, ppo_random *random)
{
    problem p = {.layer = layer, .rows = rows};
    const size_t in = layer->in, out = layer->out;
    p.x = new_floats(rows * in);
    p.dx = new_floats(rows * in);
    p.y = new_floats(rows * out);
    p.dy = new_floats(rows * out);
    p.transposed = new_floats(out * ppo_pad(rows));
    p.weight = new_floats(out * in);
    p.dweight = new_floats(out * in);
    p.bias = new_floats(out);
    p.dbias = new_floats(out);
    p.working = new_floats(ppo_linear_working());
    fill_uniform(p.x, rows * in, random, -1.0, 1.0);
    for (size_t i = 0; i < rows * in; i++)
        p.x[i] = fmaxf(p.x[i], 0.0f);
    fill_uniform(p.dy, rows * out, random, -1.0, 1.0);
    fill_uniform(p.weight, out * in, random, -1.0, 1.0);
    fill_uniform(p.bias, out, random, -1.0, 1.0);
    return p;
}

static void release(problem *p)
{
    float *const all[] = {p->x,      p->dx,      p->y,    p->dy,    p->transposed,
                          p->weight, p->dweight, p->bias, p->dbias, p->working};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        free(all[i]);
}

// sum over k of a[k a_step] b[k b_step], beginning with `start`; fails if `got` is another number.
static void check_sum(const problem *p, const char *what, double got, double start, const float *a,
                      size_t a_step, const float *b, size_t b_step, size_t count, bool relu)
{
    double sum = start, size = fabs(start);
    for (size_t k = 0; k < count; k++) {
        const double term = (double)a[k * a_step] * b[k * b_step];
        sum += term;
        size += fabs(term);
    }
    sum = relu ? fmax(sum, 0.0) : sum;
    if (!(fabs(got - sum) <= TOLERANCE * size))
        fail_msg("%s, %zu rows, %zu to %zu: %.9g, not %.9g", what, p->rows, p->layer->in,
                 p->layer->out, got, sum);
}

static bool all_nan(const float *x, size_t first, size_t last)
{
    for (size_t i = first; i < last; i++)
        if (!isnan(x[i]))
            return false;
    return true;
}

// --- against loops -------------------------------------------------------------------------------

// Strips in an order of their own: the last one first.
static void forward(const problem *p, float *y)
{
    for (size_t strip = ppo_linear_forward_strips(p->layer); strip-- > 0;)
        ppo_linear_forward(p->layer, y, p->working, p->x, p->weight, p->bias, p->rows, strip);
}

static void check_forward(const problem *p)
{
    const size_t in = p->layer->in, out = p->layer->out;
    forward(p, p->y);
    for (size_t i = 0; i < p->rows * out; i++) {
        const size_t o = i % out;
        check_sum(p, "forward", p->y[i], p->bias[o], p->x + i / out * in, 1, p->weight + o * in, 1,
                  in, true);
    }
}

static void transpose(const problem *p)
{
    for (size_t strip = ppo_linear_forward_strips(p->layer); strip-- > 0;)
        ppo_linear_transpose(p->layer, p->transposed, p->dy, p->rows, strip);
}

static void check_backward(const problem *p)
{
    const size_t in = p->layer->in, out = p->layer->out;
    transpose(p);
    for (size_t strip = ppo_linear_backward_strips(p->layer); strip-- > 0;)
        ppo_linear_backward(p->layer, p->dx, p->dweight, p->working, p->dy, p->transposed, p->x,
                            p->weight, p->rows, strip);
    ppo_linear_backward_bias(p->layer, p->dbias, p->dy, p->rows);
    const float one = 1.0f;
    for (size_t i = 0; i < p->rows * in; i++) {
        if (p->x[i] > 0.0f)
            check_sum(p, "to inputs", p->dx[i], 0.0, p->dy + i / in * out, 1, p->weight + i % in,
                      in, out, false);
        else
            assert_true(p->dx[i] == 0.0f);
    }
    for (size_t i = 0; i < out * in; i++)
        check_sum(p, "to weights", p->dweight[i], 0.0, p->dy + i / in, out, p->x + i % in, in,
                  p->rows, false);
    for (size_t o = 0; o < out; o++)
        check_sum(p, "to biases", p->dbias[o], 0.0, p->dy + o, out, &one, 0, p->rows, false);
}

static void test_products(void **state)
{
    (void)state;
    ppo_random random;
    ppo_random_seed(&random, 31);
    for (size_t i = 0; i < NUM_LAYERS; i++)
        for (size_t k = 0; k < NUM_ROW_COUNTS; k++) {
            problem p = make(&layers[i], row_counts[k], &random);
            check_forward(&p);
            check_backward(&p);
            release(&p);
        }
}

// --- strips --------------------------------------------------------------------------------------

// A strip writes its own columns, and nothing else.
static void check_columns(const float *y, size_t rows, size_t width, size_t strip)
{
    const size_t first = strip * PPO_STRIP;
    const size_t last = first + PPO_STRIP < width ? first + PPO_STRIP : width;
    for (size_t r = 0; r < rows; r++) {
        const float *row = y + r * width;
        assert_true(all_nan(row, 0, first) && all_nan(row, last, width));
        for (size_t i = first; i < last; i++)
            assert_true(row[i] == row[i]);
    }
}

static void test_strips(void **state)
{
    (void)state;
    ppo_random random;
    ppo_random_seed(&random, 32);
    for (size_t i = 0; i < NUM_LAYERS; i++) {
        const ppo_linear *layer = &layers[i];
        assert_int_equal(ppo_linear_forward_strips(layer), (layer->out + 63) / 64);
        assert_int_equal(ppo_linear_backward_strips(layer), (layer->in + 63) / 64);
        for (size_t strip = 0; strip < ppo_linear_forward_strips(layer); strip++) {
            problem p = make(layer, 7, &random);
            ppo_linear_forward(layer, p.y, p.working, p.x, p.weight, p.bias, p.rows, strip);
            check_columns(p.y, p.rows, layer->out, strip);
            release(&p);
        }
        for (size_t strip = 0; strip < ppo_linear_backward_strips(layer); strip++) {
            problem p = make(layer, 7, &random);
            transpose(&p);
            ppo_linear_backward(layer, p.dx, p.dweight, p.working, p.dy, p.transposed, p.x,
                                p.weight, p.rows, strip);
            check_columns(p.dx, p.rows, layer->in, strip);
            check_columns(p.dweight, layer->out, layer->in, strip);
            release(&p);
        }
    }
}

// --- same bits -----------------------------------------------------------------------------------

static void test_packed(void **state)
{
    (void)state;
    ppo_random random;
    ppo_random_seed(&random, 33);
    for (size_t i = 0; i < NUM_LAYERS; i++)
        for (size_t k = 0; k < NUM_ROW_COUNTS; k++) {
            const ppo_linear *layer = &layers[i];
            problem p = make(layer, row_counts[k], &random);
            float *packed = new_floats(layer->in * layer->out);
            float *y = new_floats(p.rows * layer->out);
            forward(&p, p.y);
            for (size_t strip = ppo_linear_forward_strips(layer); strip-- > 0;)
                ppo_linear_pack(layer, packed, p.weight, strip);
            ppo_linear_forward_packed(layer, y, p.x, packed, p.bias, p.rows);
            assert_memory_equal(y, p.y, p.rows * layer->out * sizeof *y);
            free(y);
            free(packed);
            release(&p);
        }
}

// A row alone, forward and back to its inputs.
static void test_rows_alone(void **state)
{
    (void)state;
    ppo_random random;
    ppo_random_seed(&random, 34);
    const ppo_linear *layer = &layers[4];
    problem p = make(layer, 130, &random);
    check_forward(&p);
    check_backward(&p);
    for (size_t r = 0; r < p.rows; r += 3) {
        problem one = make(layer, 1, &random);
        memcpy(one.x, p.x + r * layer->in, layer->in * sizeof *p.x);
        memcpy(one.dy, p.dy + r * layer->out, layer->out * sizeof *p.dy);
        memcpy(one.weight, p.weight, layer->in * layer->out * sizeof *p.weight);
        memcpy(one.bias, p.bias, layer->out * sizeof *p.bias);
        check_forward(&one);
        check_backward(&one);
        assert_memory_equal(one.y, p.y + r * layer->out, layer->out * sizeof *p.y);
        assert_memory_equal(one.dx, p.dx + r * layer->in, layer->in * sizeof *p.dx);
        release(&one);
    }
    release(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_products),
                                       cmocka_unit_test(test_strips), cmocka_unit_test(test_packed),
                                       cmocka_unit_test(test_rows_alone)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
