// SPDX-License-Identifier: MIT
// Reporting a failure: a status and a message for people.
#ifndef PPO_CORE_ERROR_H
#define PPO_CORE_ERROR_H

#include "ppo/base.h"

// Stores status and message in `error`, which may be NULL, and returns the status. A message that
// is longer than the record is cut. `error` must not be one of the arguments.
ppo_status ppo_fail(ppo_error *error, ppo_status status, const char *format, ...) PPO_PRINTF(3, 4);

// Whether a status is in PPO_STATUS_LIST: one that foreign code returned may be any number.
bool ppo_status_is_known(ppo_status status);

// Returns from the calling function if the expression's status is not PPO_OK.
#define PPO_TRY(expression)                             \
    do {                                                \
        const ppo_status ppo_try_status = (expression); \
        if (ppo_try_status != PPO_OK)                   \
            return ppo_try_status;                      \
    } while (0)

#endif
