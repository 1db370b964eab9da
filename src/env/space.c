// SPDX-License-Identifier: MIT
// Sizes of spaces, and the leaves of those with parts. Owns nothing.
#include "ppo/space.h"

#include <stdio.h>

// Leaves begin at multiples of this many bytes.
#define LEAF_ALIGN 4

bool ppo_space_is_composite(const ppo_space *space)
{
    return space->kind == PPO_SPACE_TUPLE || space->kind == PPO_SPACE_DICT;
}

static size_t align(size_t bytes)
{
    return (bytes + LEAF_ALIGN - 1) / LEAF_ALIGN * LEAF_ALIGN;
}

size_t ppo_space_size(const ppo_space *space)
{
    if (ppo_space_is_composite(space)) {
        size_t sum = 0;
        for (uint32_t i = 0; i < space->shape[0]; i++)
            sum += ppo_space_size(&space->parts[i].space);
        return sum;
    }
    size_t size = 1;
    for (uint32_t i = 0; i < space->rank; i++)
        size *= space->shape[i];
    return size;
}

size_t ppo_space_bytes(const ppo_space *space)
{
    if (!ppo_space_is_composite(space))
        return ppo_space_size(space) * ppo_dtype_size(space->dtype);
    size_t sum = 0;
    for (uint32_t i = 0; i < space->shape[0]; i++)
        sum += align(ppo_space_bytes(&space->parts[i].space));
    return sum;
}

uint32_t ppo_space_num_values(const ppo_space *space, size_t index)
{
    return space->kind == PPO_SPACE_MULTI_BINARY ? 2 : space->num_values[index];
}

size_t ppo_space_num_leaves(const ppo_space *space)
{
    if (!ppo_space_is_composite(space))
        return 1;
    size_t sum = 0;
    for (uint32_t i = 0; i < space->shape[0]; i++)
        sum += ppo_space_num_leaves(&space->parts[i].space);
    return sum;
}

// The part of a composite space that leaf `*index` lies in; `*index` becomes its number there.
static const ppo_space_part *part_of_leaf(const ppo_space *space, size_t *index)
{
    const ppo_space_part *part = space->parts;
    for (size_t leaves; *index >= (leaves = ppo_space_num_leaves(&part->space)); part++)
        *index -= leaves;
    return part;
}

ppo_space_leaf ppo_space_leaf_at(const ppo_space *space, size_t index)
{
    ppo_space_leaf leaf = {.space = space};
    while (ppo_space_is_composite(leaf.space)) {
        const ppo_space_part *part = part_of_leaf(leaf.space, &index);
        for (const ppo_space_part *before = leaf.space->parts; before < part; before++) {
            leaf.first += ppo_space_size(&before->space);
            leaf.offset += align(ppo_space_bytes(&before->space));
        }
        leaf.space = &part->space;
    }
    return leaf;
}

void ppo_space_leaf_path(char *text, size_t size, const ppo_space *space, size_t index)
{
    size_t used = 0;
    if (size > 0)
        text[0] = '\0';
    while (ppo_space_is_composite(space)) {
        const ppo_space_part *part = part_of_leaf(space, &index);
        const char *point = used > 0 ? "." : "";
        char *to = used < size ? text + used : NULL;
        const size_t room = used < size ? size - used : 0;
        used += (size_t)(space->kind == PPO_SPACE_DICT
                             ? snprintf(to, room, "%s%s", point, part->key)
                             : snprintf(to, room, "%s%td", point, part - space->parts));
        space = &part->space;
    }
}
