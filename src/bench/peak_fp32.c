// SPDX-License-Identifier: MIT
// The arithmetic peak of this machine, measured: independent chains of multiply-adds that never
// leave the registers. What a benchmark's GFLOP/s are held against.
#include "ppo/bench.h"

#include "core/clock.h"
#include "core/pool.h"
#include "nn/simd.h"

#include <stdlib.h>

#define CHAINS  12 // latency 4 times two units is 8; some more for cores with longer latency
#define REPEATS 20000

typedef struct ppo_peak {
    double seconds;
    double *flops_per_second; // [threads]
} ppo_peak;

// CHAINS * REPEATS vector multiply-adds whose result stays near 1.
static void multiply_add(ppo_vec chain[CHAINS])
{
    ppo_vec x[CHAINS];
    const ppo_vec factor = ppo_v_set(0.5f), term = ppo_v_set(0.5f);
    memcpy(x, chain, sizeof x);
    for (int i = 0; i < REPEATS; i++)
        for (int k = 0; k < CHAINS; k++)
            x[k] = x[k] * factor + term;
    memcpy(chain, x, sizeof x);
}

static void peak_task(void *context, size_t task, size_t worker)
{
    (void)worker;
    const ppo_peak *peak = context;
    ppo_vec chain[CHAINS] = {0};
    double rounds = 0.0, elapsed = 0.0;
    const double start = ppo_clock_seconds();
    while (elapsed < peak->seconds) {
        multiply_add(chain);
        rounds += 1.0;
        elapsed = ppo_clock_seconds() - start;
    }
    float sum = 0.0f;
    for (int k = 0; k < CHAINS; k++)
        sum += chain[k][0];
    const double flops = rounds * 2.0 * REPEATS * CHAINS * PPO_LANES;
    peak->flops_per_second[task] = sum > 0.0f ? flops / elapsed : 0.0;
}

double ppo_bench_peak(uint32_t threads, double seconds)
{
    ppo_pool *pool;
    double sum = 0.0;
    if (ppo_pool_create(&pool, threads, NULL) != PPO_OK)
        return 0.0;
    const size_t size = ppo_pool_size(pool);
    ppo_peak peak = {.seconds = seconds, .flops_per_second = calloc(size, sizeof(double))};
    if (peak.flops_per_second) {
        ppo_pool_run(pool, peak_task, &peak, size);
        for (size_t i = 0; i < size; i++)
            sum += peak.flops_per_second[i];
    }
    free(peak.flops_per_second);
    ppo_pool_destroy(pool);
    return sum * 1e-9;
}
