// SPDX-License-Identifier: MIT
// Memory cells against a reference in double over a few steps with a zeroed memory in between:
// outputs, and gradients by central differences of the reference. Rows and steps alone have the
// same bits as together; packed weights are the same however they are refreshed.
#include "nn/memory_cell.h"

#include "unit/nn/support/reference.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define MAX_CHECKED 60
#define STEP        1e-5
#define MAX_SIZE    160

typedef struct cell_shape {
    ppo_memory_kind kind;
    size_t in, size, rows, steps;
} cell_shape;

#define LSTM PPO_MEMORY_LSTM
#define GRU  PPO_MEMORY_GRU

static const cell_shape shapes[] = {
    {LSTM, 1, 1, 1, 1},   {GRU, 1, 1, 1, 1},    {LSTM, 5, 7, 3, 4},   {GRU, 5, 7, 3, 4},
    {LSTM, 16, 20, 5, 3}, {GRU, 17, 20, 5, 3},  {LSTM, 33, 16, 2, 6}, {GRU, 32, 24, 16, 2},
    {LSTM, 9, 65, 3, 3},  {GRU, 64, 129, 2, 3}, {LSTM, 48, 48, 7, 5}, {GRU, 3, 48, 40, 4},
    {LSTM, 8, 12, 3, 50}, {GRU, 8, 130, 33, 5},
};

#define NUM_SHAPES (sizeof shapes / sizeof *shapes)

// A cell with memory of its own. The loss is sum of dh h' over all steps plus that of dc c' after
// the last one.
typedef struct bed {
    cell_shape shape;
    ppo_params layout;
    ppo_memory_cell cell;
    size_t total, ldx;
    uint8_t *start;                 // [steps, rows]
    float *params, *packed, *grad;  // as the cell wants them
    float *x, *dx;                  // [steps, rows, ldx]
    float *first_h, *first_c;       // [rows, H]
    float *h, *c, *next_h, *next_c; // [steps, rows, H]
    float *record, *dh, *dc;        // [steps, rows, ..]; dh, dc [.., block]
    double *reference_params, *reference_x, *reference_h, *reference_c;
} bed;

// Rows of NaN, and what a vector may read behind them.
static __attribute__((noinline)) float *new_rows(size_t rows, size_t width)
{
    return new_floats(rows * width + PPO_LANES);
}

static void fill_params(bed *b, ppo_random *random)
{
    memset(b->params, 0, (b->layout.size + PPO_LANES) * sizeof *b->params);
    for (size_t i = 0; i < b->layout.count; i++) {
        const ppo_param *param = &b->layout.list[i];
        const double size = param->rank == 2 ? 1.5 / sqrt((double)param->shape[1]) : 0.5;
        fill_uniform(b->params + param->offset, ppo_param_count(param), random, -size, size);
    }
}

static void create(bed *b, const cell_shape *shape, uint64_t seed)
{
    size_t packed_size = 0;
    ppo_random random;
    ppo_random_seed(&random, seed);
    *b = (bed){.shape = *shape, .total = shape->steps * shape->rows, .ldx = ppo_pad(shape->in)};
    ppo_memory_cell_plan(&b->cell, "net", shape->kind, shape->in, shape->size, &b->layout,
                         &packed_size);
    const size_t memory = shape->rows * shape->size, block = b->cell.block;
    b->params = new_floats(b->layout.size + PPO_LANES);
    b->packed = new_floats(packed_size);
    b->grad = new_floats(b->layout.size);
    b->x = new_rows(b->total, b->ldx);
    b->dx = new_rows(b->total, b->ldx);
    b->first_h = new_rows(shape->rows, shape->size);
    b->first_c = new_rows(shape->rows, shape->size);
    b->h = new_rows(b->total, shape->size);
    b->c = new_rows(b->total, shape->size);
    b->next_h = new_rows(b->total, shape->size);
    b->next_c = new_rows(b->total, shape->size);
    b->record = new_rows(b->total, b->cell.record_size);
    b->dh = new_rows(b->total, block);
    b->dc = new_rows(shape->rows, block);
    b->start = calloc(b->total, 1);
    assert_non_null(b->start);
    fill_params(b, &random);
    fill_uniform(b->x, b->total * b->ldx, &random, -1.5, 1.5);
    fill_uniform(b->first_h, memory, &random, -1.0, 1.0);
    fill_uniform(b->first_c, memory, &random, -2.0, 2.0);
    fill_uniform(b->dh, b->total * block, &random, -1.0, 1.0);
    fill_uniform(b->dc, shape->rows * block, &random, -1.0, 1.0);
    for (size_t i = 0; i < b->total; i++)
        b->start[i] = (i * 7 + seed) % 5 == 0;
    b->reference_params = new_doubles(b->params, b->layout.size);
    b->reference_x = new_doubles(b->x, b->total * b->ldx);
    b->reference_h = new_doubles(b->first_h, memory);
    b->reference_c = new_doubles(b->first_c, memory);
    ppo_memory_cell_pack_all(&b->cell, b->packed, b->params);
}

