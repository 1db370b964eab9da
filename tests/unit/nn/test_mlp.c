// SPDX-License-Identifier: MIT
// Multi-layer perceptrons against the reference in double: outputs, and gradients by central
// differences of the reference, over depths, odd widths, narrow and wide heads. Rows alone equal
// rows among others.
#include "nn/mlp.h"

#include "unit/nn/support/reference.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define LD          PPO_CHUNK_ROWS
#define MAX_CHECKED 60   // elements of a tensor whose slope is taken
#define SMALL_STEP  1e-7 // of all parameters at once: few units may cross the kink of ReLU
#define STEP        1e-5

typedef struct net_shape {
    size_t in;
    ppo_widths hidden;
    size_t out;
    ppo_activation activation;
    size_t rows;
} net_shape;

#define TANH PPO_ACTIVATION_TANH
#define RELU PPO_ACTIVATION_RELU

static const net_shape shapes[] = {
    // linear policies: one layer
    {1, {0}, 1, TANH, 1},
    {7, {0}, 9, TANH, 7},
    {9, {0}, 7, TANH, 8},
    {16, {0}, 17, TANH, 9},
    {17, {0}, 16, TANH, 17},
    {63, {0}, 65, TANH, 63},
    {65, {0}, 63, TANH, 64},
    {8, {0}, 8, TANH, 16},
    // one hidden layer; widths around whole vectors, heads around the narrow one's 8 outputs
    {1, {1, {1}}, 1, TANH, 2},
    {4, {1, {7}}, 7, TANH, 5},
    {9, {1, {8}}, 9, RELU, 64},
    {65, {1, {9}}, 8, TANH, 33},
    {3, {1, {16}}, 17, RELU, 31},
    {17, {1, {17}}, 40, TANH, 10},
    {63, {1, {65}}, 2, RELU, 63},
    // deeper
    {4, {2, {64, 64}}, 2, TANH, 64},
    {4, {2, {63, 65}}, 1, RELU, 64},
    {8, {2, {17, 9}}, 12, TANH, 13},
    {24, {2, {7, 33}}, 8, RELU, 1},
    {5, {3, {9, 1, 16}}, 3, TANH, 20},
    {10, {3, {65, 17, 8}}, 65, RELU, 40},
    {33, {3, {16, 63, 7}}, 20, TANH, 64},
};

#define NUM_SHAPES (sizeof shapes / sizeof *shapes)

// A network with memory of its own and a weighted sum of its outputs as loss.
typedef struct bed {
    net_shape shape;
    ppo_params layout;
    ppo_mlp mlp;
    size_t ldx;
    float *params, *packed, *scratch, *grad, *x, *y, *dy;
    double *reference_params, *reference_x;
} bed;

static void fill_params(bed *b, ppo_random *random)
{
    memset(b->params, 0, b->layout.size * sizeof *b->params);
    for (size_t i = 0; i < b->layout.count; i++) {
        const ppo_param *param = &b->layout.list[i];
        const double size = param->rank == 2 ? 1.5 / sqrt((double)param->shape[1]) : 0.5;
        fill_uniform(b->params + param->offset, ppo_param_count(param), random, -size, size);
    }
}

// `ldx` leaves a gap between the rows of x.
static void create(bed *b, const net_shape *shape, size_t gap, uint64_t seed)
{
    size_t packed_size = 0;
    ppo_random random;
    ppo_random_seed(&random, seed);
    *b = (bed){.shape = *shape, .ldx = shape->in + gap};
    ppo_mlp_plan(&b->mlp, "net", 0, shape->in, &shape->hidden, shape->out, shape->activation,
                 &b->layout, &packed_size);
    b->params = new_floats(b->layout.size + PPO_LANES);
    b->packed = new_floats(packed_size);
    b->scratch = calloc(b->mlp.scratch_size, sizeof *b->scratch);
    b->grad = calloc(b->layout.size, sizeof *b->grad);
    b->x = new_floats(shape->rows * b->ldx + PPO_LANES);
    b->y = new_floats(shape->out * LD);
    b->dy = new_floats(shape->out * LD);
    assert_true(b->scratch && b->grad);
    fill_params(b, &random);
    for (size_t i = 0; i < PPO_LANES; i++)
        b->params[b->layout.size + i] = 0.0f; // what follows the block: finite
    for (size_t r = 0; r < shape->rows; r++)
        fill_uniform(b->x + r * b->ldx, shape->in, &random, -1.5, 1.5);
    for (size_t o = 0; o < shape->out; o++)
        fill_uniform(b->dy + o * LD, shape->rows, &random, -1.0, 1.0);
    b->reference_params = new_doubles(b->params, b->layout.size);
    b->reference_x = new_doubles(b->x, shape->rows * b->ldx);
    ppo_mlp_pack_all(&b->mlp, b->packed, b->params);
}

