// SPDX-License-Identifier: MIT
// How fast the inner products of nn/onednn.h are, one thread, shape by shape; run by hand.
// Columns: GFLOP/s (2 * rows * in * out each, best of several batches) of forward, forward with
// packed weights, the same without bias, backward to data, backward to weights with bias sums;
// last, microseconds to pack.
#include "nn/onednn.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define NUM_BATCHES 30
#define STRIDE_PAD  16 // floats between the end of a row and the next

typedef struct bench {
    ppo_onednn_linear *linear;
    float *x, *y, *weight, *packed, *bias;
} bench;

typedef void (*kernel)(const bench *b);

static void forward(const bench *b)
{
    ppo_onednn_linear_forward(b->linear, b->y, b->x, b->weight, b->bias, NULL);
}

static void forward_packed(const bench *b)
{
    ppo_onednn_linear_forward_packed(b->linear, b->y, b->x, b->packed, b->bias, NULL);
}

static void forward_bare(const bench *b)
{
    ppo_onednn_linear_forward_packed(b->linear, b->y, b->x, b->packed, NULL, NULL);
}

static void backward_data(const bench *b)
{
    ppo_onednn_linear_backward_data(b->linear, b->x, b->y, b->weight, NULL);
}

static void backward_weights(const bench *b)
{
    ppo_onednn_linear_backward_weights(b->linear, b->weight, b->bias, b->x, b->y, NULL);
}

static void pack(const bench *b)
{
    ppo_onednn_linear_pack(b->linear, b->packed, b->weight);
}

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

// Seconds of one call: the fastest batch of `repeats`.
static double seconds(kernel run, const bench *b, size_t repeats)
{
    double best = 1e9;
    for (int batch = 0; batch < NUM_BATCHES; batch++) {
        const double start = now();
        for (size_t i = 0; i < repeats; i++)
            run(b);
        const double each = (now() - start) / (double)repeats;
        best = each < best ? each : best;
    }
    return best;
}

static float *numbers(size_t count, float value)
{
    float *a = malloc(count * sizeof *a);
    if (!a) {
        perror("bench_linear");
        exit(1);
    }
    for (size_t i = 0; i < count; i++)
        a[i] = value;
    return a;
}

static void measure(size_t rows, size_t in, size_t out)
{
    const size_t ldx = in + STRIDE_PAD, ldy = out + STRIDE_PAD;
    const double flop = 2.0 * (double)rows * (double)in * (double)out;
    const size_t repeats = (size_t)(2e7 / flop) + 1;
    static const kernel kernels[] = {forward, forward_packed, forward_bare, backward_data,
                                     backward_weights};
    bench b = {.x = numbers(rows * ldx, 0.01f),
               .y = numbers(rows * ldy, 0.01f),
               .weight = numbers(out * in, 0.01f),
               .packed = numbers(in * out, 0.01f),
               .bias = numbers(out, 0.0f)};
    ppo_error error;
    if (ppo_onednn_linear_create(&b.linear, rows, in, out, ldx, ldy, &error) != PPO_OK) {
        fprintf(stderr, "bench_linear: %s\n", error.message);
        exit(1);
    }
    printf("%5zu x %4zu x %4zu", rows, in, out);
    for (size_t i = 0; i < sizeof kernels / sizeof kernels[0]; i++)
        printf(" %9.1f", 1e-9 * flop / seconds(kernels[i], &b, repeats));
    printf(" %9.2f\n", 1e6 * seconds(pack, &b, repeats));
    ppo_onednn_linear_destroy(b.linear);
    free(b.x);
    free(b.y);
    free(b.weight);
    free(b.packed);
    free(b.bias);
}

int main(void)
{
    static const size_t shapes[][3] = {
        {64, 24, 512}, {64, 512, 256}, {256, 512, 512}, {64, 64, 64},     {8, 64, 64},
        {256, 64, 64}, {64, 4, 64},    {64, 64, 2},     {512, 3136, 512},
    };
    printf(" rows x   in x  out   forward    packed   no bias      data   weights   pack us\n");
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++)
        measure(shapes[i][0], shapes[i][1], shapes[i][2]);
    return 0;
}
