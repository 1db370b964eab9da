// SPDX-License-Identifier: MIT
// Measuring: the machine's arithmetic peak, and environments stepped alone.
#ifndef PPO_BENCH_H
#define PPO_BENCH_H

#include "ppo/env.h"

#ifdef __cplusplus
extern "C" {
#endif

// Measured peak of fp32 fused multiply-adds over `threads` threads for about `seconds`, in GFLOP/s
// (2 per multiply-add): independent chains in registers, the widest vectors of this build.
PPO_API double ppo_bench_peak(uint32_t threads, double seconds);

// Steps `num_envs` instances with random actions, resets included, for about `seconds` on `threads`
// threads, through the same path as training. Writes environment steps per second.
PPO_API ppo_status ppo_bench_env(double *steps_per_second, const ppo_env_class *env,
                                 uint32_t num_envs, uint32_t threads, double seconds,
                                 ppo_error *error);

// What this library was built with and runs on, as lines of text "name: value" (compiler,
// instruction set, oneDNN version, optional parts). Returns the bytes needed, like snprintf.
PPO_API size_t ppo_build_info(char *text, size_t size);

#ifdef __cplusplus
}
#endif

#endif
