// SPDX-License-Identifier: MIT
// The three products of a convolution, our own (nn/conv.h) beside oneDNN's, in fp32 on one thread,
// for the layers of the Nature CNN: GFLOP/s (2 per MAC) and their share of the measured peak.
// oneDNN has its weights in its own order; bringing them there is not counted. Results are compared
// first. `make bench B=conv`.
#include "nn/conv.h"
#include "onednn_bench.h"
#include "ppo/bench.h"

#include <math.h>
#include <string.h>

#define IMAGES       4     // a tile of nn/cnn_fp32.c
#define TOLERANCE    1e-5  // of the largest result
#define PEAK_SECONDS 0.002 // of a batch

typedef struct layer {
    const char *name;
    size_t size, in, out, kernel, stride; // images of size x size
} layer;

static const layer layers[] = {
    {"conv1 (8x8/4 as 2x2 of blocks)", 21, 64, 32, 2, 1},
    {"conv2 (4x4/2)", 20, 32, 64, 4, 2},
    {"conv3 (3x3)", 9, 64, 64, 3, 1},
};

enum { FORWARD, DATA, WEIGHTS, NUM_PRODUCTS };

typedef struct bench {
    ppo_conv conv;
    size_t x_count, y_count, weights;
    float *x, *dx, *y, *dy, *bias, *dbias, *forward, *backward, *dweight;
    // oneDNN's operations, its weights and results.
    bench_onednn onednn;
    size_t op[NUM_PRODUCTS], pack[2], unpack;
    void *packed[2], *scratch;
    float *other, *other_dbias, *other_dweight;
} bench;

// --- what is timed -------------------------------------------------------------------------------

static void own_forward(const void *context)
{
    const bench *b = context;
    ppo_conv_forward(&b->conv, b->y, b->x, b->forward, b->bias, IMAGES, false);
}

static void own_data(const void *context)
{
    const bench *b = context;
    ppo_conv_backward_data(&b->conv, b->dx, b->dy, b->backward, IMAGES);
}

// Gradients start from zeros, as in training.
static void own_weights(const void *context)
{
    const bench *b = context;
    memset(b->dweight, 0, b->weights * sizeof *b->dweight);
    memset(b->dbias, 0, b->conv.out_channels * sizeof *b->dbias);
    ppo_conv_backward_weights(&b->conv, b->dweight, b->dbias, b->x, b->dy, IMAGES);
}

static void run(const bench *b, size_t op, const ppo_onednn_operand *operands)
{
    b->onednn.api->run(b->onednn.dnn, op, operands, b->scratch);
}

static void other_forward(const void *context)
{
    const bench *b = context;
    run(b, b->op[FORWARD],
        (ppo_onednn_operand[]){
            {.read = b->x}, {.read = b->packed[FORWARD]}, {.read = b->bias}, {.write = b->other}});
}

static void other_data(const void *context)
{
    const bench *b = context;
    run(b, b->op[DATA],
        (ppo_onednn_operand[]){{.write = b->other}, {.read = b->packed[DATA]}, {.read = b->dy}});
}

static void other_weights(const void *context)
{
    const bench *b = context;
    run(b, b->op[WEIGHTS],
        (ppo_onednn_operand[]){{.read = b->x},
                               {.write = b->other_dweight},
                               {.write = b->other_dbias},
                               {.read = b->dy}});
}

// --- operands ------------------------------------------------------------------------------------

// `rows`: the weights as [kernel, kernel, in, out].
static void make_onednn(bench *b, const layer *l, const float *rows)
{
    const ppo_onednn_conv_shape shape = {.type = PPO_ONEDNN_FP32,
                                         .images = IMAGES,
                                         .height = l->size,
                                         .width = l->size,
                                         .in_channels = l->in,
                                         .out_channels = l->out,
                                         .kernel = l->kernel,
                                         .stride = l->stride};
    const ppo_onednn_module *api = b->onednn.api;
    ppo_onednn *dnn = b->onednn.dnn;
    ppo_error error = {0};
    size_t scratch = 0;
    for (size_t i = 0; i < NUM_PRODUCTS; i++) {
        bench_must(api->conv(dnn, &b->op[i], (ppo_onednn_conv_kind)i, &shape, &error), &error);
        scratch += api->scratch_bytes(dnn, b->op[i]);
    }
    for (size_t i = 0; i < WEIGHTS; i++) {
        bench_must(api->pack(dnn, &b->pack[i], b->op[i], &error), &error);
        b->packed[i] = bench_memory(api->operand_bytes(dnn, b->op[i], 1));
        scratch += api->scratch_bytes(dnn, b->pack[i]);
    }
    bench_must(api->unpack(dnn, &b->unpack, b->op[WEIGHTS], &error), &error);
    b->scratch = bench_memory(scratch + api->scratch_bytes(dnn, b->unpack) + 64);
    b->other_dweight = bench_memory(api->operand_bytes(dnn, b->op[WEIGHTS], 1));
    for (size_t i = 0; i < WEIGHTS; i++)
        run(b, b->pack[i], (ppo_onednn_operand[]){{.read = rows}, {.write = b->packed[i]}});
}

