// SPDX-License-Identifier: MIT
// The check of an observation: see observation.h. Workload: once per environment step, from 3
// floats to megabytes of bytes. Keeps nothing.
#include "env/observation.h"

#include "core/error.h"

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

// The part that leaf `leaf` is, as the beginning of a sentence: "observation arm.0 ".
static size_t say_part(char *text, size_t text_size, const ppo_space *space, size_t leaf)
{
    char path[64];
    ppo_space_leaf_path(path, sizeof path, space, leaf);
    const int used = snprintf(text, text_size, "observation %s%s", path, path[0] ? " " : "");
    return (size_t)used < text_size ? (size_t)used : text_size;
}

static ppo_status check_floats(char *text, size_t text_size, const ppo_space *space, size_t leaf,
                               size_t size, const float *value)
{
    if (all_finite(value, size))
        return PPO_OK;
    size_t i = 0;
    while (isfinite(value[i]))
        i++;
    const size_t used = say_part(text, text_size, space, leaf);
    snprintf(text + used, text_size - used, "element %zu is %s", i,
             isnan(value[i]) ? "not a number" : "infinite");
    return PPO_NUMERIC;
}

static ppo_status check_integers(char *text, size_t text_size, const ppo_space *space, size_t leaf,
                                 const ppo_space *integers, size_t size, const int32_t *value)
{
    for (size_t i = 0; i < size; i++) {
        const uint32_t limit = ppo_space_num_values(integers, i);
        if (value[i] >= 0 && (uint32_t)value[i] < limit)
            continue;
        const size_t used = say_part(text, text_size, space, leaf);
        snprintf(text + used, text_size - used, "element %zu is %d, not in [0, %u)", i, value[i],
                 limit);
        return PPO_ENV_FAILED;
    }
    return PPO_OK;
}

// Leaf number `number` of `space`, whose `size` values are at `value`.
static ppo_status check_leaf(char *text, size_t text_size, const ppo_space *space, size_t number,
                             const ppo_space *leaf, size_t size, const void *value)
{
    switch (leaf->dtype) {
    case PPO_F32:
        return check_floats(text, text_size, space, number, size, value);
    case PPO_I32:
        return check_integers(text, text_size, space, number, leaf, size, value);
    default:
        return PPO_OK;
    }
}

ppo_status ppo_observation_check(char *text, size_t text_size, const ppo_space *space, size_t size,
                                 const void *obs)
{
    if (!ppo_space_is_composite(space))
        return check_leaf(text, text_size, space, 0, space, size, obs);
    for (size_t i = 0; i < ppo_space_num_leaves(space); i++) {
        const ppo_space_leaf leaf = ppo_space_leaf_at(space, i);
        PPO_TRY(check_leaf(text, text_size, space, i, leaf.space, ppo_space_size(leaf.space),
                           (const unsigned char *)obs + leaf.offset));
    }
    return PPO_OK;
}
