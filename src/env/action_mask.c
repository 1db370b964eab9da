// SPDX-License-Identifier: MIT
// Action masks: see action_mask.h. Keeps nothing.
#include "env/action_mask.h"

#include <string.h>

size_t ppo_action_mask_bytes(const ppo_env_class *env)
{
    const ppo_space *space = &env->action_space;
    size_t sum = 0;
    for (size_t k = 0; env->action_mask && k < ppo_space_size(space); k++)
        sum += ppo_space_num_values(space, k);
    return sum;
}

bool ppo_action_mask_is_valid(const ppo_space *space, const uint8_t *mask, size_t *component)
{
    for (size_t k = 0; k < ppo_space_size(space); k++) {
        const size_t count = ppo_space_num_values(space, k);
        *component = k;
        if (!memchr(mask, 1, count))
            return false;
        mask += count;
    }
    return true;
}

bool ppo_action_mask_allows(const ppo_space *space, const uint8_t *mask, const void *action)
{
    const int32_t *value = action;
    bool all = true;
    for (size_t k = 0; k < ppo_space_size(space); k++) {
        all = all && mask[value[k]];
        mask += ppo_space_num_values(space, k);
    }
    return all;
}
