// SPDX-License-Identifier: MIT
// Used by every other header: visibility, version, status codes and the error record.
//
// Functions that can fail return a `ppo_status` and fill a `ppo_error`, which may be NULL, with a
// message for people; an object that they would have created is NULL then. The library never exits
// or prints, and has no global state that changes.
//
// Threads: all functions of this header may be called at any time from any thread. Different
// objects may be used by different threads at the same time, one object by one thread at a time,
// unless its header says otherwise.
#ifndef PPO_BASE_H
#define PPO_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define PPO_VERSION_MAJOR 0
#define PPO_VERSION_MINOR 1
#define PPO_VERSION_PATCH 0

#if defined(__GNUC__)
#define PPO_API __attribute__((visibility("default")))
#define PPO_PRINTF(format_index, args_index) \
    __attribute__((format(printf, format_index, args_index)))
#else
#define PPO_API
#define PPO_PRINTF(format_index, args_index)
#endif

// The one list of status codes: name, value, text. The value is also the exit code of `ppo`.
#define PPO_STATUS_LIST(X)                                               \
    X(OK, 0, "success")                                                  \
    X(INVALID, 2, "invalid argument, option or value")                   \
    X(NOT_FOUND, 3, "no such environment, file or run")                  \
    X(IO, 4, "reading or writing failed")                                \
    X(CORRUPT, 5, "damaged, truncated or foreign file")                  \
    X(MISMATCH, 6, "file belongs to another configuration")              \
    X(NUMERIC, 7, "a value was not finite")                              \
    X(ENV_FAILED, 8, "the environment failed")                           \
    X(NO_MEMORY, 9, "out of memory")                                     \
    X(UNSUPPORTED, 10, "not available in this build or on this machine") \
    X(STOPPED, 11, "stopped by request")                                 \
    X(RANK_LOST, 12, "another rank has failed")

typedef enum ppo_status {
#define PPO_STATUS_ENUM(name, value, text) PPO_##name = value,
    PPO_STATUS_LIST(PPO_STATUS_ENUM)
#undef PPO_STATUS_ENUM
} ppo_status;

// What went wrong, where, and what to do. Zero-initialise it; it owns nothing. Untouched on
// success.
typedef struct ppo_error {
    ppo_status status;
    char message[512]; // one or two sentences, no newline at the end
} ppo_error;

// The text of a status, e.g. "out of memory"; "unknown status" for a value not in the list.
PPO_API const char *ppo_status_text(ppo_status status);

// The library's version at run time, e.g. "0.1.0". Compare with PPO_VERSION_* from the header.
PPO_API const char *ppo_version(void);

// Element types of buffers, spaces and files.
typedef enum ppo_dtype {
    PPO_F32,
    PPO_F64,
    PPO_U8,
    PPO_I32,
    PPO_U32,
    PPO_U64,
} ppo_dtype;

// Bytes of one element.
PPO_API size_t ppo_dtype_size(ppo_dtype dtype);

#ifdef __cplusplus
}
#endif

#endif
