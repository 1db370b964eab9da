// SPDX-License-Identifier: MIT
// Status texts, the error record, the version and the sizes of element types. Owns nothing.
#include "core/error.h"

#include <stdarg.h>
#include <stdio.h>

ppo_status ppo_fail(ppo_error *error, ppo_status status, const char *format, ...)
{
    if (error) {
        va_list arguments;
        va_start(arguments, format);
        error->status = status;
        vsnprintf(error->message, sizeof error->message, format, arguments);
        va_end(arguments);
    }
    return status;
}

bool ppo_status_is_known(ppo_status status)
{
    switch (status) {
#define PPO_STATUS_CASE(name, value, text) case PPO_##name:
        PPO_STATUS_LIST(PPO_STATUS_CASE)
#undef PPO_STATUS_CASE
        return true;
    }
    return false;
}

const char *ppo_status_text(ppo_status status)
{
    switch (status) {
#define PPO_STATUS_CASE(name, value, text) \
    case PPO_##name:                       \
        return text;
        PPO_STATUS_LIST(PPO_STATUS_CASE)
#undef PPO_STATUS_CASE
    }
    return "unknown status";
}

#define PPO_QUOTE(x)       #x
#define PPO_QUOTE_VALUE(x) PPO_QUOTE(x)

const char *ppo_version(void)
{
    return PPO_QUOTE_VALUE(PPO_VERSION_MAJOR) "." PPO_QUOTE_VALUE(
        PPO_VERSION_MINOR) "." PPO_QUOTE_VALUE(PPO_VERSION_PATCH);
}

size_t ppo_dtype_size(ppo_dtype dtype)
{
    switch (dtype) {
    case PPO_U8:
        return 1;
    case PPO_F32:
    case PPO_I32:
    case PPO_U32:
        return 4;
    case PPO_F64:
    case PPO_U64:
        return 8;
    }
    return 0;
}
