// SPDX-License-Identifier: MIT
// The three products of a convolution, our own (nn/conv.h) beside oneDNN's primitives
// (bench/onednn.h), one thread, for the layers of the Nature CNN: GFLOP/s (2 per multiply-add, best
// of several batches) and their share of the measured peak. oneDNN has its weights in its own
// order, and its pictures once as ours lie and once ("blocked") in its own order too; bringing
// anything into these orders is not counted. First its results are held against ours.
//
// It is why nn/cnn.c uses its own: `make bench B=conv`.
#include "nn/conv.h"
#include "onednn.h"
#include "ppo/bench.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define NUM_BATCHES  20
#define IMAGES       4 // what nn/cnn.c takes at a time
#define BATCH_FLOP   5e7
#define TOLERANCE    1e-5  // of the largest result
#define PEAK_SECONDS 0.002 // of a batch

typedef struct layer {
    const char *name;
    size_t size, in, out, kernel, stride; // pictures of size x size
} layer;

static const layer layers[] = {
    {"conv1 (8x8/4 as 2x2 of squares)", 21, 64, 32, 2, 1},
    {"conv2 (4x4/2)", 20, 32, 64, 4, 2},
    {"conv3 (3x3)", 9, 64, 64, 3, 1},
};

typedef struct bench {
    ppo_conv conv;
    ppo_onednn_conv *plain, *blocked;
    size_t x_count, y_count, weights;
    float *x, *dx, *y, *dy, *bias, *dbias;
    float *forward, *backward, *dweight;
    float *other; // oneDNN's results, of the largest array's size
} bench;

typedef void (*kernel)(const bench *b);

static void stop(const char *why)
{
    fprintf(stderr, "bench_conv: %s\n", why);
    exit(1);
}

static void must(ppo_status status, const ppo_error *error)
{
    if (status != PPO_OK)
        stop(error->message);
}

// --- what is timed -------------------------------------------------------------------------------

static void own_forward(const bench *b)
{
    ppo_conv_forward(&b->conv, b->y, b->x, b->forward, b->bias, IMAGES, 0);
}

// Gradients start from zeros, as in training.
static void own_data(const bench *b)
{
    memset(b->dx, 0, b->x_count * sizeof *b->dx);
    ppo_conv_backward_data(&b->conv, b->dx, b->dy, b->backward, IMAGES);
}

static void own_weights(const bench *b)
{
    memset(b->dweight, 0, b->weights * sizeof *b->dweight);
    memset(b->dbias, 0, b->conv.out_channels * sizeof *b->dbias);
    ppo_conv_backward_weights(&b->conv, b->dweight, b->dbias, b->x, b->dy, IMAGES);
}

static void plain_forward(const bench *b)
{
    ppo_onednn_conv_forward(b->plain, b->other, b->x, b->bias, NULL);
}

static void plain_data(const bench *b)
{
    ppo_onednn_conv_backward_data(b->plain, b->other, b->dy, NULL);
}

static void plain_weights(const bench *b)
{
    ppo_onednn_conv_backward_weights(b->plain, b->other, b->x, b->dy, NULL);
}

static void blocked_forward(const bench *b)
{
    ppo_onednn_conv_forward(b->blocked, b->other, b->x, b->bias, NULL);
}

static void blocked_data(const bench *b)
{
    ppo_onednn_conv_backward_data(b->blocked, b->other, b->dy, NULL);
}

static void blocked_weights(const bench *b)
{
    ppo_onednn_conv_backward_weights(b->blocked, b->other, b->x, b->dy, NULL);
}

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

// GFLOP/s of the fastest batch.
static double speed(kernel run, const bench *b)
{
    const double flop = 2.0 * (double)ppo_conv_macs(&b->conv) * IMAGES;
    const size_t repeats = (size_t)(BATCH_FLOP / flop) + 1;
    double best = 1e9;
    for (int batch = 0; batch < NUM_BATCHES; batch++) {
        const double start = now();
        for (size_t i = 0; i < repeats; i++)
            run(b);
        best = fmin(best, (now() - start) / (double)repeats);
    }
    return 1e-9 * flop / best;
}

// --- operands ------------------------------------------------------------------------------------

static float *numbers(size_t count, double low)
{
    static uint64_t state = 1;
    float *a = aligned_alloc(64, (count * sizeof *a + 127) / 64 * 64);
    if (!a)
        stop("not enough memory");
    for (size_t i = 0; i < count; i++) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        a[i] = (float)(low + (1.0 - low) * (double)(state >> 40) * 0x1p-24);
    }
    return a;
}

