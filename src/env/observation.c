// SPDX-License-Identifier: MIT
// The check of an observation: see observation.h. Workload: once per environment step, from 3
// floats to megabytes of bytes. Keeps nothing.
#include "env/observation.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

// A float is infinite or NaN if all bits of its exponent are set; then adding 1 to the exponent
// carries into the top bit. An "or" over integers vectorises where a test per float would not.
static bool all_finite(const void *values, size_t count)
{
    uint32_t carry = 0;
    for (size_t i = 0; i < count; i++) {
        uint32_t bits;
        memcpy(&bits, (const unsigned char *)values + i * sizeof bits, sizeof bits);
        carry |= (bits & 0x7F800000u) + 0x00800000u;
    }
    return !(carry >> 31);
}

static ppo_status check_floats(char *text, size_t text_size, size_t size, const float *value)
{
    if (all_finite(value, size))
        return PPO_OK;
    size_t i = 0;
    while (isfinite(value[i]))
        i++;
    snprintf(text, text_size, "observation element %zu is %s", i,
             isnan(value[i]) ? "not a number" : "infinite");
    return PPO_NUMERIC;
}

static ppo_status check_integers(char *text, size_t text_size, const ppo_space *space, size_t size,
                                 const int32_t *value)
{
    for (size_t i = 0; i < size; i++) {
        const uint32_t limit = ppo_space_num_values(space, i);
        if (value[i] >= 0 && (uint32_t)value[i] < limit)
            continue;
        snprintf(text, text_size, "observation element %zu is %d, not in [0, %u)", i, value[i],
                 limit);
        return PPO_ENV_FAILED;
    }
    return PPO_OK;
}

ppo_status ppo_observation_check(char *text, size_t text_size, const ppo_space *space, size_t size,
                                 const void *obs)
{
    switch (space->dtype) {
    case PPO_F32:
        return check_floats(text, text_size, size, obs);
    case PPO_I32:
        return check_integers(text, text_size, space, size, obs);
    default:
        return PPO_OK;
    }
}
