// SPDX-License-Identifier: MIT
// Measuring: the machine's arithmetic peak, environments stepped alone, and a part of an Atari.
#ifndef PPO_BENCH_H
#define PPO_BENCH_H

#include "ppo/atari.h"
#include "ppo/env.h"

#ifdef __cplusplus
extern "C" {
#endif

// Measured peak of fp32 fused multiply-adds over `threads` threads for about `seconds`, in GFLOP/s
// (2 per multiply-add): independent chains in registers, the widest vectors of this build.
PPO_API double ppo_bench_peak(uint32_t threads, double seconds);

// The same for products of bf16 numbers added up in fp32: oneDNN's of two 512 x 512 matrices, one
// for each thread; 0 where precision bf16 can't be had.
PPO_API double ppo_bench_peak_bf16(uint32_t threads, double seconds);

// Steps `num_envs` instances with random actions, resets included, for about `seconds` on `threads`
// threads, through the same path as training. Writes environment steps per second.
PPO_API ppo_status ppo_bench_env(double *steps_per_second, const ppo_env_class *env,
                                 uint32_t num_envs, uint32_t threads, double seconds,
                                 ppo_error *error);

// Steps per second that `processes` Pythons reach together, each stepping one instance of an
// environment of Gymnasium in a bare loop with random actions for about `seconds`: what the bridge
// is measured against. PPO_INVALID for other classes.
PPO_API ppo_status ppo_bench_python(double *steps_per_second, const ppo_env_class *env,
                                    uint32_t processes, double seconds, ppo_error *error);

// The TIA's share of an Atari game's frames: plays two seconds of it on a copy with random actions,
// notes what its processor asks of the TIA, and has a TIA alone do that for about `seconds`,
// without drawing. Writes frames per second.
PPO_API ppo_status ppo_bench_tia(double *frames_per_second, const ppo_game *game,
                                 const ppo_game_setup *setup, double seconds, ppo_error *error);

// What this library was built with and runs on, as lines of text "name: value" (compiler,
// instruction set, oneDNN version). Returns the bytes needed, like snprintf.
PPO_API size_t ppo_build_info(char *text, size_t size);

// The same for the parts with heavy libraries, which are loaded when they are first needed, and
// now: "films: mp4 (libx264), gif, png; ...", or "films: absent: " and a sentence.
PPO_API size_t ppo_parts_info(char *text, size_t size);

#ifdef __cplusplus
}
#endif

#endif
