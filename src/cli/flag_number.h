// SPDX-License-Identifier: MIT
// Numbers on the command line, for the flags that are no training options.
#ifndef CLI_FLAG_NUMBER_H
#define CLI_FLAG_NUMBER_H

#include "ppo/ppo.h"

enum { CLI_MAX_SEEDS = 1000 };

// A list of seeds.
typedef struct cli_seeds {
    uint64_t seed[CLI_MAX_SEEDS];
    size_t count;
} cli_seeds;

// A whole number in [min, max]; `what` names it in messages, e.g. "--episodes".
ppo_status cli_parse_integer(uint64_t *value, const char *what, const char *text, uint64_t min,
                             uint64_t max, ppo_error *error);

// A number in (0, max].
ppo_status cli_parse_positive(double *value, const char *what, const char *text, double max,
                              ppo_error *error);

// "1-5", "1,3,7" or "1-3,10": each seed once, at most CLI_MAX_SEEDS.
ppo_status cli_parse_seeds(cli_seeds *seeds, const char *text, ppo_error *error);

#endif
