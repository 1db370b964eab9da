// SPDX-License-Identifier: MIT
// The measured peak of bf16 products with fp32 sums, for `ppo bench`.
#ifndef PPO_BENCH_PEAK_BF16_H
#define PPO_BENCH_PEAK_BF16_H

#include <stdint.h>

// In GFLOP/s, summed over `threads` threads (0: one per core): each multiplies two 512 x 512
// matrices with oneDNN for about `seconds`. 0 if bf16 is not available.
double ppo_bench_peak_bf16(uint32_t threads, double seconds);

#endif
