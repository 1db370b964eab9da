// SPDX-License-Identifier: MIT
// A growing buffer: see bytes.h. It grows to the size asked for and not beyond: a checkpoint of a
// gigabyte has the same size the next time. Workload: a file per checkpoint, a record per
// iteration.
#include "core/bytes.h"

#include <stdlib.h>
#include <string.h>

bool ppo_bytes_reserve(ppo_bytes *bytes, size_t size)
{
    if (size <= bytes->capacity)
        return true;
    unsigned char *data = realloc(bytes->data, size);
    if (!data)
        return false;
    bytes->data = data;
    bytes->capacity = size;
    return true;
}

bool ppo_bytes_append(ppo_bytes *bytes, const void *data, size_t size)
{
    if (size == 0)
        return true;
    if (size > SIZE_MAX - bytes->size || !ppo_bytes_reserve(bytes, bytes->size + size))
        return false;
    memcpy(bytes->data + bytes->size, data, size);
    bytes->size += size;
    return true;
}

void ppo_bytes_release(ppo_bytes *bytes)
{
    free(bytes->data);
    *bytes = (ppo_bytes){0};
}
