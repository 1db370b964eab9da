// SPDX-License-Identifier: MIT
// The speed of Python's environments without this library, for `ppo bench bridge`. Environments in
// this library: ppo_bench_env in ppo/bench.h.
#ifndef PPO_BENCH_ENV_SPEED_H
#define PPO_BENCH_ENV_SPEED_H

#include "ppo/env.h"

// Runs `processes` Python processes at once; each steps one instance of a Gymnasium environment in
// a bare loop with random actions for about `seconds`. Writes the sum of their steps per second; 0
// on failure. PPO_INVALID if `env` is not a Gymnasium environment.
ppo_status ppo_bench_python(double *steps_per_second, const ppo_env_class *env, uint32_t processes,
                            double seconds, ppo_error *error);

#endif
