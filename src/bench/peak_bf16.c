// SPDX-License-Identifier: MIT
// What this machine reaches in bf16, measured: oneDNN's product of matrices that stay in a core's
// second cache. Loops of our own would need the processor's instructions by name.
#include "bench/peak_bf16.h"

#include "core/clock.h"
#include "core/error.h"
#include "core/pool.h"
#include "nn/bf16.h"
#include "nn/bf16_ops.h"

#include <stdlib.h>
#include <string.h>

#define SIZE    512
#define REPEATS 4

// One thread's operands, and what it reached.
typedef struct ppo_peak_bf16_part {
    _Alignas(64) ppo_bf16 a[SIZE * SIZE];
    ppo_bf16 b[SIZE * SIZE];
    float c[SIZE * SIZE];
    double flops_per_second;
} ppo_peak_bf16_part;

typedef struct ppo_peak_bf16 {
    const ppo_onednn_module *api;
    ppo_onednn *dnn;
    size_t product;
    size_t scratch_size;
    double seconds;
    ppo_peak_bf16_part *parts; // [threads]
    unsigned char *scratch;    // [threads, scratch_size]
} ppo_peak_bf16;

static void peak_task(void *context, size_t task, size_t worker)
{
    (void)worker;
    const ppo_peak_bf16 *peak = context;
    ppo_peak_bf16_part *part = &peak->parts[task];
    const ppo_onednn_operand operands[] = {
        {.read = part->a}, {.read = part->b}, {.write = part->c}};
    double rounds = 0.0, elapsed = 0.0;
    peak->api->run(peak->dnn, peak->product, operands, peak->scratch + task * peak->scratch_size);
    const double start = ppo_clock_seconds();
    while (elapsed < peak->seconds) {
        for (int i = 0; i < REPEATS; i++)
            peak->api->run(peak->dnn, peak->product, operands,
                           peak->scratch + task * peak->scratch_size);
        rounds += 1.0;
        elapsed = ppo_clock_seconds() - start;
    }
    part->flops_per_second = rounds * REPEATS * 2.0 * SIZE * SIZE * SIZE / elapsed;
}

static void fill(ppo_peak_bf16_part *part)
{
    static const float half = 0.5f;
    for (size_t i = 0; i < SIZE * SIZE; i++) {
        ppo_bf16_from_floats(&part->a[i], &half, 1);
        ppo_bf16_from_floats(&part->b[i], &half, 1);
        part->c[i] = 0.0f;
    }
}

static ppo_status prepare(ppo_peak_bf16 *peak, size_t threads, ppo_error *error)
{
    const ppo_onednn_product product = {.m = SIZE,
                                        .n = SIZE,
                                        .k = SIZE,
                                        .a_row = SIZE,
                                        .a_column = 1,
                                        .c_row = SIZE,
                                        .c_fp32 = true};
    peak->api = ppo_onednn_load(error);
    if (!peak->api)
        return PPO_UNSUPPORTED;
    PPO_TRY(peak->api->open(&peak->dnn, PPO_ONEDNN_BF16, error));
    PPO_TRY(peak->api->product(peak->dnn, &peak->product, &product, error));
    peak->scratch_size = (peak->api->scratch_bytes(peak->dnn, peak->product) / 4096 + 2) * 4096;
    if (peak->api->operand_bytes(peak->dnn, peak->product, 1) > sizeof peak->parts->b)
        return PPO_UNSUPPORTED; // an order of b with gaps, which 512 x 512 numbers need not have
    peak->parts = aligned_alloc(64, threads * sizeof *peak->parts);
    peak->scratch = aligned_alloc(4096, threads * peak->scratch_size);
    if (!peak->parts || !peak->scratch)
        return PPO_NO_MEMORY;
    for (size_t i = 0; i < threads; i++)
        fill(&peak->parts[i]);
    return PPO_OK;
}

double ppo_bench_peak_bf16(uint32_t threads, double seconds)
{
    ppo_pool *pool;
    double sum = 0.0;
    if (ppo_pool_create(&pool, threads, NULL) != PPO_OK)
        return 0.0;
    const size_t size = ppo_pool_size(pool);
    ppo_peak_bf16 peak = {.seconds = seconds};
    if (prepare(&peak, size, NULL) == PPO_OK) {
        ppo_pool_run(pool, peak_task, &peak, size);
        for (size_t i = 0; i < size; i++)
            sum += peak.parts[i].flops_per_second;
    }
    if (peak.dnn)
        peak.api->close(peak.dnn);
    free(peak.parts);
    free(peak.scratch);
    ppo_pool_destroy(pool);
    return sum * 1e-9;
}
