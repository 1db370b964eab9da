// SPDX-License-Identifier: MIT
// `ppo train --explain-config`: each setting, its value, and where the value comes from.
#ifndef CLI_TRAIN_ORIGINS_H
#define CLI_TRAIN_ORIGINS_H

#include "cli/target.h"

// Where the index-th option of `config` comes from, which cli_target_config made from `target`:
// "default", "command line" or the target's label, such as "preset CartPole-v1".
const char *cli_origin_text(const ppo_config *config, const cli_target *target, size_t index);

// Prints all settings of `config` as a table or, with --json, as an object on stdout. Returns the
// exit code.
int cli_explain(const ppo_config *config, const cli_target *target, const cli_args *args);

#endif
