// SPDX-License-Identifier: MIT
// Plug-ins: environments in shared objects that are loaded at run time, as in
// `ppo train ./libmygame.so`. docs/plugins.md is the guide, examples/plugin/ a template.
//
// A plug-in includes this header, describes its environments by tables (ppo/env.h), and ends with
//
//     PPO_PLUGIN(&my_class);
//
// or, for several, PPO_PLUGIN(&first_class, &second_class). It links to nothing:
//
//     cc -O2 -shared -fPIC -fvisibility=hidden mygame.c -o libmygame.so
#ifndef PPO_PLUGIN_H
#define PPO_PLUGIN_H

#include "ppo/env.h"

#ifdef __cplusplus
extern "C" {
#endif

// What a plug-in contains. It is the shared object's one exported symbol, a constant named
// ppo_plugin_table.
typedef struct ppo_plugin {
    uint32_t struct_size; // sizeof(ppo_plugin)
    uint32_t abi_version; // PPO_ENV_ABI_VERSION
    size_t num_envs;      // at least 1
    const ppo_env_class *const *envs;
} ppo_plugin;

#define PPO_PLUGIN_SYMBOL "ppo_plugin_table"

#if defined(__GNUC__)
__attribute__((visibility("default")))
#endif
extern const ppo_plugin ppo_plugin_table;

// Exports these classes: pointers to tables with static storage.
#define PPO_PLUGIN(...)                                                                          \
    static const ppo_env_class *const ppo_plugin_classes[] = {__VA_ARGS__};                      \
    const ppo_plugin ppo_plugin_table = {sizeof(ppo_plugin), PPO_ENV_ABI_VERSION,                \
                                         sizeof ppo_plugin_classes / sizeof *ppo_plugin_classes, \
                                         ppo_plugin_classes}

// --- for programs that load plug-ins -------------------------------------------------------------
// ppo_env_open does, and so does everything that takes an environment's id. An id is the file's
// name, which ends in .so or like .so.1, followed by ":Name", which may be left out where there is
// only one environment. A relative name counts from the working directory; library folders are not
// searched. The functions may be called from any thread.

// Whether an id is a plug-in's, by its form alone.
PPO_API bool ppo_plugin_has_id(const char *id);

// The same id in a form that is valid from any folder, with absolute path and name. Loads the
// plug-in for the time of the call. On failure `id` is "". PPO_NOT_FOUND: no such file or
// environment; PPO_CORRUPT: not a shared object, or not a plug-in; PPO_MISMATCH: one for another
// version of the interface; PPO_INVALID: a name is needed, the id is longer than `size` - 1 bytes,
// or a table has mistakes.
PPO_API ppo_status ppo_plugin_resolve(char *id, size_t size, const char *given, ppo_error *error);

// Calls `take` with each class of the plug-in `path` (a name behind it is ignored); the class is
// valid until `take` returns. Fails like ppo_plugin_resolve.
PPO_API ppo_status ppo_plugin_list(const char *path,
                                   void (*take)(void *context, const ppo_env_class *env),
                                   void *context, ppo_error *error);

// The name of an environment as it is displayed: the name at the end of a plug-in's id, otherwise
// the id itself. Points into `id`.
PPO_API const char *ppo_env_name(const char *id);

#ifdef __cplusplus
}
#endif

#endif