static void release(bed *b)
{
    free(b->reference_x);
    free(b->reference_params);
    free(b->dy);
    free(b->y);
    free(b->x);
    free(b->grad);
    free(b->scratch);
    free(b->packed);
    free(b->params);
}

static void forward(bed *b)
{
    ppo_mlp_forward(&b->mlp, b->y, b->scratch, b->params, b->packed, b->x, b->ldx, b->shape.rows);
}

// sum over rows and outputs of dy y
static double reference_loss(void *context)
{
    const bed *b = context;
    double sum = 0.0, y[REFERENCE_MAX_WIDTH];
    for (size_t r = 0; r < b->shape.rows; r++) {
        reference_mlp(&b->mlp, y, b->reference_params, b->reference_x + r * b->ldx);
        for (size_t o = 0; o < b->shape.out; o++)
            sum += (double)b->dy[o * LD + r] * y[o];
    }
    return sum;
}

static void test_forward(void **state)
{
    (void)state;
    double largest = 0.0;
    for (size_t i = 0; i < NUM_SHAPES; i++) {
        bed b;
        create(&b, &shapes[i], i % 3, 10 + i);
        forward(&b);
        for (size_t r = 0; r < b.shape.rows; r++) {
            double y[REFERENCE_MAX_WIDTH];
            reference_mlp(&b.mlp, y, b.reference_params, b.reference_x + r * b.ldx);
            for (size_t o = 0; o < b.shape.out; o++)
                largest = fmax(largest, relative_error(b.y[o * LD + r], y[o], 0.5));
        }
        release(&b);
    }
    printf("outputs: %.2g\n", largest);
    assert_true(largest < 3e-6);
}

// Some of a tensor's slopes, or all if they are few; errors relative to the tensor's usual size.
static double check_tensor(bed *b, const ppo_param *param, ppo_random *random)
{
    const size_t count = ppo_param_count(param);
    double slope[MAX_CHECKED], got[MAX_CHECKED], largest = 0.0;
    const size_t checked = count < MAX_CHECKED ? count : MAX_CHECKED;
    for (size_t i = 0; i < checked; i++) {
        const size_t place =
            param->offset +
            (count <= MAX_CHECKED ? i : (size_t)ppo_random_integers(random, 0, (int64_t)count));
        slope[i] = central_difference(reference_loss, b, &b->reference_params[place], STEP);
        got[i] = b->grad[place];
    }
    const double size = rms_of(slope, checked);
    for (size_t i = 0; i < checked; i++)
        largest = fmax(largest, relative_error(got[i], slope[i], size));
    return largest;
}

// The slope along a random direction in which every parameter takes part.
static double check_direction(bed *b, ppo_random *random)
{
    double *middle = new_doubles(b->params, b->layout.size), *direction = new_doubles(NULL, 0);
    direction = realloc(direction, b->layout.size * sizeof *direction);
    assert_non_null(direction);
    double got = 0.0, size = 0.0, loss[2];
    for (size_t i = 0; i < b->layout.size; i++) {
        direction[i] = ppo_random_uniform(random, -1.0, 1.0);
        got += direction[i] * b->grad[i];
        size += direction[i] * direction[i] * b->grad[i] * b->grad[i];
    }
    for (int side = 0; side < 2; side++) {
        for (size_t i = 0; i < b->layout.size; i++)
            b->reference_params[i] = middle[i] + (side ? -SMALL_STEP : SMALL_STEP) * direction[i];
        loss[side] = reference_loss(b);
    }
    memcpy(b->reference_params, middle, b->layout.size * sizeof *middle);
    free(direction);
    free(middle);
    return relative_error(got, (loss[0] - loss[1]) / (2.0 * SMALL_STEP), sqrt(size));
}

static void test_gradients(void **state)
{
    (void)state;
    double largest = 0.0;
    ppo_random random;
    ppo_random_seed(&random, 6);
    for (size_t i = 0; i < NUM_SHAPES; i++) {
        bed b;
        create(&b, &shapes[i], i % 3, 10 + i);
        forward(&b);
        ppo_mlp_backward(&b.mlp, b.grad, NULL, b.scratch, b.params, b.dy, b.x, b.ldx, b.shape.rows);
        for (size_t k = 0; k < b.layout.count; k++) {
            const double error = check_tensor(&b, &b.layout.list[k], &random);
            largest = fmax(largest, error);
            if (!(error < 1e-5))
                fail_msg("shape %zu, %s is off by %.3g", i, b.layout.list[k].name, error);
        }
        for (int k = 0; k < 3; k++)
            largest = fmax(largest, check_direction(&b, &random));
        release(&b);
    }
    printf("gradients: %.2g\n", largest);
    assert_true(largest < 1e-5);
}

