// SPDX-License-Identifier: MIT
// Spaces and shapes as text, in Gymnasium's words. Owns nothing.
#include "cli/space_text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

// Writes "a, b, c" with the given brackets.
static void list(char *text, size_t size, const char *open, const uint64_t *value, uint32_t count,
                 const char *close)
{
    size_t used = (size_t)snprintf(text, size, "%s", open);
    for (uint32_t i = 0; i < count && used < size; i++)
        used += (size_t)snprintf(text + used, size - used, "%s%" PRIu64, i ? ", " : "", value[i]);
    if (used < size)
        snprintf(text + used, size - used, "%s", close);
}

void cli_shape_text(char *text, size_t size, const uint64_t *shape, uint32_t rank)
{
    list(text, size, "[", shape, rank, "]");
}

// "Tuple(Discrete(3), Box(2))", "Dict(camera: Box(84, 84, 3) u8, speed: Box(1))".
static void composite_text(char *text, size_t size, const ppo_space *space)
{
    const bool has_keys = space->kind == PPO_SPACE_DICT;
    size_t used = (size_t)snprintf(text, size, has_keys ? "Dict(" : "Tuple(");
    for (uint32_t i = 0; i < space->shape[0] && used < size; i++) {
        const ppo_space_part *part = &space->parts[i];
        used += (size_t)snprintf(text + used, size - used, "%s%s%s", i ? ", " : "",
                                 has_keys ? part->key : "", has_keys ? ": " : "");
        if (used < size)
            cli_space_text(text + used, size - used, &part->space);
        used += used < size ? strlen(text + used) : 0;
    }
    if (used < size)
        snprintf(text + used, size - used, ")");
}

void cli_space_text(char *text, size_t size, const ppo_space *space)
{
    enum { MOST = 16 };
    uint64_t value[MOST] = {0};
    uint32_t count = 1;
    const char *name = "Discrete(";
    switch (space->kind) {
    case PPO_SPACE_BOX:
        name = "Box(";
        count = space->rank;
        for (uint32_t i = 0; i < count && i < PPO_MAX_RANK; i++)
            value[i] = space->shape[i];
        break;
    case PPO_SPACE_DISCRETE:
        value[0] = space->num_values[0];
        break;
    case PPO_SPACE_MULTI_DISCRETE:
        name = "MultiDiscrete(";
        count = (uint32_t)ppo_space_size(space) < MOST ? (uint32_t)ppo_space_size(space) : MOST;
        for (uint32_t i = 0; i < count; i++)
            value[i] = space->num_values[i];
        break;
    case PPO_SPACE_MULTI_BINARY:
        name = "MultiBinary(";
        value[0] = ppo_space_size(space);
        break;
    case PPO_SPACE_TUPLE:
    case PPO_SPACE_DICT:
        composite_text(text, size, space);
        return;
    }
    list(text, size, name, value, count, space->dtype == PPO_U8 ? ") u8" : ")");
}

const char *cli_dtype_text(ppo_dtype dtype)
{
    switch (dtype) {
    case PPO_F32:
        return "f32";
    case PPO_F64:
        return "f64";
    case PPO_U8:
        return "u8";
    case PPO_I32:
        return "i32";
    case PPO_U32:
        return "u32";
    case PPO_U64:
        return "u64";
    }
    return "?";
}
