// SPDX-License-Identifier: MIT
// One row of the option table: what the public sees of an option, the kind of its values, their
// limits, and the field of ppo_config that holds it.
//
// Not here: the rows themselves (table.h), reading and writing values (value.h).
#ifndef PPO_CONFIG_OPTION_ROW_H
#define PPO_CONFIG_OPTION_ROW_H

#include "ppo/config.h"

typedef enum ppo_kind {
    PPO_KIND_U32,
    PPO_KIND_U64,
    PPO_KIND_F64,
    PPO_KIND_BOOL,
    PPO_KIND_ENUM,
    PPO_KIND_TEXT,
    PPO_KIND_WIDTHS,
    PPO_KIND_SCHEDULE,
} ppo_kind;

// What a value may be. For widths, the range of each one.
typedef struct ppo_limits {
    double low;
    double high;
    bool low_open;
    bool high_open;
    bool none;           // NAN is allowed and written "none"
    const char *choices; // of an enumeration in the order of its constants: "tanh|relu"
    const char *text;    // for messages and help: "[0, 1]"
} ppo_limits;

typedef struct ppo_option_row {
    ppo_option option; // what the public sees
    ppo_kind kind;
    ppo_limits limits;
    size_t offset; // of the field in ppo_config
    size_t size;
} ppo_option_row;

#endif