static void release(bed *b)
{
    float *const floats[] = {b->params,  b->packed,  b->grad, b->x, b->dx,
                             b->first_h, b->first_c, b->h,    b->c, b->next_h,
                             b->next_c,  b->record,  b->dh,   b->dc};
    for (size_t i = 0; i < sizeof floats / sizeof *floats; i++)
        free(floats[i]);
    free(b->reference_params);
    free(b->reference_x);
    free(b->reference_h);
    free(b->reference_c);
    free(b->start);
}

static double logistic(double x)
{
    return 1.0 / (1.0 + exp(-x));
}

// One row's step: h and c [H] become the next ones.
static void reference_step(const bed *b, double *h, double *c, const double *x)
{
    const size_t size = b->shape.size, in = b->shape.in;
    const ppo_gate_weights *w = &b->cell.weights[0], *u = &b->cell.weights[1];
    const double *p = b->reference_params;
    double gate[4][MAX_SIZE], recalled[4][MAX_SIZE], next[MAX_SIZE];
    for (size_t g = 0; g < b->cell.num_gates; g++)
        for (size_t k = 0; k < size; k++) {
            const size_t row = g * size + k;
            gate[g][k] = p[w->bias + row];
            recalled[g][k] = p[u->bias + row];
            for (size_t i = 0; i < in; i++)
                gate[g][k] += p[w->weight + row * in + i] * x[i];
            for (size_t i = 0; i < size; i++)
                recalled[g][k] += p[u->weight + row * size + i] * h[i];
        }
    for (size_t k = 0; k < size; k++) {
        const double first = logistic(gate[0][k] + recalled[0][k]);
        const double second = logistic(gate[1][k] + recalled[1][k]);
        if (b->shape.kind == LSTM) {
            c[k] = second * c[k] + first * tanh(gate[2][k] + recalled[2][k]);
            next[k] = logistic(gate[3][k] + recalled[3][k]) * tanh(c[k]);
        } else {
            const double n = tanh(gate[2][k] + first * recalled[2][k]);
            next[k] = (1.0 - second) * n + second * h[k];
        }
    }
    memcpy(h, next, size * sizeof *h);
}

// The loss; and if `largest` is given, the largest deviation of next_h from the reference.
static double reference_run(const bed *b, double *largest)
{
    const size_t size = b->shape.size, rows = b->shape.rows, block = b->cell.block;
    double sum = 0.0;
    for (size_t r = 0; r < rows; r++) {
        double h[MAX_SIZE], c[MAX_SIZE];
        memcpy(h, b->reference_h + r * size, size * sizeof *h);
        memcpy(c, b->reference_c + r * size, size * sizeof *c);
        for (size_t t = 0; t < b->shape.steps; t++) {
            const size_t i = t * rows + r;
            for (size_t k = 0; b->start[i] && k < size; k++)
                h[k] = c[k] = 0.0;
            reference_step(b, h, c, b->reference_x + i * b->ldx);
            for (size_t k = 0; k < size; k++) {
                sum += b->dh[i * block + k] * h[k];
                if (largest)
                    *largest = fmax(*largest, relative_error(b->next_h[i * size + k], h[k], 0.5));
            }
        }
        for (size_t k = 0; b->shape.kind == LSTM && k < size; k++)
            sum += b->dc[r * block + k] * c[k];
    }
    return sum;
}

static double reference_loss(void *context)
{
    return reference_run(context, NULL);
}

