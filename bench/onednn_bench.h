// SPDX-License-Identifier: MIT
// For benchmarks that compare kernels of the library with oneDNN's in fp32: the module that bf16
// uses (nn/bf16_ops.h), memory, and time. They end with a sentence where oneDNN is absent.
#ifndef PPO_BENCH_ONEDNN_BENCH_H
#define PPO_BENCH_ONEDNN_BENCH_H

#include "nn/bf16_ops.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define NUM_BATCHES 20
#define BATCH_FLOP  5e7

typedef struct bench_onednn {
    const ppo_onednn_module *api;
    ppo_onednn *dnn;
} bench_onednn;

static inline void bench_must(ppo_status status, const ppo_error *error)
{
    if (status == PPO_OK)
        return;
    fprintf(stderr, "bench: %s\n", error->message);
    exit(1);
}

static inline bench_onednn bench_onednn_open(void)
{
    ppo_error error = {0};
    bench_onednn b = {.api = ppo_onednn_load(&error)};
    bench_must(b.api ? PPO_OK : PPO_UNSUPPORTED, &error);
    bench_must(b.api->open(&b.dnn, PPO_ONEDNN_FP32, &error), &error);
    return b;
}

static inline void *bench_memory(size_t bytes)
{
    void *memory = aligned_alloc(64, (bytes + 127) / 64 * 64);
    if (!memory) {
        fprintf(stderr, "bench: not enough memory\n");
        exit(1);
    }
    return memory;
}

// Uniform in [low, 1).
static inline float *bench_numbers(size_t count, double low)
{
    static uint64_t state = 1;
    float *a = bench_memory(count * sizeof *a);
    for (size_t i = 0; i < count; i++) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        a[i] = (float)(low + (1.0 - low) * (double)(state >> 40) * 0x1p-24);
    }
    return a;
}

static inline double bench_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

// GFLOP/s of a kernel of `flop` operations: the fastest of NUM_BATCHES batches.
static inline double bench_speed(void (*kernel)(const void *context), const void *context,
                                 double flop)
{
    const size_t repeats = (size_t)(BATCH_FLOP / flop) + 1;
    double best = 1e9;
    for (int batch = 0; batch < NUM_BATCHES; batch++) {
        const double start = bench_now();
        for (size_t i = 0; i < repeats; i++)
            kernel(context);
        const double each = (bench_now() - start) / (double)repeats;
        best = each < best ? each : best;
    }
    return 1e-9 * flop / best;
}

#endif
