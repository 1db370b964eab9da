// SPDX-License-Identifier: MIT
// One value of an option: read from text, checked against its row's limits, written as text.
#ifndef PPO_CONFIG_VALUE_H
#define PPO_CONFIG_VALUE_H

#include "config/option_row.h"
#include "config/text.h"

// Any field of ppo_config; the member for a row is the one named like its kind, and the first
// `size` bytes are those of the field.
typedef union ppo_value {
    uint32_t u32;
    uint64_t u64;
    double f64;
    bool boolean;
    unsigned choice; // an enumeration's constant
    char text[PPO_TEXT_SIZE];
    ppo_widths widths;
    ppo_schedule schedule;
} ppo_value;

// The value of a row's field.
ppo_value ppo_value_get(const ppo_config *config, const ppo_option_row *row);

// Whether two values of this row are the same: numbers by value ("none" equals "none"), the layers
// and points that are used, text byte by byte.
bool ppo_value_equal(const ppo_value *a, const ppo_value *b, const ppo_option_row *row);

// Reads a value within the row's limits. Unused bytes are zero. On failure PPO_INVALID, and the
// message names the option, what it takes and what it got.
ppo_status ppo_value_parse(ppo_value *value, const ppo_option_row *row, const char *text,
                           ppo_error *error);

// Checks a value that was not read from text.
ppo_status ppo_value_check(const ppo_value *value, const ppo_option_row *row, ppo_error *error);

// Writes a value so that ppo_value_parse reads it back equal. Values outside their limits are
// written as well as they can be.
void ppo_value_write(ppo_writer *writer, const ppo_value *value, const ppo_option_row *row);

// "true", "yes", "on", "1" and their opposites, in any case. False if `text` is none of them.
bool ppo_bool_parse(bool *value, const char *text);

#endif
