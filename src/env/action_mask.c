// SPDX-License-Identifier: MIT
// Action masks: see action_mask.h. Keeps nothing.
#include "env/action_mask.h"

#include <string.h>

size_t ppo_action_mask_width(const ppo_space *leaf, size_t element)
{
    return leaf->kind == PPO_SPACE_BOX ? 1 : ppo_space_num_values(leaf, element);
}

size_t ppo_action_mask_bytes(const ppo_env_class *env)
{
    const ppo_space *space = &env->action_space;
    size_t sum = 0;
    bool is_choice = false; // something can be forbidden
    for (size_t i = 0; env->action_mask && i < ppo_space_num_leaves(space); i++) {
        const ppo_space *leaf = ppo_space_leaf_at(space, i).space;
        is_choice = is_choice || leaf->kind != PPO_SPACE_BOX;
        for (size_t k = 0; k < ppo_space_size(leaf); k++)
            sum += ppo_action_mask_width(leaf, k);
    }
    return is_choice ? sum : 0;
}

bool ppo_action_mask_is_valid(const ppo_space *space, const uint8_t *mask, size_t *component)
{
    for (size_t i = 0; i < ppo_space_num_leaves(space); i++) {
        const ppo_space_leaf leaf = ppo_space_leaf_at(space, i);
        for (size_t k = 0; k < ppo_space_size(leaf.space); k++) {
            const size_t count = ppo_action_mask_width(leaf.space, k);
            *component = leaf.first + k;
            if (leaf.space->kind != PPO_SPACE_BOX && !memchr(mask, 1, count))
                return false;
            mask += count;
        }
    }
    return true;
}

bool ppo_action_mask_allows(const ppo_space *space, const uint8_t *mask, const void *action)
{
    bool all = true;
    for (size_t i = 0; i < ppo_space_num_leaves(space); i++) {
        const ppo_space_leaf leaf = ppo_space_leaf_at(space, i);
        const bool is_real = leaf.space->kind == PPO_SPACE_BOX;
        const int32_t *value = (const int32_t *)action + leaf.first;
        for (size_t k = 0; k < ppo_space_size(leaf.space); k++) {
            all = all && (is_real || mask[value[k]]);
            mask += ppo_action_mask_width(leaf.space, k);
        }
    }
    return all;
}