// All steps, as learning makes them.
static void forward(bed *b)
{
    const size_t rows = b->shape.rows, memory = rows * b->shape.size;
    ppo_memory_cell_take(&b->cell, b->record, b->params, b->packed, b->x, b->ldx, b->total);
    for (size_t t = 0; t < b->shape.steps; t++) {
        float *h = b->h + t * memory, *c = b->c + t * memory;
        memcpy(h, t ? b->next_h + (t - 1) * memory : b->first_h, memory * sizeof *h);
        memcpy(c, t ? b->next_c + (t - 1) * memory : b->first_c, memory * sizeof *c);
        ppo_memory_cell_clear(&b->cell, h, c, b->start + t * rows, rows);
        ppo_memory_cell_step(&b->cell, b->next_h + t * memory, b->next_c + t * memory,
                             b->record + t * rows * b->cell.record_size, b->params, b->packed, h, c,
                             rows);
    }
}

static void backward(bed *b)
{
    const size_t rows = b->shape.rows, size = b->shape.size, block = b->cell.block;
    float *working = new_floats(ppo_memory_cell_working(&b->cell));
    float *dh = new_rows(b->total, block);
    memcpy(dh, b->dh, b->total * block * sizeof *dh);
    for (size_t t = b->shape.steps; t-- > 0;) {
        float *now = dh + t * rows * block;
        ppo_memory_cell_step_backward(&b->cell, now, b->dc,
                                      b->record + t * rows * b->cell.record_size, b->params,
                                      b->h + t * rows * size, b->c + t * rows * size, rows);
        for (size_t r = 0; r < rows; r++)
            for (size_t k = 0; k < size; k++) {
                if (b->start[t * rows + r])
                    now[r * block + k] = b->dc[r * block + k] = 0.0f;
                if (t > 0)
                    now[r * block + k - rows * block] += now[r * block + k];
            }
    }
    ppo_memory_cell_backward(&b->cell, b->grad, b->dx, working, b->record, b->params, b->x, b->ldx,
                             b->h, b->total);
    free(dh);
    free(working);
}

static void test_forward(void **state)
{
    (void)state;
    double largest = 0.0;
    for (size_t i = 0; i < NUM_SHAPES; i++) {
        bed b;
        create(&b, &shapes[i], 10 + i);
        forward(&b);
        reference_run(&b, &largest);
        release(&b);
    }
    printf("outputs: %.2g\n", largest);
    assert_true(largest < 3e-6);
}

// Some slopes of `count` numbers, all if they are few, against `got`.
static double check_slopes(bed *b, double *reference, const float *got, size_t count,
                           ppo_random *random)
{
    double slope[MAX_CHECKED], found[MAX_CHECKED], largest = 0.0;
    const size_t checked = count < MAX_CHECKED ? count : MAX_CHECKED;
    for (size_t i = 0; i < checked; i++) {
        const size_t place =
            count <= MAX_CHECKED ? i : (size_t)ppo_random_integers(random, 0, (int64_t)count);
        slope[i] = central_difference(reference_loss, b, &reference[place], STEP);
        found[i] = got[place];
    }
    const double size = rms_of(slope, checked);
    for (size_t i = 0; i < checked; i++)
        largest = fmax(largest, relative_error(found[i], slope[i], size));
    return largest;
}

static void test_gradients(void **state)
{
    (void)state;
    double largest = 0.0;
    ppo_random random;
    ppo_random_seed(&random, 6);
    for (size_t i = 0; i < NUM_SHAPES; i++) {
        bed b;
        create(&b, &shapes[i], 10 + i);
        float *dc = new_rows(b.shape.rows, b.cell.block);
        forward(&b);
        memcpy(dc, b.dc, b.shape.rows * b.cell.block * sizeof *dc);
        backward(&b);
        memcpy(b.dc, dc, b.shape.rows * b.cell.block * sizeof *dc); // the loss reads it
        free(dc);
        for (size_t k = 0; k < b.layout.count; k++) {
            const ppo_param *param = &b.layout.list[k];
            const double error =
                check_slopes(&b, b.reference_params + param->offset, b.grad + param->offset,
                             ppo_param_count(param), &random);
            largest = fmax(largest, error);
            if (!(error < 1e-5))
                fail_msg("shape %zu, %s is off by %.3g", i, param->name, error);
        }
        for (size_t r = 0; r < b.total; r++) {
            const double error = check_slopes(&b, b.reference_x + r * b.ldx, b.dx + r * b.ldx,
                                              b.shape.in < 4 ? b.shape.in : 4, &random);
            if (!(error < 1e-5))
                fail_msg("shape %zu, input %zu is off by %.3g", i, r, error);
        }
        release(&b);
    }
    printf("gradients: %.2g\n", largest);
}

