// SPDX-License-Identifier: MIT
// JSON results, through cJSON. Numbers that are not finite become null.
#ifndef CLI_JSON_H
#define CLI_JSON_H

#include <cjson/cJSON.h>

#include "ppo/ppo.h"

// Adds a whole number with all its digits (cJSON's own numbers are doubles).
void cli_json_add_integer(cJSON *object, const char *name, uint64_t value);

// Adds 16 hexadecimal digits as text.
void cli_json_add_hash(cJSON *object, const char *name, uint64_t hash);

// Adds return_mean, return_std, return_min, return_max, length_mean and episodes.
void cli_json_add_evaluation(cJSON *object, const ppo_evaluation *evaluation);

// Prints the object on one line of stdout and frees it. Returns the exit code.
int cli_json_print(cJSON *object);

#endif
