// SPDX-License-Identifier: MIT
// Scores over several games as lines of text and as JSON, for `ppo train --games` and `ppo plot`.
#ifndef CLI_AGGREGATE_TABLE_H
#define CLI_AGGREGATE_TABLE_H

#include "cli/json.h"
#include "ppo/statistics.h"

// Prints a line for each measure on stdout: its estimate and 95 % interval.
void cli_aggregate_print(const ppo_aggregate *scores);

// An object with a member for each measure: value, low, high.
cJSON *cli_aggregate_json(const ppo_aggregate *scores);

#endif
