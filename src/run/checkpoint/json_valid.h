// SPDX-License-Identifier: MIT
// Whether a text is JSON (RFC 8259), found out without taking memory: tells a damaged header from
// memory that ran out while it was parsed.
#ifndef PPO_RUN_CHECKPOINT_JSON_VALID_H
#define PPO_RUN_CHECKPOINT_JSON_VALID_H

#include "ppo/base.h"

// True if `text` is one JSON value, with white space around it. Deeper nesting than 1000, cJSON's
// limit, counts as invalid.
bool ppo_json_is_valid(const char *text);

#endif
