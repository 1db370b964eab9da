// SPDX-License-Identifier: MIT
// Copying structs of any version: see sized.h. Owns nothing.
#include "core/sized.h"

#include "core/error.h"

#include <string.h>

ppo_status ppo_sized_check(const void *given, size_t first_size, const char *type, ppo_error *error)
{
    size_t size = first_size;
    if (given)
        memcpy(&size, given, sizeof size);
    if (size < first_size)
        return ppo_fail(error, PPO_INVALID,
                        "%s: struct_size is %zu, less than %zu: set it to sizeof(%s)", type, size,
                        first_size, type);
    if (size % sizeof size != 0) // no version has it, and it may end in the middle of a pointer
        return ppo_fail(error, PPO_INVALID, "%s: struct_size is %zu: set it to sizeof(%s)", type,
                        size, type);
    return PPO_OK;
}

void ppo_sized_write(void *given, const void *own, size_t own_size)
{
    size_t size;
    if (!given)
        return;
    memcpy(&size, given, sizeof size);
    memcpy(given, own, size < own_size ? size : own_size);
    memcpy(given, &size, sizeof size);
}

ppo_status ppo_sized_read(void *own, size_t own_size, size_t first_size, const void *given,
                          const char *type, ppo_error *error)
{
    size_t size = own_size;
    memset(own, 0, own_size);
    if (given)
        memcpy(&size, given, sizeof size);
    PPO_TRY(ppo_sized_check(given, first_size, type, error));
    for (size_t i = own_size; i < size; i++)
        if (((const unsigned char *)given)[i])
            return ppo_fail(error, PPO_INVALID,
                            "%s has %zu bytes where libppo %s knows %zu, and uses an option that "
                            "this version doesn't have",
                            type, size, ppo_version(), own_size);
    if (given)
        memcpy(own, given, size < own_size ? size : own_size);
    memcpy(own, &own_size, sizeof own_size);
    return PPO_OK;
}
