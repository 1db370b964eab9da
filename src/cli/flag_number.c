// SPDX-License-Identifier: MIT
// Numbers on the command line, through the C library's strtoull and strtod. Owns nothing.
#include "cli/flag_number.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "cli/message.h"

// Reads digits and moves *text behind them; false if there are none or they are too many.
static bool take_integer(uint64_t *value, const char **text)
{
    if (!isdigit((unsigned char)**text)) // strtoull would take signs and blanks
        return false;
    char *end;
    errno = 0;
    *value = strtoull(*text, &end, 10);
    *text = end;
    return errno == 0;
}

ppo_status cli_parse_integer(uint64_t *value, const char *what, const char *text, uint64_t min,
                             uint64_t max, ppo_error *error)
{
    const char *end = text;
    uint64_t number = 0;
    if (!take_integer(&number, &end) || *end)
        return cli_error_set(error, PPO_INVALID, "%s: '%s' is not a whole number", what, text);
    if (number < min || number > max)
        return cli_error_set(error, PPO_INVALID, "%s: %s is outside [%" PRIu64 ", %" PRIu64 "]",
                             what, text, min, max);
    *value = number;
    return PPO_OK;
}

ppo_status cli_parse_positive(double *value, const char *what, const char *text, double max,
                              ppo_error *error)
{
    char *end;
    const double number = strtod(text, &end);
    if (end == text || *end || isnan(number))
        return cli_error_set(error, PPO_INVALID, "%s: '%s' is not a number", what, text);
    if (number <= 0.0 || number > max)
        return cli_error_set(error, PPO_INVALID, "%s: %s is outside (0, %g]", what, text, max);
    *value = number;
    return PPO_OK;
}

static ppo_status append_seed(cli_seeds *seeds, uint64_t seed, ppo_error *error)
{
    for (size_t i = 0; i < seeds->count; i++) {
        if (seeds->seed[i] == seed)
            return cli_error_set(error, PPO_INVALID, "--seeds: %" PRIu64 " is there twice", seed);
    }
    if (seeds->count == CLI_MAX_SEEDS)
        return cli_error_set(error, PPO_INVALID, "--seeds: more than %d seeds", CLI_MAX_SEEDS);
    seeds->seed[seeds->count++] = seed;
    return PPO_OK;
}

ppo_status cli_parse_seeds(cli_seeds *seeds, const char *text, ppo_error *error)
{
    const char *rest = text;
    seeds->count = 0;
    do {
        uint64_t first = 0;
        bool good = take_integer(&first, &rest);
        uint64_t last = first;
        if (good && *rest == '-') {
            rest++;
            good = take_integer(&last, &rest);
        }
        if (!good || last < first || (*rest && *rest != ','))
            return cli_error_set(error, PPO_INVALID,
                                 "--seeds: '%s' is no list of seeds such as 1-5 or 1,3,7", text);
        for (uint64_t seed = first;; seed++) {
            if (append_seed(seeds, seed, error))
                return error->status;
            if (seed == last)
                break;
        }
    } while (*rest++ == ',');
    return PPO_OK;
}
