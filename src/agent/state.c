// SPDX-License-Identifier: MIT
// State as a list of tensors, taken from the arena's rows, and the parameters' hash: see state.h.
// Workload: tens of tensors, listed once per checkpoint. Owns nothing.
#include "agent/state.h"

#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

bool ppo_state_tensor(const ppo_arena *arena, const ppo_policy *policy, size_t index,
                      ppo_tensor *tensor)
{
    if (index < policy->layout.count) {
        *tensor = ppo_param_tensor(&policy->layout.list[index], policy->params);
        return true;
    }
    index -= policy->layout.count;
    for (size_t i = 0; i < arena->num_rows; i++) {
        const ppo_tensor *row = &arena->rows[i].tensor;
        // The row of all parameters has just been listed one by one.
        if (!ppo_role_is_state(row->role) || row->role == PPO_ROLE_PARAMETER)
            continue;
        if (index-- == 0) {
            *tensor = *row;
            return true;
        }
    }
    return false;
}

static void hash_parameter(XXH3_state_t *state, const ppo_tensor_view *p)
{
    XXH3_64bits_update(state, p->name, strlen(p->name) + 1);
    for (uint32_t i = 0; i < p->rank; i++) {
        const uint64_t size = p->shape[i]; // the same bytes whatever size_t is
        XXH3_64bits_update(state, &size, sizeof size);
    }
    XXH3_64bits_update(state, p->data, p->bytes);
}

uint64_t ppo_parameters_hash(const ppo_tensor_view *parameters, size_t count)
{
    XXH3_state_t state;
    XXH3_64bits_reset(&state);
    for (size_t i = 0; i < count; i++)
        hash_parameter(&state, &parameters[i]);
    return XXH3_64bits_digest(&state);
}

uint64_t ppo_policy_hash(const ppo_policy *policy)
{
    XXH3_state_t state;
    XXH3_64bits_reset(&state);
    for (size_t i = 0; i < policy->layout.count; i++) {
        const ppo_tensor tensor = ppo_param_tensor(&policy->layout.list[i], policy->params);
        const ppo_tensor_view view = ppo_tensor_as_view(&tensor);
        hash_parameter(&state, &view);
    }
    return XXH3_64bits_digest(&state);
}
