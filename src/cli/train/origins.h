// SPDX-License-Identifier: MIT
// `ppo train --explain-config`: each setting, its value, and where the value comes from.
#ifndef CLI_TRAIN_ORIGINS_H
#define CLI_TRAIN_ORIGINS_H

#include "cli/target.h"

// Prints the settings of `config`, which cli_target_config made from `target` and `args`, as a
// table or as a JSON object on stdout. Returns the exit code.
int cli_explain(const ppo_config *config, const cli_target *target, const cli_args *args);

#endif