static bench make(const layer *l)
{
    bench b = {.conv = ppo_conv_make(l->size, l->size, l->in, l->out, l->kernel, l->stride)};
    b.x_count = IMAGES * b.conv.in_image;
    b.y_count = IMAGES * b.conv.out_image;
    b.weights = ppo_conv_weights(&b.conv);
    const size_t most = b.x_count > b.y_count ? b.x_count : b.y_count;
    b.x = bench_numbers(b.x_count, 0.0);
    b.dx = bench_numbers(b.x_count, 0.0);
    b.y = bench_numbers(b.y_count, 0.0);
    b.dy = bench_numbers(b.y_count, -1.0);
    b.bias = bench_numbers(l->out, -1.0);
    b.dbias = bench_numbers(l->out, 0.0);
    b.forward = bench_numbers(b.weights, 0.0);
    b.backward = bench_numbers(b.weights, 0.0);
    b.dweight = bench_numbers(b.weights, 0.0);
    b.other = bench_numbers(most > b.weights ? most : b.weights, 0.0);
    b.other_dbias = bench_numbers(l->out, 0.0);
    float *weight = bench_numbers(b.weights, -1.0), *rows = bench_numbers(b.weights, 0.0);
    ppo_conv_pack(&b.conv, b.forward, b.backward, weight, 0, l->out);
    ppo_conv_order(&b.conv, rows, weight, 0, l->out);
    b.onednn = bench_onednn_open();
    make_onednn(&b, l, rows);
    free(rows);
    free(weight);
    return b;
}

static void release(bench *b)
{
    void *const all[] = {b->x,         b->dx,        b->y,           b->dy,
                         b->bias,      b->dbias,     b->forward,     b->backward,
                         b->dweight,   b->other,     b->other_dbias, b->other_dweight,
                         b->packed[0], b->packed[1], b->scratch};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        free(all[i]);
    b->onednn.api->close(b->onednn.dnn);
}

// --- the same results ----------------------------------------------------------------------------

static void compare(const char *what, const float *own, const float *other, size_t count)
{
    double most = 0.0, difference = 0.0;
    for (size_t i = 0; i < count; i++) {
        most = fmax(most, fabs((double)own[i]));
        difference = fmax(difference, fabs((double)own[i] - (double)other[i]));
    }
    if (difference <= TOLERANCE * most)
        return;
    fprintf(stderr, "bench_conv: %s differs from oneDNN's by %.3g of %.3g\n", what, difference,
            most);
    exit(1);
}

static void check(const bench *b)
{
    own_forward(b);
    other_forward(b);
    compare("the forward product", b->y, b->other, b->y_count);
    own_data(b);
    other_data(b);
    compare("the gradient of the input", b->dx, b->other, b->x_count);
    own_weights(b);
    other_weights(b);
    compare("the gradient of the biases", b->dbias, b->other_dbias, b->conv.out_channels);
    run(b, b->unpack, (ppo_onednn_operand[]){{.read = b->other_dweight}, {.write = b->other}});
    compare("the gradient of the weights", b->dweight, b->other, b->weights);
}

// --- the table -----------------------------------------------------------------------------------

static void measure(const layer *l, double peak)
{
    static const struct {
        const char *name;
        void (*own)(const void *), (*other)(const void *);
    } products[] = {{"forward", own_forward, other_forward},
                    {"to data", own_data, other_data},
                    {"to weights", own_weights, other_weights}};
    bench b = make(l);
    const double flop = 2.0 * (double)ppo_conv_macs(&b.conv) * IMAGES;
    check(&b);
    printf("%s, %zu to %zu channels, %zu x %zu\n", l->name, l->in, l->out, l->size, l->size);
    for (size_t i = 0; i < sizeof products / sizeof *products; i++) {
        const double own = bench_speed(products[i].own, &b, flop);
        const double other = bench_speed(products[i].other, &b, flop);
        printf("  %-12s %8.1f %4.0f %% %10.1f %4.0f %%\n", products[i].name, own,
               100.0 * own / peak, other, 100.0 * other / peak);
    }
    release(&b);
}

int main(void)
{
    double peak = 0.0;
    for (int batch = 0; batch < 10 * NUM_BATCHES; batch++)
        peak = fmax(peak, ppo_bench_peak(1, PEAK_SECONDS));
    printf("GFLOP/s of one core, %d images at a time; peak %.1f\n", IMAGES, peak);
    printf("                       own            oneDNN\n");
    for (size_t i = 0; i < sizeof layers / sizeof *layers; i++)
        measure(&layers[i], peak);
    return 0;
}