// A row alone, one step after the other with the memory in place, has the bits that it has among
// the others.
static void test_rows_alone(void **state)
{
    (void)state;
    for (size_t i = 0; i < NUM_SHAPES; i++) {
        bed b;
        create(&b, &shapes[i], 10 + i);
        forward(&b);
        const size_t size = b.shape.size, bytes = size * sizeof(float);
        float *record = new_floats(b.cell.record_size);
        for (size_t r = 0; r < b.shape.rows; r++) {
            float *h = b.first_h + r * size, *c = b.first_c + r * size;
            for (size_t t = 0; t < b.shape.steps; t++) {
                const size_t row = t * b.shape.rows + r;
                ppo_memory_cell_take(&b.cell, record, b.params, b.packed, b.x + row * b.ldx, b.ldx,
                                     1);
                ppo_memory_cell_clear(&b.cell, h, c, &b.start[row], 1);
                ppo_memory_cell_step(&b.cell, h, c, record, b.params, b.packed, h, c, 1);
                assert_memory_equal(h, b.next_h + row * size, bytes);
                if (b.shape.kind == LSTM)
                    assert_memory_equal(c, b.next_c + row * size, bytes);
            }
        }
        free(record);
        release(&b);
    }
}

// In pieces of whole alignments, in any order, as a training step refreshes them.
static void test_pack(void **state)
{
    (void)state;
    for (size_t i = 0; i < NUM_SHAPES; i++) {
        bed b, other;
        create(&b, &shapes[i], 10 + i);
        create(&other, &shapes[i], 10 + i);
        const size_t count = b.cell.num_gates * b.cell.size;
        for (size_t which = 0; which < 2; which++)
            for (size_t k = (count - 1) / PPO_PARAM_ALIGN + 1; k-- > 0;) {
                const size_t end = (k + 1) * PPO_PARAM_ALIGN;
                ppo_memory_cell_pack(&other.cell, other.packed, other.params, which,
                                     k * PPO_PARAM_ALIGN, end < count ? end : count);
            }
        forward(&b);
        forward(&other);
        assert_memory_equal(b.next_h, other.next_h, b.total * b.cell.size * sizeof *b.next_h);
        release(&other);
        release(&b);
    }
}

// Gaps between tensors and what lies behind them are left alone.
static void test_gaps_stay(void **state)
{
    (void)state;
    for (size_t i = 0; i < NUM_SHAPES; i++) {
        bed b;
        create(&b, &shapes[i], 10 + i);
        for (size_t k = 0; k < b.layout.size; k++)
            b.grad[k] = 77.0f;
        forward(&b);
        backward(&b);
        for (size_t k = 0; k < b.layout.count; k++)
            for (size_t j = 0; j < ppo_param_count(&b.layout.list[k]); j++)
                b.grad[b.layout.list[k].offset + j] = 77.0f;
        for (size_t k = 0; k < b.layout.size; k++)
            assert_true(b.grad[k] == 77.0f);
        release(&b);
    }
}

static void test_plan(void **state)
{
    (void)state;
    bed b;
    create(&b, &(cell_shape){LSTM, 64, 128, 1, 1}, 1);
    const char *names[] = {"net.memory.weight_ih_l0", "net.memory.bias_ih_l0",
                           "net.memory.weight_hh_l0", "net.memory.bias_hh_l0"};
    assert_int_equal(b.layout.count, 4);
    for (size_t i = 0; i < 4; i++)
        assert_string_equal(b.layout.list[i].name, names[i]);
    assert_int_equal(b.layout.list[0].shape[0], 512);
    assert_int_equal(b.layout.list[0].shape[1], 64);
    assert_int_equal(b.layout.list[2].shape[1], 128);
    assert_int_equal(ppo_memory_cell_forward_macs(&b.cell), 512 * (64 + 128));
    assert_int_equal(ppo_memory_cell_backward_macs(&b.cell, false), 512 * (64 + 2 * 128));
    release(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_forward),    cmocka_unit_test(test_gradients),
        cmocka_unit_test(test_rows_alone), cmocka_unit_test(test_pack),
        cmocka_unit_test(test_gaps_stay),  cmocka_unit_test(test_plan)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
