// SPDX-License-Identifier: MIT
// The three things that `ppo info` tells. Each prints on stdout and returns the exit code.
#ifndef CLI_INFO_H
#define CLI_INFO_H

#include "args.h"
#include "json.h"

// What the library says about its build, as an object.
cJSON *cli_info_build_json(void);

int cli_info_build(bool is_json);
int cli_info_run(const char *dir, bool is_json);
int cli_info_memory(const char *task, const cli_args *args);

#endif
