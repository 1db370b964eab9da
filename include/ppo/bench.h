// SPDX-License-Identifier: MIT
// Measuring this machine: its arithmetic peak, and environments stepped without a policy. And what
// this library was built with. All functions may be called by any thread; measurements that run at
// the same time disturb each other.
#ifndef PPO_BENCH_H
#define PPO_BENCH_H

#include "ppo/env.h"

#ifdef __cplusplus
extern "C" {
#endif

// The measured peak of fp32 fused multiply-adds in GFLOP/s (2 operations per multiply-add), summed
// over `threads` threads (0: one per core) that each run for about `seconds`: independent chains in
// registers, in the widest vectors of this build. 0 if threads or memory can't be had.
PPO_API double ppo_bench_peak(uint32_t threads, double seconds);

// Steps `num_envs` instances with random actions, resets included, for about `seconds` on `threads`
// threads (0: one per core), through the same code as training. Writes environment steps per
// second; 0 on failure.
PPO_API ppo_status ppo_bench_env(double *steps_per_second, const ppo_env_class *env,
                                 uint32_t num_envs, uint32_t threads, double seconds,
                                 ppo_error *error);

// What this library was built with and runs on, as lines "name: value" (compiler, instruction set,
// ...). Writes at most `size` bytes with the terminating 0, and returns the length of the whole
// text, as snprintf does.
PPO_API size_t ppo_build_info(char *text, size_t size);

// The same for the modules, which this call loads: "films: mp4 (libx264), gif, png; ...", or
// "films: absent: " and the reason.
PPO_API size_t ppo_parts_info(char *text, size_t size);

#ifdef __cplusplus
}
#endif

#endif
