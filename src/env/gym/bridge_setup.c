// SPDX-License-Identifier: MIT
// Counting failures: see bridge_setup.h.
#include "env/gym/bridge_setup.h"

#include <stdarg.h>
#include <stdio.h>

void ppo_bridge_record_failure(ppo_bridge_setup *s, bool is_logged, const char *format, ...)
{
    va_list arguments;
    pthread_mutex_lock(&s->mutex);
    s->num_failures++;
    s->last_failure.status = PPO_ENV_FAILED;
    va_start(arguments, format);
    vsnprintf(s->last_failure.message, sizeof s->last_failure.message, format, arguments);
    va_end(arguments);
    if (s->log >= 0 && !is_logged)
        dprintf(s->log, "--- %s, %s\n", s->id, s->last_failure.message);
    pthread_mutex_unlock(&s->mutex);
}

uint64_t ppo_bridge_failures(ppo_bridge_setup *s, ppo_error *last)
{
    pthread_mutex_lock(&s->mutex);
    const uint64_t num_failures = s->num_failures;
    if (last && num_failures)
        *last = s->last_failure;
    pthread_mutex_unlock(&s->mutex);
    return num_failures;
}
