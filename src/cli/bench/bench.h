// SPDX-License-Identifier: MIT
// What `ppo bench` measures. Nothing here writes a file.
#ifndef CLI_BENCH_BENCH_H
#define CLI_BENCH_BENCH_H

#include "cli/args.h"

// How long, and with what.
typedef struct cli_bench_plan {
    uint32_t threads;
    uint32_t num_envs; // for `env ID`
    double seconds;
    bool is_json;
} cli_bench_plan;

// Each prints its result and returns the exit code.
int cli_bench_peak(const cli_bench_plan *plan);
int cli_bench_env(const char *id, const cli_args *args, const cli_bench_plan *plan);

// The console, its frames and agent steps, in an Atari game.
int cli_bench_atari(const char *id, const cli_args *args, const cli_bench_plan *plan);

// Bare Python loops and the bridge, for an environment of Gymnasium.
int cli_bench_bridge(const char *id, const cli_args *args, const cli_bench_plan *plan);

// The settings of an environment's preset, changed by those of `args`.
ppo_status cli_bench_config(ppo_config *config, const char *id, const cli_args *args,
                            ppo_error *error);

// Trains in a published system's shape: "cartpole", "pendulum" or "cnn", changed by the settings of
// `args`.
int cli_bench_shape(const char *name, const cli_args *args, const cli_bench_plan *plan);

// Trains what `ppo train TARGET` would, changed by the settings of `args`.
int cli_bench_train(const char *target, const cli_args *args, const cli_bench_plan *plan);

// Observations that cost next to nothing, for "cnn".
extern const ppo_env_class cli_bench_frames;

// True if cli_bench_shape knows the name.
bool cli_bench_is_shape(const char *name);

// Trains presets over the seeds of --seeds, side by side on plan->threads threads, and evaluates
// the finished agents. `task` [count] names presets; count == 0: all that have a bar.
int cli_bench_learning(const char *const *task, size_t count, const char *seeds,
                       const cli_bench_plan *plan);

#endif
