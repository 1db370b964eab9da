// SPDX-License-Identifier: MIT
// Sizes of spaces. Owns nothing.
#include "ppo/space.h"

size_t ppo_space_size(const ppo_space *space)
{
    size_t size = 1;
    for (uint32_t i = 0; i < space->rank; i++)
        size *= space->shape[i];
    return size;
}

size_t ppo_space_bytes(const ppo_space *space)
{
    return ppo_space_size(space) * ppo_dtype_size(space->dtype);
}

uint32_t ppo_space_num_values(const ppo_space *space, size_t index)
{
    return space->kind == PPO_SPACE_MULTI_BINARY ? 2 : space->num_values[index];
}
