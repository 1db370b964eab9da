// SPDX-License-Identifier: MIT
// The operand of `ppo train` resolved into a configuration: an environment id, a YAML file, a
// preset's name or a run directory, and then the settings of the command line.
#ifndef CLI_TARGET_H
#define CLI_TARGET_H

#include "cli/args.h"

typedef enum cli_target_kind {
    CLI_TARGET_ENV,    // an environment id: its preset, if there is one, over the defaults
    CLI_TARGET_PRESET, // another preset's name: that over the defaults
    CLI_TARGET_FILE,   // a YAML file over the defaults
    CLI_TARGET_RUN,    // a run directory: its config.yaml
} cli_target_kind;

typedef struct cli_target {
    cli_target_kind kind;
    char path[2 * PPO_TEXT_SIZE];  // FILE and RUN: the YAML file
    char label[2 * PPO_TEXT_SIZE]; // for messages: "preset CartPole-v1", or the path
    const char *yaml;              // ENV and PRESET: the preset's text; NULL: none
    char stem[PPO_TEXT_SIZE];      // FILE and PRESET: "cartpole" of configs/seeds/cartpole.yaml
    char run_dir[PPO_TEXT_SIZE];   // RUN: the directory
    char env_id[PPO_TEXT_SIZE];    // ENV: the id
} cli_target;

// Finds out what `name` is. Fails with PPO_NOT_FOUND and names the nearest environment.
ppo_status cli_target_find(cli_target *target, const char *name, ppo_error *error);

// Applies the target's settings, without the command line's, over those in `config`.
ppo_status cli_target_apply(ppo_config *config, const cli_target *target, ppo_error *error);

// Applies the settings of the command line.
ppo_status cli_settings_apply(ppo_config *config, const cli_args *args, ppo_error *error);

// The default run directory, runs/<env>/[<stem>-]seed-<seed>, unless the configuration names one.
void cli_run_dir_default(ppo_config *config, const cli_target *target);

// The free game that is played like `game`, or at all if there is none; NULL if it is free itself.
const char *cli_free_game(const ppo_game_info *game);

// All of it but the run directory: defaults, target, command line, and the check of the whole.
ppo_status cli_target_config(ppo_config *config, cli_target *target, const char *name,
                             const cli_args *args, ppo_error *error);

// The same for another environment than the target's. PPO_INVALID if `name` is itself an
// environment or a run, unless it is this one.
ppo_status cli_target_config_for(ppo_config *config, cli_target *target, const char *name,
                                 const char *env_id, const cli_args *args, ppo_error *error);

#endif