static ppo_onednn_conv *library_conv(const layer *l, bool own_layout, const float *weight)
{
    const ppo_onednn_conv_shape shape = {.images = IMAGES,
                                         .height = l->size,
                                         .width = l->size,
                                         .in_channels = l->in,
                                         .out_channels = l->out,
                                         .kernel = l->kernel,
                                         .stride = l->stride,
                                         .own_layout = own_layout};
    ppo_onednn_conv *conv;
    ppo_error error;
    must(ppo_onednn_conv_create(&conv, &shape, &error), &error);
    must(ppo_onednn_conv_pack(conv, weight, &error), &error);
    return conv;
}

static bench make(const layer *l)
{
    bench b = {.conv = ppo_conv_make(l->size, l->size, l->in, l->out, l->kernel, l->stride)};
    b.x_count = IMAGES * b.conv.in_image;
    b.y_count = IMAGES * b.conv.out_image;
    b.weights = ppo_conv_weights(&b.conv);
    const size_t most = b.x_count > b.y_count ? b.x_count : b.y_count;
    b.x = numbers(b.x_count, 0.0);
    b.dx = numbers(b.x_count, 0.0);
    b.y = numbers(b.y_count, 0.0);
    b.dy = numbers(b.y_count, -1.0);
    b.bias = numbers(l->out, -1.0);
    b.dbias = numbers(l->out, 0.0);
    b.forward = numbers(b.weights, 0.0);
    b.backward = numbers(b.weights, 0.0);
    b.dweight = numbers(b.weights, 0.0);
    b.other = numbers(most > b.weights ? most : b.weights, 0.0);
    float *weight = numbers(b.weights, -1.0);
    ppo_conv_pack(&b.conv, b.forward, b.backward, weight, 0, l->out);
    free(weight);
    b.plain = library_conv(l, false, b.forward);
    b.blocked = library_conv(l, true, b.forward);
    return b;
}

static void release(bench *b)
{
    float *const all[] = {b->x,     b->dx,      b->y,        b->dy,      b->bias,
                          b->dbias, b->forward, b->backward, b->dweight, b->other};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        free(all[i]);
    ppo_onednn_conv_destroy(b->plain);
    ppo_onednn_conv_destroy(b->blocked);
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
    ppo_error error;
    own_forward(b);
    plain_forward(b);
    compare("the forward product", b->y, b->other, b->y_count);
    own_data(b);
    plain_data(b);
    compare("the product to the data", b->dx, b->other, b->x_count);
    own_weights(b);
    plain_weights(b);
    compare("the gradient of the biases", b->dbias, b->other, b->conv.out_channels);
    must(ppo_onednn_conv_unpack(b->plain, b->other, &error), &error);
    compare("the gradient of the weights", b->dweight, b->other, b->weights);
}

// --- the table -----------------------------------------------------------------------------------

static void measure(const layer *l, double peak)
{
    static const struct {
        const char *name;
        kernel own, plain, blocked;
    } products[] = {{"forward", own_forward, plain_forward, blocked_forward},
                    {"to data", own_data, plain_data, blocked_data},
                    {"to weights", own_weights, plain_weights, blocked_weights}};
    bench b = make(l);
    check(&b);
    printf("%s, %zu to %zu channels, %zu x %zu\n", l->name, l->in, l->out, l->size, l->size);
    for (size_t i = 0; i < sizeof products / sizeof *products; i++) {
        const double own = speed(products[i].own, &b), plain = speed(products[i].plain, &b);
        const double blocked = speed(products[i].blocked, &b);
        printf("  %-12s %8.1f %4.0f %% %10.1f %4.0f %% %10.1f %4.0f %%\n", products[i].name, own,
               100.0 * own / peak, plain, 100.0 * plain / peak, blocked, 100.0 * blocked / peak);
    }
    release(&b);
}

int main(void)
{
    double peak = 0.0;
    for (int batch = 0; batch < 10 * NUM_BATCHES; batch++)
        peak = fmax(peak, ppo_bench_peak(1, PEAK_SECONDS));
    printf("GFLOP/s of one core, %d pictures at a time; peak %.1f\n", IMAGES, peak);
    printf("                       own            oneDNN            blocked\n");
    for (size_t i = 0; i < sizeof layers / sizeof *layers; i++)
        measure(&layers[i], peak);
    return 0;
}