// The gaps between tensors get no gradient, so that flat loops over the block leave them 0.
static void test_gaps_stay(void **state)
{
    (void)state;
    for (size_t i = 0; i < NUM_SHAPES; i++) {
        bed b;
        create(&b, &shapes[i], 0, 10 + i);
        for (size_t k = 0; k < b.layout.size; k++)
            b.grad[k] = 77.0f;
        forward(&b);
        ppo_mlp_backward(&b.mlp, b.grad, NULL, b.scratch, b.params, b.dy, b.x, b.ldx, b.shape.rows);
        for (size_t k = 0; k < b.layout.count; k++)
            for (size_t j = 0; j < ppo_param_count(&b.layout.list[k]); j++)
                b.grad[b.layout.list[k].offset + j] = 77.0f;
        for (size_t k = 0; k < b.layout.size; k++)
            assert_true(b.grad[k] == 77.0f);
        release(&b);
    }
}

// The same bits for a row whether it comes alone or in a full chunk, in clean or used scratch.
static void test_rows_alone(void **state)
{
    (void)state;
    for (size_t i = 0; i < NUM_SHAPES; i++) {
        bed b;
        create(&b, &shapes[i], 0, 10 + i);
        forward(&b);
        float *alone = new_floats(b.shape.out * LD);
        for (size_t r = 0; r < b.shape.rows; r++) {
            ppo_mlp_forward(&b.mlp, alone, b.scratch, b.params, b.packed, b.x + r * b.ldx, b.ldx,
                            1);
            for (size_t o = 0; o < b.shape.out; o++)
                assert_memory_equal(&alone[o * LD], &b.y[o * LD + r], sizeof *alone);
        }
        free(alone);
        release(&b);
    }
}

// The packed weights: [in, pad(out)] with zeros in the padding, however they are refreshed.
static void test_pack(void **state)
{
    (void)state;
    for (size_t i = 0; i < NUM_SHAPES; i++) {
        bed b;
        create(&b, &shapes[i], 0, 10 + i);
        for (size_t l = 0; l < b.mlp.num_layers; l++) {
            const ppo_layer *layer = &b.mlp.layers[l];
            float *packed = b.packed + layer->packed;
            const size_t size = layer->in * ppo_pad(layer->out);
            for (size_t k = 0; k < size; k++)
                packed[k] = NAN;
            for (size_t row = 0; row < layer->out; row += PPO_PARAM_ALIGN) {
                const size_t end = row + PPO_PARAM_ALIGN;
                ppo_mlp_pack(&b.mlp, b.packed, b.params, l, row,
                             end < layer->out ? end : layer->out);
            }
            for (size_t k = 0; k < size; k++) {
                const size_t in = k / ppo_pad(layer->out), out = k % ppo_pad(layer->out);
                const float wanted =
                    out < layer->out ? b.params[layer->weight + out * layer->in + in] : 0.0f;
                assert_true(packed[k] == wanted);
            }
        }
        release(&b);
    }
}

static void test_plan(void **state)
{
    (void)state;
    bed b;
    create(&b, &(net_shape){4, {2, {64, 32}}, 2, TANH, 1}, 0, 1);
    const char *names[] = {"net.0.weight", "net.0.bias",   "net.2.weight",
                           "net.2.bias",   "net.4.weight", "net.4.bias"};
    assert_int_equal(b.layout.count, 6);
    for (size_t i = 0; i < 6; i++) {
        assert_string_equal(b.layout.list[i].name, names[i]);
        assert_true(b.layout.list[i].offset % PPO_PARAM_ALIGN == 0);
    }
    assert_int_equal(ppo_mlp_forward_macs(&b.mlp), 4 * 64 + 64 * 32 + 32 * 2);
    assert_int_equal(ppo_mlp_backward_macs(&b.mlp), 4 * 64 + 2 * (64 * 32 + 32 * 2));
    release(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_forward),   cmocka_unit_test(test_gradients),
        cmocka_unit_test(test_gaps_stay), cmocka_unit_test(test_rows_alone),
        cmocka_unit_test(test_pack),      cmocka_unit_test(test_plan)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
