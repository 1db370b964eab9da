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
    const char *title; // of a row of a Markdown table, which is printed instead; NULL: none
} cli_bench_plan;

// Each measures one thing, prints the result and returns the exit code. `args` has the training
// options that change the settings; `operand` is what was given after the name, or NULL.
int cli_bench_peak(const cli_bench_plan *plan, const cli_args *args, const char *operand);

// Environment `operand` stepped with random actions.
int cli_bench_env(const cli_bench_plan *plan, const cli_args *args, const char *operand);

// The console, its frames and agent steps, in the Atari game `operand`.
int cli_bench_atari(const cli_bench_plan *plan, const cli_args *args, const char *operand);

// Bare Python loops and the bridge, for an environment of Gymnasium (NULL: gym:CartPole-v1).
int cli_bench_bridge(const cli_bench_plan *plan, const cli_args *args, const char *operand);

// Training with a published system's sizes: Stable-Baselines3's on CartPole, RLtools' and those of
// its zoo on Pendulum, a Nature CNN on cli_bench_frames.
int cli_bench_cartpole(const cli_bench_plan *plan, const cli_args *args, const char *operand);
int cli_bench_pendulum(const cli_bench_plan *plan, const cli_args *args, const char *operand);
int cli_bench_zoo(const cli_bench_plan *plan, const cli_args *args, const char *operand);
int cli_bench_cnn(const cli_bench_plan *plan, const cli_args *args, const char *operand);

// An LSTM of 128 units behind layers of 64 and 64, with 16 environments x 128 steps in sequences of
// 16: training, and acting beside a feed-forward network.
int cli_bench_lstm(const cli_bench_plan *plan, const cli_args *args, const char *operand);

// Training with the settings `yaml` over the defaults, and those of `args` over these. env NULL:
// what the settings name. `acting_share`, if it is not 0, is a figure that is printed beside.
int cli_bench_yaml(const char *name, const char *yaml, const ppo_env_class *env,
                   const cli_bench_plan *plan, const cli_args *args, double acting_share);

// A Markdown table of those, one after the other, plan->seconds each.
int cli_bench_all(const cli_bench_plan *plan, const cli_args *args, const char *operand);

// What `ppo train operand` would train.
int cli_bench_train(const cli_bench_plan *plan, const cli_args *args, const char *operand);

// The settings of an environment's preset, changed by those of `args`.
ppo_status cli_bench_config(ppo_config *config, const char *id, const cli_args *args,
                            ppo_error *error);

// An environment whose observations cost next to nothing.
extern const ppo_env_class cli_bench_frames;

// Trains the presets that are the operands of `args` (none: all that have a target score), changed
// by its settings, with each seed of --seeds (1-10), side by side on plan->threads threads, and
// evaluates the finished agents.
int cli_bench_learning(const cli_bench_plan *plan, const cli_args *args);

#endif
