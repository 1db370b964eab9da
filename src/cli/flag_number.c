// SPDX-License-Identifier: MIT
// Numbers on the command line, read as the training options read theirs (core/number.h).
#include "cli/flag_number.h"

#include <inttypes.h>
#include <string.h>

#include "core/error.h"
#include "core/number.h"

ppo_status cli_parse_integer(uint64_t *value, const char *what, const char *text, uint64_t min,
                             uint64_t max, ppo_error *error)
{
    uint64_t number = 0;
    if (!ppo_number_parse_u64(&number, text))
        return ppo_fail(error, PPO_INVALID, "%s: '%.80s' is not a whole number", what, text);
    if (number < min || number > max)
        return ppo_fail(error, PPO_INVALID, "%s: %.80s is outside [%" PRIu64 ", %" PRIu64 "]", what,
                        text, min, max);
    *value = number;
    return PPO_OK;
}

ppo_status cli_parse_positive(double *value, const char *what, const char *text, double max,
                              ppo_error *error)
{
    double number = 0.0;
    if (!ppo_number_parse_f64(&number, text))
        return ppo_fail(error, PPO_INVALID, "%s: '%.80s' is not a number", what, text);
    if (number <= 0.0 || number > max)
        return ppo_fail(error, PPO_INVALID, "%s: %.80s is outside (0, %g]", what, text, max);
    *value = number;
    return PPO_OK;
}

static ppo_status append_seed(cli_seeds *seeds, uint64_t seed, ppo_error *error)
{
    for (size_t i = 0; i < seeds->count; i++) {
        if (seeds->seed[i] == seed)
            return ppo_fail(error, PPO_INVALID, "--seeds: %" PRIu64 " is there twice", seed);
    }
    if (seeds->count == CLI_MAX_SEEDS)
        return ppo_fail(error, PPO_INVALID, "--seeds: more than %d seeds", CLI_MAX_SEEDS);
    seeds->seed[seeds->count++] = seed;
    return PPO_OK;
}

// Reads the number of `length` bytes at `text`.
static bool parse_seed(uint64_t *seed, const char *text, size_t length)
{
    char digits[24];
    if (length >= sizeof digits)
        return false;
    memcpy(digits, text, length);
    digits[length] = '\0';
    return ppo_number_parse_u64(seed, digits);
}

ppo_status cli_parse_seeds(cli_seeds *seeds, const char *text, ppo_error *error)
{
    seeds->count = 0;
    for (const char *rest = text;; rest++) {
        const size_t length = strcspn(rest, ","), dash = strcspn(rest, ",-");
        uint64_t first = 0, last = 0;
        bool is_good = parse_seed(&first, rest, dash);
        if (dash < length)
            is_good = is_good && parse_seed(&last, rest + dash + 1, length - dash - 1);
        else
            last = first;
        if (!is_good || last < first)
            return ppo_fail(error, PPO_INVALID,
                            "--seeds: '%.80s' is not a list of seeds such as 1-5 or 1,3,7", text);
        for (uint64_t seed = first;; seed++) {
            if (append_seed(seeds, seed, error))
                return error->status;
            if (seed == last)
                break;
        }
        rest += length;
        if (!*rest)
            return PPO_OK;
    }
}
