// SPDX-License-Identifier: MIT
// A trainer's state as a list of tensors, taken from the arena's rows, and the parameters' hash.
#include "agent/state.h"

#include "agent/agent.h"

#include <stdio.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

static void parameter_tensor(const ppo_policy *policy, size_t index, ppo_tensor *tensor)
{
    const ppo_param *param = &policy->layout.list[index];
    *tensor = (ppo_tensor){.dtype = PPO_F32, .rank = param->rank};
    snprintf(tensor->name, sizeof tensor->name, "%s", param->name);
    memcpy(tensor->shape, param->shape, sizeof param->shape);
    tensor->data = policy->params + param->offset;
}

static void row_tensor(const ppo_arena *arena, const ppo_arena_row *row, ppo_tensor *tensor)
{
    *tensor = (ppo_tensor){.dtype = row->dtype, .rank = row->rank};
    snprintf(tensor->name, sizeof tensor->name, "%s", row->name);
    memcpy(tensor->shape, row->shape, sizeof row->shape);
    tensor->data = arena->block + row->offset;
}

bool ppo_state_tensor(const ppo_arena *arena, const ppo_policy *policy, size_t index,
                      ppo_tensor *tensor)
{
    if (index < policy->layout.count) {
        parameter_tensor(policy, index, tensor);
        return true;
    }
    index -= policy->layout.count;
    for (size_t i = 0; i < arena->num_rows; i++) {
        const ppo_arena_row *row = &arena->rows[i];
        const bool is_params = row->slot == (void **)&policy->params; // listed one by one above
        if (row->use != PPO_ROW_STATE || is_params)
            continue;
        if (index-- == 0) {
            row_tensor(arena, row, tensor);
            return true;
        }
    }
    return false;
}

static bool ends_with(const char *text, const char *end)
{
    const size_t length = strlen(text), tail = strlen(end);
    return length >= tail && strcmp(text + length - tail, end) == 0;
}

bool ppo_tensor_is_parameter(const ppo_tensor *tensor)
{
    return ends_with(tensor->name, ".weight") || ends_with(tensor->name, ".bias") ||
           strcmp(tensor->name, "log_std") == 0;
}

// Feeds one tensor: name with its zero, shape as 64-bit integers, data.
static void hash_tensor(XXH3_state_t *state, const ppo_tensor *tensor)
{
    size_t bytes = ppo_dtype_size(tensor->dtype);
    XXH3_64bits_update(state, tensor->name, strlen(tensor->name) + 1);
    for (uint32_t i = 0; i < tensor->rank; i++) {
        const uint64_t size = tensor->shape[i];
        XXH3_64bits_update(state, &size, sizeof size);
        bytes *= tensor->shape[i];
    }
    XXH3_64bits_update(state, tensor->data, bytes);
}

uint64_t ppo_parameters_hash(const ppo_tensor *tensors, size_t count)
{
    XXH3_state_t state;
    XXH3_64bits_reset(&state);
    for (size_t i = 0; i < count; i++)
        hash_tensor(&state, &tensors[i]);
    return XXH3_64bits_digest(&state);
}

uint64_t ppo_policy_hash(const ppo_policy *policy)
{
    ppo_tensor tensors[PPO_MAX_PARAMS];
    for (size_t i = 0; i < policy->layout.count; i++)
        parameter_tensor(policy, i, &tensors[i]);
    return ppo_parameters_hash(tensors, policy->layout.count);
}
