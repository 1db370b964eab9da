// SPDX-License-Identifier: MIT
// The three reports of `ppo info`. Each prints on stdout and returns the exit code.
#ifndef CLI_INFO_INFO_H
#define CLI_INFO_INFO_H

#include "cli/args.h"
#include "cli/json.h"

enum { CLI_INFO_SIZE = 8192 };

// How library and command were built, and their modules, as lines "name: value".
void cli_info_build_text(char text[CLI_INFO_SIZE]);

// The same as an object.
cJSON *cli_info_build_json(void);

int cli_info_build(bool is_json);
int cli_info_run(const char *dir, bool is_json);
int cli_info_memory(const char *task, const cli_args *args);

#endif
