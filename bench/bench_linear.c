// SPDX-License-Identifier: MIT
// The three products of a linear layer, our own (nn/gemm.h) beside oneDNN's (bench/onednn.h), one
// thread, shape by shape, in GFLOP/s (2 * rows * in * out each, best of several batches). It is why
// nn/mlp.c uses its own: `make bench B=linear`.
#include "nn/gemm.h"
#include "onednn.h"
#include "nn/simd.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define NUM_BATCHES 30

typedef struct bench {
    ppo_onednn_linear *linear;
    size_t rows, in, out, ldx, ldy;
    float *x, *y, *weight, *packed, *bias;
} bench;

typedef void (*kernel)(const bench *b);

static void own_forward(const bench *b)
{
    ppo_gemm(b->y, b->ldy, b->x, b->ldx, 1, b->packed, b->ldy, b->bias, b->rows, b->out, b->in);
}

static void own_data(const bench *b)
{
    ppo_gemm(b->x, b->ldx, b->y, b->ldy, 1, b->weight, b->in, NULL, b->rows, b->in, b->out);
}

static void own_weights(const bench *b)
{
    if (b->in >= b->out)
        ppo_gemm(b->packed, b->ldx, b->y, 1, b->ldy, b->x, b->ldx, NULL, b->out, b->in, b->rows);
    else
        ppo_gemm(b->packed, b->ldy, b->x, 1, b->ldx, b->y, b->ldy, NULL, b->in, b->out, b->rows);
}

static void onednn_forward(const bench *b)
{
    ppo_onednn_linear_forward(b->linear, b->y, b->x, b->weight, b->bias, NULL);
}

static void onednn_data(const bench *b)
{
    ppo_onednn_linear_backward_data(b->linear, b->x, b->y, b->weight, NULL);
}

static void onednn_weights(const bench *b)
{
    ppo_onednn_linear_backward_weights(b->linear, b->packed, b->bias, b->x, b->y, NULL);
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
    float *a = aligned_alloc(64, (count * sizeof *a + 63) / 64 * 64);
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
    static const kernel kernels[] = {own_forward, onednn_forward, own_data,
                                     onednn_data, own_weights,    onednn_weights};
    const double flop = 2.0 * (double)rows * (double)in * (double)out;
    const size_t repeats = (size_t)(2e7 / flop) + 1, most = ppo_pad(in) * ppo_pad(out);
    bench b = {.rows = rows, .in = in, .out = out, .ldx = ppo_pad(in), .ldy = ppo_pad(out)};
    b.x = numbers(rows * b.ldx + PPO_LANES, 0.01f);
    b.y = numbers(rows * b.ldy + PPO_LANES, 0.01f);
    b.weight = numbers(most, 0.01f);
    b.packed = numbers(most, 0.01f);
    b.bias = numbers(b.ldy, 0.0f);
    ppo_error error;
    if (ppo_onednn_linear_create(&b.linear, rows, in, out, b.ldx, b.ldy, &error) != PPO_OK) {
        fprintf(stderr, "bench_linear: %s\n", error.message);
        exit(1);
    }
    printf("%5zu x %4zu x %4zu", rows, in, out);
    for (size_t i = 0; i < sizeof kernels / sizeof kernels[0]; i++)
        printf(" %8.1f", 1e-9 * flop / seconds(kernels[i], &b, repeats));
    printf("\n");
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
        {4, 64, 64},   {8, 64, 64},    {64, 4, 64},    {64, 64, 2},     {64, 64, 64},
        {64, 24, 512}, {64, 512, 256}, {64, 512, 512}, {256, 512, 512}, {64, 3136, 512},
    };
    printf("GFLOP/s                  forward        to inputs       to weights\n");
    printf(" rows x   in x  out      own   oneDNN      own   oneDNN      own   oneDNN\n");
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++)
        measure(shapes[i][0], shapes[i][1], shapes[i][2]);
    return 0;
}
