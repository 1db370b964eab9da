// SPDX-License-Identifier: MIT
// Plug-ins: environments in shared objects of one's own, loaded while running, as in
// `ppo train ./libmygame.so`. docs/plugins.md is the guide, examples/plugin/ a template.
//
// A plug-in includes this header, describes its environments by tables (ppo/env.h), and ends with
//
//     PPO_PLUGIN(&my_class);
//
// or, for several, PPO_PLUGIN(&first_class, &second_class). Nothing is linked to:
//
//     cc -O2 -shared -fPIC -fvisibility=hidden mygame.c -o libmygame.so
#ifndef PPO_PLUGIN_H
#define PPO_PLUGIN_H

#include "ppo/env.h"

#ifdef __cplusplus
extern "C" {
#endif

// What a plug-in has to offer. It is the shared object's one exported symbol, a constant named
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

// Offers these classes: pointers to tables with static storage.
#define PPO_PLUGIN(...)                                                                          \
    static const ppo_env_class *const ppo_plugin_classes[] = {__VA_ARGS__};                      \
    const ppo_plugin ppo_plugin_table = {sizeof(ppo_plugin), PPO_ENV_ABI_VERSION,                \
                                         sizeof ppo_plugin_classes / sizeof *ppo_plugin_classes, \
                                         ppo_plugin_classes}

// --- for programs that load plug-ins -------------------------------------------------------------
// ppo_env_open does, and so does all that takes an environment's id. An id is the file's name,
// which ends in .so or like .so.1, and ":Name" behind it, which may be left out where there is only
// one environment. A relative name counts from the working directory; libraries' folders aren't
// searched.

// Is this id a plug-in's?
PPO_API bool ppo_plugin_has_id(const char *id);

// The same id from whichever folder, for what is written down: absolute path and name. Loads the
// plug-in for a moment. PPO_NOT_FOUND: no such file or environment; PPO_CORRUPT: not a shared
// object, or not a plug-in; PPO_MISMATCH: one for another version of the interface; PPO_INVALID: a
// name is needed, the id is longer than `size` - 1 bytes, or a table has mistakes.
PPO_API ppo_status ppo_plugin_resolve(char *id, size_t size, const char *given, ppo_error *error);

// Calls `take` with each class of the plug-in `path`, which may go on with a name; the class is
// gone when it returns. Fails like ppo_plugin_resolve.
PPO_API ppo_status ppo_plugin_list(const char *path,
                                   void (*take)(void *context, const ppo_env_class *env),
                                   void *context, ppo_error *error);

// What to call an environment in front of people: the name at the end of a plug-in's id, otherwise
// the id itself. Points into `id`.
PPO_API const char *ppo_env_name(const char *id);

#ifdef __cplusplus
}
#endif

#endif
